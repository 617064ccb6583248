/** Where a fit's batches come from: any batch of any epoch by number, so that a resumed run sees the same ones. */
import { requireWhole } from '@noosphere/base';
import { ArgumentError } from '@noosphere/core';
import { Random } from '../random.js';

export interface BatchSource<Batch extends object> {
  readonly batchesPerEpoch: number;
  /** The batch at a position of an epoch, both counted from 0; the same one whenever it is asked for. */
  batch(epoch: number, index: number): Batch | Promise<Batch>;
  /** Ends what runs beside the program (a worker thread, an open stream). */
  close?(): Promise<void>;
}

/** How rows become batches. */
export interface BatchOptions {
  readonly batchSize: number;
  /** Draw a new order for each epoch. @default true */
  readonly shuffle?: boolean;
  /** Seed of the orders. @default 0 */
  readonly seed?: number;
  /** Leave out a last batch that is not full. @default false */
  readonly dropLast?: boolean;
}

/** Batches of an epoch; an error where there are none. */
export function countBatches(
  operation: string,
  rows: number,
  { batchSize, dropLast = false }: Pick<BatchOptions, 'batchSize' | 'dropLast'>,
): number {
  requireWhole(operation, 'batchSize', batchSize);
  const batches = dropLast ? Math.floor(rows / batchSize) : Math.ceil(rows / batchSize);
  if (batches > 0) return batches;
  throw new ArgumentError(
    operation,
    rows === 0
      ? 'the data set is empty; give at least one row'
      : `${rows} rows do not fill one batch of ${batchSize}; lower batchSize or keep the last batch`,
  );
}

/** The random numbers of an epoch: they depend on seed and epoch alone. */
export function epochRandom(seed: number, epoch: number): Random {
  return new Random(seed * 1_000_003 + epoch);
}

/** The orders of rows by epoch; the newest one is kept. */
export function epochOrders(
  rows: number,
  { shuffle = true, seed = 0 }: Pick<BatchOptions, 'shuffle' | 'seed'>,
): (epoch: number) => Uint32Array {
  let kept: { readonly epoch: number; readonly order: Uint32Array } | undefined;
  return (epoch) => {
    if (!kept || (shuffle && kept.epoch !== epoch)) {
      const order = shuffle
        ? epochRandom(seed, epoch).permutation(rows)
        : Uint32Array.from({ length: rows }, (_, row) => row);
      kept = { epoch, order };
    }
    return kept.order;
  };
}
