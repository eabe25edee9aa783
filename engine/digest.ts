import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** Canonical JSON (RFC 8785): the same content gives the same text. */
export function canonical(value: unknown): string {
  const text = canonicalize(value);
  if (text === undefined) throw new Error('nothing to make canonical');
  return text;
}

/** SHA-256 of the text, hex. */
export function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** The short code people see of a digest: six characters of Crockford's base 32, such as K7QX9P. */
export function codeOf(digest: string): string {
  const number = Number.parseInt(digest.slice(0, 8), 16);
  return Array.from({ length: 6 }, (_, place) => ALPHABET[Math.floor(number / 32 ** place) % 32]).join('');
}

/** A short, random-looking token that a vendor's search can find again, from an id. */
export function markOf(id: string): string {
  return `CS${digestOf(id).slice(0, 12).toUpperCase()}`;
}
