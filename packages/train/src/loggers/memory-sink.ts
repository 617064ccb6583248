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
  let held: (string | Uint8Array)[] | undefined = text === undefined ? undefined : [text];
  const joined = (): Buffer | undefined =>
    held && Buffer.concat(held.map((piece) => (typeof piece === 'string' ? Buffer.from(piece) : piece)));
  return {
    name: 'memory',
    write: (chunk) => {
      held ??= [];
      held.push(typeof chunk === 'string' ? chunk : Uint8Array.from(chunk));
    },
    readText: () => joined()?.toString('utf8'),
    readBytes: () => new Uint8Array(joined() ?? []),
    replace: (next) => {
      held = [next];
    },
    close: () => {},
  };
}
