/** Files piece by piece, and what lies in a folder. */
import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ArgumentError } from '@noosphere/base';

/** The bytes of a file, in pieces of 256 kB. */
export async function* fileChunks(operation: string, path: string): AsyncGenerator<Uint8Array> {
  const stream = createReadStream(path, { highWaterMark: 1 << 18 });
  try {
    for await (const chunk of stream) yield chunk as Uint8Array;
  } catch (cause) {
    // Errors of the consumer do not pass here: a generator is told to return, not to throw.
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ArgumentError(operation, `cannot read ${path}: ${reason}`, { cause });
  } finally {
    stream.destroy();
  }
}

/** Names of the folders and of the files in a folder, sorted; hidden ones are left out, links are followed. */
export async function namesIn(
  operation: string,
  folder: string,
): Promise<{ folders: string[]; files: string[] }> {
  const found = { folders: [] as string[], files: [] as string[] };
  try {
    for (const name of (await readdir(folder)).sort()) {
      if (name.startsWith('.')) continue;
      const kind = await stat(join(folder, name));
      if (kind.isDirectory()) found.folders.push(name);
      else if (kind.isFile()) found.files.push(name);
    }
  } catch (cause) {
    throw new ArgumentError(operation, `cannot list ${folder}: ${String(cause)}`, { cause });
  }
  return found;
}
