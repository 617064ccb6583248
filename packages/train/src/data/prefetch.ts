/** Batches made ahead of time, so that a training step does not wait for files, decoding or the network. */
import { knownOptions } from '@noosphere/base';
import { ArgumentError } from '@noosphere/core';
import type { BatchSource } from './batch-source.js';

export interface PrefetchOptions {
  /** How many batches are under way or waiting. @default 2 */
  readonly ahead?: number;
}

/**
 * A source whose next batches are begun while the current one is used; past the end of an epoch the next one begins.
 *
 * Helps where making a batch waits (files, network, a worker thread): on one thread, work is only moved, not saved. The
 * batches and their order are those of `source`; an error is told when its batch is asked for.
 * @example
 * const slow = rowBatches({
 *   rows: 4,
 *   batchSize: 2,
 *   shuffle: false,
 *   collate: async (rows) => ({ x: tensor(Array.from(rows)) }),
 * });
 * const source = prefetched(slow, { ahead: 1 });
 * console.log(await (await source.batch(0, 1)).x.array()); // → [ 2, 3 ]
 */
export function prefetched<Batch extends object>(
  source: BatchSource<Batch>,
  options: PrefetchOptions = {},
): BatchSource<Batch> & { close(): Promise<void> } {
  const { ahead = 2 } = knownOptions('prefetched', options, 'ahead');
  if (!Number.isInteger(ahead) || ahead < 1)
    throw new ArgumentError('prefetched', `ahead must be a whole number from 1, got ${ahead}`);
  /** Batches by their number over all epochs. */
  const begun = new Map<number, Promise<Batch>>();
  const { batchesPerEpoch } = source;
  const begin = (number: number): Promise<Batch> => {
    const known = begun.get(number);
    if (known) return known;
    // `async`, so that an error thrown at once is told when the batch is asked for, too.
    const batch = (async () =>
      source.batch(Math.floor(number / batchesPerEpoch), number % batchesPerEpoch))();
    batch.catch(() => begun.delete(number));
    begun.set(number, batch);
    return batch;
  };
  return {
    batchesPerEpoch,
    batch: (epoch, index) => {
      const number = epoch * batchesPerEpoch + index;
      // The one before stays: a caller that had to put its last batch back asks for it again.
      for (const other of begun.keys()) if (other < number - 1 || other > number + ahead) begun.delete(other);
      const wanted = begin(number);
      for (let next = number + 1; next <= number + ahead; next++) begin(next);
      return wanted;
    },
    close: async () => {
      await Promise.allSettled(begun.values());
      begun.clear();
      await source.close?.();
    },
  };
}
