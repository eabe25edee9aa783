/** Who may reach the Desk, and what its page may do in a browser. */
import type { Request, RequestHandler } from 'express';
import { isLocalCaller } from '../loopback.ts';

/** Nobody but this machine, under its own name, and no other site's page in its browser. */
export const deskGate: RequestHandler = (request, response, next) => {
  if (!isLocalCaller(request) || !isOwnPage(request)) return void response.sendStatus(403);
  next();
};

/** A link to the page may be followed from anywhere; all else is for the page itself. */
function isOwnPage({ headers, path }: Request): boolean {
  const { origin, host } = headers;
  if (origin !== undefined && origin !== `http://${host}`) return false;
  const site = headers['sec-fetch-site'];
  return path === '/' || site === undefined || site === 'same-origin' || site === 'none';
}

const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  // Only the page's own Markdown and the card library's own drawing may become HTML.
  "require-trusted-types-for 'script'",
  'trusted-types desk adaptivecards#deprecatedExportedFunctionPolicy adaptivecards#markdownPassthroughPolicy adaptivecards#restoreContentsPolicy',
].join('; ');

/** Set on everything that the Desk answers. */
export const deskHeaders: RequestHandler = (_request, response, next) => {
  response.set({
    'Content-Security-Policy': POLICY,
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'no-referrer',
    'Cross-Origin-Resource-Policy': 'same-origin',
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cache-Control': 'no-store',
  });
  next();
};
