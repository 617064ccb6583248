/** Batches of sequences of about equal length: less filling up, and few shapes to compile for. */
import { knownOptions, requireWhole } from '@noosphere/base';
import { ArgumentError } from '@noosphere/core';
import { type BatchOptions, type BatchSource, epochRandom } from './batch-source.js';

export interface BucketBatchesOptions<Batch extends object> extends BatchOptions {
  /** The length of each row. */
  readonly lengths: ArrayLike<number>;
  /**
   * Longest length of each bucket, rising; longer rows are in the last one. @default powers of two up to the longest row
   */
  readonly boundaries?: readonly number[];
  /** Makes a batch of rows of one bucket, given by number; `length` is what to pad to. */
  readonly collate: (rows: Uint32Array, length: number) => Batch | Promise<Batch>;
}

/**
 * Batches whose rows are of one bucket of lengths; rows mix within buckets, batches among buckets.
 *
 * The order of an epoch depends on the seed and the epoch alone. `dropLast` leaves out what does not fill a batch of its
 * bucket. Throws where the boundaries do not rise, or no batch is left.
 * @example
 * const source = bucketBatches({
 *   lengths: [3, 9, 4, 10, 2],
 *   boundaries: [4, 16],
 *   batchSize: 2,
 *   shuffle: false,
 *   collate: (rows, length) => ({ rows, length }),
 * });
 * for (let index = 0; index < source.batchesPerEpoch; index++) {
 *   const { rows, length } = await source.batch(0, index);
 *   console.log([...rows], length);
 * }
 * // → [ 0, 2 ] 4
 * //   [ 4 ] 4
 * //   [ 1, 3 ] 16
 */
export function bucketBatches<Batch extends object>(
  options: BucketBatchesOptions<Batch>,
): BatchSource<Batch> {
  const {
    lengths,
    boundaries = powersUpTo(lengths),
    batchSize,
    shuffle = true,
    seed = 0,
    dropLast = false,
    collate,
  } = knownOptions('bucketBatches', options, 'lengths boundaries collate batchSize shuffle seed dropLast');
  requireWhole('bucketBatches', 'batchSize', batchSize);
  const buckets = bucketRows(lengths, boundaries);
  const countOf = (rows: Uint32Array) =>
    dropLast ? Math.floor(rows.length / batchSize) : Math.ceil(rows.length / batchSize);
  const batchesPerEpoch = buckets.reduce((sum, rows) => sum + countOf(rows), 0);
  if (batchesPerEpoch === 0) {
    throw new ArgumentError(
      'bucketBatches',
      lengths.length === 0
        ? 'the data set is empty; give at least one row'
        : `no bucket of ${buckets.map((rows) => rows.length).join(', ')} rows fills a batch of ${batchSize}; lower batchSize, take fewer buckets, or keep last batches`,
    );
  }
  const plan = (epoch: number): Planned[] => {
    const random = epochRandom(seed, epoch);
    const batches = buckets.flatMap((rows, bucket) => {
      const order = shuffle ? random.permutation(rows.length).map((place) => rows[place] ?? 0) : rows;
      const length = boundaries[bucket] ?? 0;
      return Array.from({ length: countOf(rows) }, (_, index) => ({
        rows: order.slice(index * batchSize, (index + 1) * batchSize),
        length,
      }));
    });
    return shuffle
      ? Array.from(random.permutation(batches.length), (place) => batches[place] as Planned)
      : batches;
  };
  let kept: { readonly epoch: number; readonly batches: readonly Planned[] } | undefined;
  return {
    batchesPerEpoch,
    batch: (epoch, index) => {
      if (kept?.epoch !== epoch) kept = { epoch, batches: plan(epoch) };
      const planned = kept.batches[index];
      if (planned) return collate(planned.rows, planned.length);
      throw new ArgumentError('bucketBatches', `there are ${batchesPerEpoch} batches an epoch, got ${index}`);
    },
  };
}

interface Planned {
  readonly rows: Uint32Array;
  readonly length: number;
}

/** The rows of each bucket. */
function bucketRows(lengths: ArrayLike<number>, boundaries: readonly number[]): Uint32Array[] {
  const rises = boundaries.every((boundary, at) => boundary > (boundaries[at - 1] ?? -1));
  if (!rises) throw new ArgumentError('bucketBatches', `boundaries must rise, got ${boundaries.join(', ')}`);
  const buckets = boundaries.map((): number[] => []);
  for (let row = 0; row < lengths.length; row++) {
    const length = lengths[row] ?? 0;
    if (!Number.isInteger(length) || length < 0)
      throw new ArgumentError('bucketBatches', `lengths[${row}] must be a whole number, got ${length}`);
    const place = boundaries.findIndex((boundary) => length <= boundary);
    buckets[place < 0 ? buckets.length - 1 : place]?.push(row);
  }
  return buckets.map((rows) => Uint32Array.from(rows));
}

function powersUpTo(lengths: ArrayLike<number>): number[] {
  const boundaries = [1];
  let longest = 1;
  for (let row = 0; row < lengths.length; row++) longest = Math.max(longest, lengths[row] ?? 0);
  while ((boundaries.at(-1) ?? longest) < longest) boundaries.push(2 * (boundaries.at(-1) ?? 1));
  return boundaries;
}
