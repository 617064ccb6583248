/** A log that stays in memory: for tests, notebooks and programs that send it elsewhere. */
import type { LogSink } from '../files/log-file.js';

/**
 * A sink that keeps what is written.
 * @param text What it holds at first. @default nothing
 * @example
 * const sink = memorySink();
 * sink.write('one line\n');
 * console.log(sink.readText()); // → one line
 */
export function memorySink(text?: string): LogSink & { readBytes(): Uint8Array } {
  // Pieces are joined when someone reads: joining at each write would cost the square of the rows.
  let held: Buffer[] | undefined = text === undefined ? undefined : [Buffer.from(text)];
  const joined = (): Buffer | undefined => {
    if (held && held.length > 1) held = [Buffer.concat(held)];
    return held?.[0] ?? (held && Buffer.alloc(0));
  };
  return {
    name: 'memory',
    write: (chunk) => {
      held ??= [];
      held.push(Buffer.from(chunk as Uint8Array));
    },
    readText: () => joined()?.toString('utf8'),
    readBytes: () => new Uint8Array(joined() ?? []),
    replace: (next) => {
      held = [Buffer.from(next)];
    },
    close: () => {},
  };
}
