/** Personal fields, encrypted under a key of each person: who destroys the key erases the person everywhere. */
import { FootprintError } from '../errors.js';
import { fileExists, readWhole, replaceFile } from '../system/lines-file.js';
import { nodeCrypto } from './node-crypto.js';

/** A personal field as records hold it. */
export interface PersonalField {
  readonly subject: string;
  /** Base64 of nonce, text and tag. */
  readonly sealed: string;
}

/**
 * Keys of persons, in one file that is kept apart from the records. Records hold ciphertext, so a chain over them still
 * verifies after a person was erased.
 *
 * @example
 * const vault = new SubjectVault('subjects.json');
 * const record = { run: 'mnist', startedBy: vault.protect('u1', 'Ada Lovelace') };
 * console.log(vault.reveal(record.startedBy)); // → Ada Lovelace
 * vault.erase('u1');
 * console.log(vault.reveal(record.startedBy)); // → null
 */
export class SubjectVault {
  readonly #path: string;

  /** @param path - file of the keys; made at the first person, readable by its owner alone */
  constructor(path: string) {
    this.#path = path;
  }

  /** Encrypts a text about a person, under a key made for them at the first time. */
  protect(subject: string, text: string): PersonalField {
    const keys = this.#read();
    if (keys[subject] === null)
      throw new FootprintError(
        'protect',
        `expected a person with a key, got '${subject}', who was erased; use another name for a new consent`,
      );
    const key = keys[subject] ?? nodeCrypto().randomBytes(32).toString('base64');
    if (keys[subject] === undefined) this.#write({ ...keys, [subject]: key });
    const nonce = nodeCrypto().randomBytes(12);
    const cipher = nodeCrypto().createCipheriv('aes-256-gcm', Buffer.from(key, 'base64'), nonce);
    cipher.setAAD(Buffer.from(subject));
    const parts = [nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()];
    return { subject, sealed: Buffer.concat(parts).toString('base64') };
  }

  /** The text; `null` where the person was erased. */
  reveal({ subject, sealed }: PersonalField): string | null {
    const key = this.#read()[subject];
    if (key === null) return null;
    if (key === undefined)
      throw new FootprintError(
        'reveal',
        `expected a person of this file, got '${subject}', who is not in it`,
      );
    const bytes = Buffer.from(sealed, 'base64');
    const decipher = nodeCrypto().createDecipheriv(
      'aes-256-gcm',
      Buffer.from(key, 'base64'),
      bytes.subarray(0, 12),
    );
    decipher.setAAD(Buffer.from(subject));
    decipher.setAuthTag(bytes.subarray(-16));
    try {
      return Buffer.concat([decipher.update(bytes.subarray(12, -16)), decipher.final()]).toString('utf8');
    } catch (cause) {
      throw new FootprintError('reveal', `expected a field of '${subject}', got changed bytes`, { cause });
    }
  }

  /** Destroys a person's key; that they were erased is remembered. Copies of the file elsewhere must go as well. */
  erase(subject: string): boolean {
    const keys = this.#read();
    if (keys[subject] === undefined || keys[subject] === null) return false;
    this.#write({ ...keys, [subject]: null });
    return true;
  }

  /** Persons with a key. */
  subjects(): string[] {
    return Object.entries(this.#read())
      .filter(([, key]) => key !== null)
      .map(([subject]) => subject);
  }

  #read(): Readonly<Record<string, string | null | undefined>> {
    return fileExists(this.#path) ? JSON.parse(readWhole(this.#path)) : {};
  }

  #write(keys: Readonly<Record<string, string | null | undefined>>): void {
    replaceFile(this.#path, `${JSON.stringify(keys, null, 1)}\n`);
  }
}
