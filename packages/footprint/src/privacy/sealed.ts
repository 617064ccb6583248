/** Encryption at rest: AES-256-GCM under a key from a passphrase by scrypt. */
import { FootprintError } from '../errors.js';
import { nodeCrypto } from './node-crypto.js';

/** `NFS1`, then log2 of N, r, p, a salt of 16 bytes, a nonce of 12; the text follows, the tag of 16 ends it. */
const magic = Buffer.from('NFS1');
const headerBytes = 4 + 3 + 16 + 12;
const tagBytes = 16;
/** 2^17, 8, 1: OWASP's advice for scrypt; 128 MB and some 0.3 s. */
const cost = { logN: 17, r: 8, p: 1 };

/**
 * Encrypts bytes under a passphrase. Salt and nonce are random, the header is authenticated.
 *
 * @example
 * const sealed = await seal(new TextEncoder().encode('energy'), 'correct horse battery staple');
 * console.log(new TextDecoder().decode(await unseal(sealed, 'correct horse battery staple'))); // → energy
 */
export async function seal(bytes: Uint8Array, passphrase: string): Promise<Uint8Array> {
  const [salt, nonce] = [nodeCrypto().randomBytes(16), nodeCrypto().randomBytes(12)];
  const header = Buffer.concat([magic, Buffer.from([cost.logN, cost.r, cost.p]), salt, nonce]);
  const cipher = nodeCrypto().createCipheriv('aes-256-gcm', await deriveKey(passphrase, salt, cost), nonce);
  cipher.setAAD(header);
  return Buffer.concat([header, cipher.update(bytes), cipher.final(), cipher.getAuthTag()]);
}

/**
 * Decrypts what `seal` gave.
 *
 * @throws where the passphrase is another one or the bytes were changed; the two cannot be told apart
 */
export async function unseal(sealedBytes: Uint8Array, passphrase: string): Promise<Uint8Array> {
  const bytes = Buffer.from(sealedBytes);
  if (bytes.length < headerBytes + tagBytes || !bytes.subarray(0, 4).equals(magic))
    throw new FootprintError(
      'unseal',
      `expected bytes of seal (NFS1), got ${bytes.length} bytes of something else`,
    );
  const header = bytes.subarray(0, headerBytes);
  const [logN = 0, r = 0, p = 0] = header.subarray(4, 7);
  if (logN < 10 || logN > 20 || r < 1 || r > 16 || p < 1 || p > 4)
    throw new FootprintError('unseal', `expected a cost from 2^10 to 2^20, got 2^${logN}, ${r}, ${p}`);
  const key = await deriveKey(passphrase, header.subarray(7, 23), { logN, r, p });
  const decipher = nodeCrypto().createDecipheriv('aes-256-gcm', key, header.subarray(23));
  decipher.setAAD(header);
  decipher.setAuthTag(bytes.subarray(bytes.length - tagBytes));
  try {
    return Buffer.concat([
      decipher.update(bytes.subarray(headerBytes, bytes.length - tagBytes)),
      decipher.final(),
    ]);
  } catch (cause) {
    const message = 'expected the passphrase and bytes of seal, got another passphrase or changed bytes';
    throw new FootprintError('unseal', message, { cause });
  }
}

function deriveKey(
  passphrase: string,
  salt: Uint8Array,
  { logN, r, p }: { readonly logN: number; readonly r: number; readonly p: number },
): Promise<Buffer> {
  const options = { N: 2 ** logN, r, p, maxmem: 256 * 2 ** logN * r };
  return new Promise((resolve, reject) => {
    nodeCrypto().scrypt(passphrase.normalize('NFKC'), salt, 32, options, (error, key) => {
      if (error) reject(error);
      else resolve(key);
    });
  });
}
