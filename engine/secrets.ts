import { createHash, randomBytes } from 'node:crypto';
import { CompactEncrypt, compactDecrypt } from 'jose';

/** Seals text with AES-256-GCM as a compact JWE; opening what another key sealed throws. */
export interface Vault {
  seal(text: string): Promise<string>;
  open(sealed: string): Promise<string>;
}

/** `key` is 32 bytes. */
export function createVault(key: Uint8Array): Vault {
  if (key.byteLength !== 32) throw new Error('SECRET_KEY must be 32 bytes, base64');
  const keyId = createHash('sha256').update(key).digest('hex').slice(0, 8);
  return {
    seal: (text) =>
      new CompactEncrypt(new TextEncoder().encode(text))
        .setProtectedHeader({ alg: 'dir', enc: 'A256GCM', kid: keyId })
        .encrypt(key),
    async open(sealed) {
      const { plaintext } = await compactDecrypt(sealed, key, {
        keyManagementAlgorithms: ['dir'],
        contentEncryptionAlgorithms: ['A256GCM'],
      });
      return new TextDecoder().decode(plaintext);
    },
  };
}

/** A fresh key, for one Person's text in the audit trail. */
export function newKey(): Uint8Array {
  return randomBytes(32);
}
