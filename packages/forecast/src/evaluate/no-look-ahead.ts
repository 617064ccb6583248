/** Proof by trying: what comes later is replaced by noise, and nothing that was forecast before may change by one bit. */
import { knownOptions } from '@noosphere/base';
import { RuntimeError } from '@noosphere/core';
import { Random } from '@noosphere/train';
import type { SeriesFrame } from '../frame/frame.js';
import { rangeOf } from '../frame/slice.js';

export interface LookAheadOptions {
  /** Rows that are known, from each series' first; later ones are replaced. */
  readonly origin: number;
  /** Of the noise. @default 0 */
  readonly seed?: number;
}

/** The frame with every value and past covariate from `origin` on replaced by noise, as large as the series. */
export function replaceFuture<F extends SeriesFrame>(frame: F, options: LookAheadOptions): F {
  const { origin, seed = 0 } = knownOptions('replaceFuture', options, 'origin seed');
  const random = new Random(seed);
  const noisy = (values: Float64Array) => {
    const copied = values.slice();
    frame.ids.forEach((_, series) => {
      const { start, end } = rangeOf(frame, series);
      const known = values.subarray(start, Math.min(end, start + origin));
      const size = known.reduce((largest, value) => Math.max(largest, Math.abs(value) || 0), 1);
      for (let row = start + origin; row < end; row++) copied[row] = 3 * size * random.normal();
    });
    return copied;
  };
  const past = Object.fromEntries(Object.entries(frame.past).map(([name, values]) => [name, noisy(values)]));
  return { ...frame, y: noisy(frame.y), past };
}

/** Bits in which two lists of columns differ; columns of different length differ in all of theirs. */
export function differingBits(a: readonly Float64Array[], b: readonly Float64Array[]): number {
  let bits = 64 * Math.abs(a.length - b.length);
  a.forEach((column, index) => {
    const other = b[index] ?? new Float64Array();
    if (other.length !== column.length) {
      bits += 64 * Math.max(other.length, column.length);
      return;
    }
    const [x, y] = [wordsOf(column), wordsOf(other)];
    for (let word = 0; word < x.length; word++) {
      for (let rest = ((x[word] as number) ^ (y[word] as number)) >>> 0; rest > 0; rest &= rest - 1)
        bits += 1;
    }
  });
  return bits;
}

/** A copy: a view into a larger buffer may lie anywhere. */
function wordsOf(column: Float64Array): Uint32Array {
  return new Uint32Array(column.slice().buffer);
}

/**
 * Runs something on a frame and on the same frame with another future, and refuses it where one bit of its results differs.
 * @param run What is to know nothing of rows from `origin` on; gives all that it made: forecasts, scales, choices as numbers.
 * @example
 * const frame = frameOf({ ds: [1, 2, 3, 4], y: [1, 2, 3, 4] });
 * await assertNoLookAhead(frame, ({ y }) => [y.slice(0, 2)], { origin: 2 });
 * const leak = assertNoLookAhead(frame, ({ y }) => [Float64Array.of(Math.max(...y))], { origin: 2 });
 * console.log(await leak.catch(({ message }) => message.slice(0, 56))); // → assertNoLookAhead: 32 bits of the results know the rows
 */
export async function assertNoLookAhead<F extends SeriesFrame>(
  frame: F,
  run: (frame: F) => readonly Float64Array[] | Promise<readonly Float64Array[]>,
  options: LookAheadOptions,
): Promise<void> {
  knownOptions('assertNoLookAhead', options, 'origin seed');
  const [known, other] = [await run(frame), await run(replaceFuture(frame, options))];
  const bits = differingBits(known, other);
  if (bits > 0) {
    throw new RuntimeError(
      'assertNoLookAhead',
      `${bits} bits of the results know the rows from ${options.origin} on; fit scalers and choices on the rows before`,
    );
  }
}
