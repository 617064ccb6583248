/** Reading from disk. This folder alone touches the file system; what the bytes mean is for others. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { dirname, isAbsolute, normalize, resolve, sep } from 'node:path';
import { ArgumentError, FormatError } from '../errors/index.js';

/** An open file that is read piece by piece. */
export interface RandomAccessFile {
  readonly path: string;
  readonly sizeBytes: number;
  /** Bytes from `offset` on; a piece that reaches beyond the end is an error before anything is allocated. */
  read(offset: number, lengthBytes: number): Promise<Uint8Array>;
  close(): Promise<void>;
}

/** Opens a file for reading in pieces. */
export async function openFile(path: string): Promise<RandomAccessFile> {
  const handle = await open(path, 'r').catch((cause: unknown) => {
    throw new ArgumentError('read', `cannot open ${path}: ${String(cause)}`, { cause });
  });
  const { size } = await handle.stat();
  return {
    path,
    sizeBytes: size,
    read: (offset, lengthBytes) => readPiece(handle, path, size, offset, lengthBytes),
    close: () => handle.close(),
  };
}

async function readPiece(
  handle: FileHandle,
  path: string,
  sizeBytes: number,
  offset: number,
  lengthBytes: number,
): Promise<Uint8Array> {
  if (offset < 0 || lengthBytes < 0 || offset + lengthBytes > sizeBytes) {
    throw new FormatError(
      'read',
      path,
      `expects ${lengthBytes} bytes at ${offset}, got a file of ${sizeBytes}; the file is cut off or damaged`,
    );
  }
  const bytes = new Uint8Array(lengthBytes);
  let done = 0;
  while (done < lengthBytes) {
    // One read call takes at most 2 GB.
    const length = Math.min(lengthBytes - done, 2 ** 30);
    const { bytesRead } = await handle.read(bytes, done, length, offset + done);
    if (bytesRead === 0)
      throw new FormatError('read', path, `ended at byte ${offset + done} while being read`);
    done += bytesRead;
  }
  return bytes;
}

/** All bytes of a file. */
export async function readBytes(path: string): Promise<Uint8Array> {
  const file = await openFile(path);
  try {
    return await file.read(0, file.sizeBytes);
  } finally {
    await file.close();
  }
}

/** A small text file at once, or `undefined` where it cannot be read. */
export function readTextIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

/** The path of a file named inside another: it must stay in that one's folder. */
export function pathBeside(path: string, location: string): string {
  const relative = normalize(location);
  const escapes =
    location === '' || location.includes('\0') || isAbsolute(location) || relative.split(sep)[0] === '..';
  if (escapes) {
    throw new FormatError(
      'read',
      path,
      `names the file '${location}', expected one in its own folder; it is not followed`,
    );
  }
  return resolve(dirname(path), relative);
}

/** SHA-256 of bytes, in hexadecimal digits. */
export function sha256(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}
