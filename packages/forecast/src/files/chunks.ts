/** Reads a file piece by piece. This folder alone touches the file system. */
import { createReadStream } from 'node:fs';
import { ArgumentError } from '@noosphere/core';

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
