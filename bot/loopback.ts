/** What only a program on this very machine may reach: the practice endpoint and the Desk. */
import type { Request } from 'express';

/** True for `localhost`, 127.0.0.0/8 and ::1, as a URL's hostname spells them. */
export function isLoopbackHost(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname);
}

/** True for an http(s) URL on this machine. */
export function isLoopbackUrl(url: string): boolean {
  const parsed = URL.parse(url);
  return parsed !== null && /^https?:$/.test(parsed.protocol) && isLoopbackHost(parsed.hostname);
}

/** True when the caller's socket and Host are loopback and nothing says that the request was passed on. */
export function isLocalCaller(request: Pick<Request, 'socket' | 'headers'>): boolean {
  const from = request.socket.remoteAddress ?? '';
  if (from !== '::1' && !/^(::ffff:)?127(\.\d{1,3}){3}$/.test(from)) return false;
  const passedOn = Object.keys(request.headers).some(
    (name) => name === 'forwarded' || name.startsWith('x-forwarded-'),
  );
  if (passedOn) return false;
  const host = URL.parse(`http://${request.headers.host ?? ''}`);
  return host !== null && isLoopbackHost(host.hostname);
}
