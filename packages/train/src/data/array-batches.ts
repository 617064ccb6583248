/** Batches of data that is in memory, or that is reached by row number. */
import { knownOptions } from '@noosphere/base';
import { ArgumentError, type HostTensor, isHostTensor, Tensor } from '@noosphere/core';
import { type BatchOptions, type BatchSource, countBatches, epochOrders } from './batch-source.js';
import { sliceRows, takeRows } from './rows.js';

export type ArrayBatchesOptions = BatchOptions;

/**
 * Batches of tensors in memory that share their first axis.
 *
 * The order of an epoch depends on the seed and the epoch alone. Throws where the tensors differ in rows, are empty, or
 * do not fill a batch that must be full.
 * @example
 * const source = arrayBatches({ x: ones([10, 3]), y: ones([10, 1]) }, { batchSize: 4 });
 * console.log(source.batchesPerEpoch); // → 3
 */
export function arrayBatches<Batch extends Readonly<Record<string, HostTensor>>>(
  arrays: Batch,
  options: ArrayBatchesOptions,
): BatchSource<Batch> {
  const { batchSize, shuffle = true } = knownOptions(
    'arrayBatches',
    options,
    'batchSize shuffle seed dropLast',
  );
  const rows = commonRows(arrays);
  const batchesPerEpoch = countBatches('arrayBatches', rows, options);
  const orderOf = epochOrders(rows, options);
  return {
    batchesPerEpoch,
    batch: (epoch, index) => {
      const first = index * batchSize;
      const last = Math.min(rows, first + batchSize);
      const entries = Object.entries(arrays).map(([name, tensor]) => [
        name,
        shuffle ? takeRows(tensor, orderOf(epoch).subarray(first, last)) : sliceRows(tensor, first, last),
      ]);
      return Object.fromEntries(entries) as Batch;
    },
  };
}

function commonRows(arrays: Readonly<Record<string, HostTensor>>): number {
  for (const [name, value] of Object.entries(arrays)) {
    const given: unknown = value;
    if (!(given instanceof Tensor) || !isHostTensor(given))
      throw new ArgumentError(
        'arrayBatches',
        `'${name}' must be a tensor with data, got ${given instanceof Tensor ? `${given} (lazy)` : Array.isArray(given) ? 'a plain array' : String(given)}; make it by tensor(), or await its data()`,
      );
  }
  const counts = Object.entries(arrays).map(([name, tensor]) => [name, tensor.shape[0] ?? 0] as const);
  const [first] = counts;
  if (!first || first[1] === 0)
    throw new ArgumentError('arrayBatches', 'the data set is empty; give tensors with at least one row');
  const odd = counts.find(([, count]) => count !== first[1]);
  if (odd) {
    throw new ArgumentError(
      'arrayBatches',
      `'${first[0]}' has ${first[1]} rows, but '${odd[0]}' has ${odd[1]}; they must be the same`,
    );
  }
  return first[1];
}

export interface RowBatchesOptions<Batch extends object> extends BatchOptions {
  /** How many rows there are. */
  readonly rows: number;
  /** Makes a batch of rows, given by number: reads files, decodes, pads, augments. */
  readonly collate: (rows: Uint32Array, epoch: number) => Batch | Promise<Batch>;
}

/**
 * Batches of rows that are reached by number: `collate` reads and stacks them when they are due.
 *
 * Orders and errors as in `arrayBatches`.
 * @example
 * const texts = ['one', 'two', 'three'];
 * const source = rowBatches({
 *   rows: texts.length,
 *   batchSize: 2,
 *   shuffle: false,
 *   collate: (rows) => ({ lengths: tensor(Array.from(rows, (row) => texts[row]?.length ?? 0)) }),
 * });
 * console.log(await (await source.batch(0, 0)).lengths.array()); // → [ 3, 3 ]
 */
export function rowBatches<Batch extends object>(given: RowBatchesOptions<Batch>): BatchSource<Batch> {
  const { rows, collate, ...options } = knownOptions(
    'rowBatches',
    given,
    'rows collate batchSize shuffle seed dropLast',
  );
  if (!Number.isInteger(rows) || rows < 0)
    throw new ArgumentError('rowBatches', `rows must be a whole number, got ${rows}`);
  const batchesPerEpoch = countBatches('rowBatches', rows, options);
  const orderOf = epochOrders(rows, options);
  const { batchSize } = options;
  return {
    batchesPerEpoch,
    batch: (epoch, index) => collate(orderOf(epoch).slice(index * batchSize, (index + 1) * batchSize), epoch),
  };
}
