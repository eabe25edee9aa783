import { createHash, createHmac, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto';
import { CompactEncrypt, compactDecrypt } from 'jose';

export interface Vault {
  /** AES-256-GCM as a compact JWE. */
  seal(text: string): Promise<string>;
  /** Throws for what another key sealed or somebody changed. */
  open(sealed: string): Promise<string>;
  /** HMAC-SHA256 under a key of its own, hex. */
  sign(text: string): string;
  isSigned(text: string, signature: string): boolean;
}

/** `key` is 32 bytes. */
export function createVault(key: Uint8Array): Vault {
  if (key.byteLength !== 32) throw new Error('SECRET_KEY must be 32 bytes, base64');
  const kid = createHash('sha256').update(key).digest('hex').slice(0, 8);
  const signingKey = Buffer.from(hkdfSync('sha256', key, '', 'countersign signatures', 32));
  const sign = (text: string) => createHmac('sha256', signingKey).update(text).digest('hex');
  return {
    seal: (text) =>
      new CompactEncrypt(new TextEncoder().encode(text))
        .setProtectedHeader({ alg: 'dir', enc: 'A256GCM', kid })
        .encrypt(key),
    async open(sealed) {
      const { plaintext } = await compactDecrypt(sealed, key, {
        keyManagementAlgorithms: ['dir'],
        contentEncryptionAlgorithms: ['A256GCM'],
      });
      return new TextDecoder().decode(plaintext);
    },
    sign,
    isSigned(text, signature) {
      const expected = Buffer.from(sign(text));
      const given = Buffer.from(signature);
      return expected.byteLength === given.byteLength && timingSafeEqual(expected, given);
    },
  };
}

/** A fresh key, for one Person's text in the audit trail. */
export function newKey(): Uint8Array {
  return randomBytes(32);
}
