/**
 * Verifies ConnectWise's callbacks. A callback names the address of the key that signed it, so the address is
 * followed only to the connection's own host; and what it says is an id to read again, nothing more.
 * Source: developer.connectwise.com, PSA Callbacks, "Verifying the Callback Source".
 */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { ConnectorError, type WebhookEvent, type WebhookInput, type WebhookParsed } from '../contract.ts';
import { isRecordId, type ConnectwiseApi } from './api.ts';
import { callbackBodySchema } from './schema.ts';

const loopback = ['127.0.0.1', 'localhost', '[::1]'];

/** Throws a ConnectorError only when the key is out of reach: the callback may be good and should be sent again. */
export async function parseWebhook(api: ConnectwiseApi, input: WebhookInput): Promise<WebhookParsed> {
  const body = bodyOf(input.body);
  if (!body) return { ok: false, why: 'malformed', detail: 'not a ConnectWise callback' };
  const signature = input.headers['x-content-signature'];
  if (!signature) return refused('no signature');
  if (body.CompanyId.toLowerCase() !== api.config.companyId.toLowerCase()) return refused('another company');
  const address = keyAddress(api.origin, body.Metadata.key_url);
  if (!address) return refused('the key is on another host');
  const key = await readKey(api, address);
  if (!key) return refused('no key at its address');
  if (!isSignedBy(key, input.body, signature)) return refused('wrong signature');
  return { ok: true, events: [eventOf(body)] };
}

/** The signature ConnectWise sends in `x-content-signature`: base64 of HMAC-SHA256 under SHA-256 of the key. */
export function signatureOf(key: string, body: Buffer): string {
  return createHmac('sha256', createHash('sha256').update(key).digest()).update(body).digest('base64');
}

function isSignedBy(key: string, body: Buffer, signature: string): boolean {
  const expected = Buffer.from(signatureOf(key, body));
  const given = Buffer.from(signature);
  return expected.length === given.length && timingSafeEqual(expected, given);
}

function bodyOf(raw: Buffer) {
  try {
    return callbackBodySchema.safeParse(JSON.parse(raw.toString('utf8'))).data ?? null;
  } catch {
    return null;
  }
}

/** The key's address, if it is one that may be followed: the connection's host, over https. */
function keyAddress(origin: URL, address: string): URL | null {
  const url = URL.parse(address);
  if (!url || url.host !== origin.host || url.protocol !== origin.protocol || url.username || url.password)
    return null;
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && loopback.includes(origin.hostname)))
    return null;
  url.hash = '';
  return url;
}

async function readKey(api: ConnectwiseApi, address: URL): Promise<string | null> {
  try {
    return await api.signingKey(address);
  } catch (error) {
    if (!(error instanceof ConnectorError)) throw error;
    if (error.kind === 'unavailable' || error.kind === 'rate_limited') throw error;
    return null;
  }
}

function eventOf(body: NonNullable<ReturnType<typeof bodyOf>>): WebhookEvent {
  if (body.Type.toLowerCase() !== 'ticket') return { type: 'ignored', why: 'not a ticket' };
  if (body.Action.toLowerCase() !== 'added') return { type: 'ignored', why: 'not a new ticket' };
  if (!isRecordId(body.ID)) return { type: 'ignored', why: 'no ticket id' };
  return { type: 'ticket', ticketId: body.ID, key: `ticket:${body.ID}:added` };
}

function refused(detail: string): WebhookParsed {
  return { ok: false, why: 'refused', detail };
}
