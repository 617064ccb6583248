/** Reads a data file and proves that it is the published one. This folder alone touches the file system. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { DatasetError } from '../errors.js';

const inflate = promisify(gunzip);

/** A file, and the SHA-256 of its bytes as published (in hexadecimal). */
export interface CheckedFile {
  readonly path: string;
  readonly sha256: string;
}

/** The text of a file, gunzipped where it ends in `.gz`, after its hash was checked. */
export async function readCheckedText(operation: string, { path, sha256 }: CheckedFile): Promise<string> {
  const bytes = await readFile(path).catch((cause: unknown) => {
    throw new DatasetError(operation, path, 'cannot be read; install the package again', { cause });
  });
  const found = createHash('sha256').update(bytes).digest('hex');
  if (found !== sha256) {
    throw new DatasetError(
      operation,
      path,
      `expected SHA-256 ${sha256}, got ${found}; the file was changed or damaged, install the package again`,
    );
  }
  return (path.endsWith('.gz') ? await inflate(bytes) : bytes).toString('utf8');
}
