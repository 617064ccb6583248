/** Writing to disk: a reader sees the old file or the new one, never half of it, and nothing is replaced unasked. */

import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { type FileHandle, link, open, rename, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { ArgumentError, NoosphereError, RuntimeError } from '../errors/index.js';
import { knownOptions } from '../options.js';

export interface WriteOptions {
  /** Replace a file that is there already. @default false */
  readonly overwrite?: boolean;
}

/** A file's content: a text, bytes, or pieces of either. */
export type Content =
  | string
  | Uint8Array
  | Iterable<string | Uint8Array>
  | AsyncIterable<string | Uint8Array>;

/**
 * Writes to a file of another name, flushes it to disk, and gives it its name in one step.
 * @throws {@link ArgumentError} where a file is there and not to be replaced, {@link RuntimeError} where the disk refuses
 * @example
 * import { readFile } from 'node:fs/promises';
 * import { writeAtomically } from '@noosphere/base/files';
 * await writeAtomically('greeting.txt', ['good ', 'day']);
 * console.log(await readFile('greeting.txt', 'utf8')); // → good day
 */
export async function writeAtomically(
  path: string,
  content: Content,
  options: WriteOptions = {},
): Promise<void> {
  knownOptions('writeAtomically', options, 'overwrite');
  const pieces = typeof content === 'string' || content instanceof Uint8Array ? [content] : content;
  await makeAtomically(
    path,
    async (temporary) => {
      const handle = await open(temporary, 'wx');
      try {
        await writeChunks(handle, pieces);
        await handle.sync();
      } finally {
        await handle.close();
      }
    },
    options,
  );
}

/** Lets `make` write a file of another name, such as a library does, and gives it its name in one step. */
export async function makeAtomically(
  path: string,
  make: (temporary: string) => void | Promise<void>,
  options: WriteOptions = {},
): Promise<void> {
  const { overwrite = false } = knownOptions('makeAtomically', options, 'overwrite');
  const temporary = temporaryOf(path);
  try {
    try {
      await make(temporary);
      if (overwrite) await rename(temporary, path);
      else await renameToNew(temporary, path);
    } catch (error) {
      await unlink(temporary).catch(() => undefined);
      throw error;
    }
    await syncFolder(dirname(path));
  } catch (cause) {
    if (NoosphereError.isInstance(cause) || !(cause instanceof Error && 'syscall' in cause)) throw cause;
    throw new RuntimeError(
      'write',
      `cannot write ${path}: ${cause.message}; free some disk space, or choose a folder that is there and may be written`,
      { cause },
    );
  }
}

/**
 * Replaces a small text file at once, from code that cannot wait; the folder is made where it is not there.
 * @param options `mode` of the new file; `flush` waits for the disk, without it the text survives a crash of the process only.
 */
export function replaceTextSync(
  path: string,
  text: string,
  options: { readonly mode?: number; readonly flush?: boolean } = {},
): void {
  const { mode = 0o666, flush = true } = knownOptions('replaceTextSync', options, 'mode flush');
  mkdirSync(dirname(path), { recursive: true });
  const temporary = temporaryOf(path);
  try {
    writeFileSync(temporary, text, { flush, mode });
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

function temporaryOf(path: string): string {
  return join(dirname(path), `.${basename(path)}.${randomUUID()}.part`);
}

/** Chunks that go to the system in one call: a call for each small tensor would cost more than its bytes. */
const bytesPerCall = 2 ** 26;
const chunksPerCall = 512;

async function writeChunks(handle: FileHandle, pieces: Exclude<Content, string | Uint8Array>): Promise<void> {
  let waiting: Uint8Array[] = [];
  let waitingBytes = 0;
  const flush = async () => {
    await writeAll(handle, waiting, waitingBytes);
    waiting = [];
    waitingBytes = 0;
  };
  for await (const piece of pieces) {
    const chunk = typeof piece === 'string' ? Buffer.from(piece) : piece;
    if (
      waiting.length > 0 &&
      (waitingBytes + chunk.byteLength > bytesPerCall || waiting.length === chunksPerCall)
    )
      await flush();
    waiting.push(chunk);
    waitingBytes += chunk.byteLength;
  }
  await flush();
}

/** One call takes what it likes; what it left is written piece by piece. */
async function writeAll(handle: FileHandle, chunks: readonly Uint8Array[], bytes: number): Promise<void> {
  if (bytes === 0) return;
  let { bytesWritten: done } = await handle.writev(chunks as Uint8Array<ArrayBuffer>[]);
  if (done === bytes) return;
  for (const chunk of chunks) {
    if (done < chunk.byteLength) await handle.writeFile(chunk.subarray(done));
    done = Math.max(0, done - chunk.byteLength);
  }
}

/** A hard link is made only where no file has the name; `rename`, for file systems without links, would replace one. */
async function renameToNew(temporary: string, path: string): Promise<void> {
  try {
    await link(temporary, path);
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    if (code !== 'EEXIST' && !existsSync(path)) return await rename(temporary, path);
    throw isThere(path, cause);
  }
  await unlink(temporary);
}

/** Throws where a file has the name already. */
export function requireAbsent(path: string): void {
  if (existsSync(path)) throw isThere(path);
}

function isThere(path: string, cause?: unknown): ArgumentError {
  return new ArgumentError(
    'write',
    `expects no file at ${path}, but one is there; choose another name or pass { overwrite: true }`,
    { cause },
  );
}

/** Makes the new name itself durable, where folders can be opened (not on Windows). */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
