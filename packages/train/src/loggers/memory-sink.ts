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
  let held: Buffer | undefined = text === undefined ? undefined : Buffer.from(text);
  return {
    name: 'memory',
    write: (chunk) => {
      const added = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
      held = Buffer.concat([held ?? Buffer.alloc(0), added]);
    },
    readText: () => held?.toString('utf8'),
    readBytes: () => new Uint8Array(held ?? []),
    replace: (next) => {
      held = Buffer.from(next);
    },
    close: () => {},
  };
}
