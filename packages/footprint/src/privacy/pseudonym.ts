/** Names that stand for hosts and users, the same each time, not to be guessed back without the key. */
import { FootprintError } from '../errors.js';
import { nodeCrypto } from './node-crypto.js';

/**
 * A pseudonym: the first 16 hexadecimal digits of HMAC-SHA256(key, field ‖ value).
 *
 * A plain hash of a name is found by trying names; this one needs the key. The same value in two fields gives two
 * pseudonyms.
 *
 * @param key - 32 bytes or more
 *
 * @example
 * const key = new Uint8Array(32).fill(1);
 * console.log(pseudonym(key, 'host', 'gpu-7') === pseudonym(key, 'host', 'gpu-7')); // → true
 */
export function pseudonym(key: Uint8Array, field: string, value: string): string {
  if (key.length < 32)
    throw new FootprintError('pseudonym', `key: expected 32 bytes or more, got ${key.length}`);
  return nodeCrypto().createHmac('sha256', key).update(`${field}\0${value}`).digest('hex').slice(0, 16);
}

/** Replaces the named text fields of an object by pseudonyms; the rest stays. */
export function pseudonymize<T extends object>(
  key: Uint8Array,
  record: T,
  fields: readonly (keyof T & string)[],
): T {
  const replaced = fields.flatMap((field) => {
    const value = record[field];
    return typeof value === 'string' ? [[field, pseudonym(key, field, value)] as const] : [];
  });
  return { ...record, ...Object.fromEntries(replaced) };
}
