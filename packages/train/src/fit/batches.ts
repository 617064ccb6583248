/** Where a fit's batches come from: any batch of any epoch by number, so that a resumed run sees the same ones. */
import {
  ArgumentError,
  createData,
  type DataOf,
  type DType,
  fromData,
  type HostTensor,
  hostData,
} from '@noosphere/core';
import { Random } from '../random.js';

export interface BatchSource<Batch extends object> {
  readonly batchesPerEpoch: number;
  /** The batch at a position of an epoch, both counted from 0; the same one whenever it is asked for. */
  batch(epoch: number, index: number): Batch | Promise<Batch>;
}

export interface ArrayBatchesOptions {
  readonly batchSize: number;
  /** Draw a new order for each epoch. @default true */
  readonly shuffle?: boolean;
  /** Seed of the orders. @default 0 */
  readonly seed?: number;
  /** Leave out a last batch that is not full. @default false */
  readonly dropLast?: boolean;
}

/**
 * Batches of tensors in memory that share their first axis.
 * @example
 * const source = arrayBatches({ x: ones([10, 3]), y: ones([10, 1]) }, { batchSize: 4 });
 * console.log(source.batchesPerEpoch); // → 3
 */
export function arrayBatches<Batch extends Readonly<Record<string, HostTensor>>>(
  arrays: Batch,
  { batchSize, shuffle = true, seed = 0, dropLast = false }: ArrayBatchesOptions,
): BatchSource<Batch> {
  const rows = commonRows(arrays);
  if (!Number.isInteger(batchSize) || batchSize < 1) {
    throw new ArgumentError('arrayBatches', `batchSize must be a whole number from 1, got ${batchSize}`);
  }
  const batchesPerEpoch = dropLast ? Math.floor(rows / batchSize) : Math.ceil(rows / batchSize);
  if (batchesPerEpoch === 0) {
    throw new ArgumentError(
      'arrayBatches',
      `${rows} rows do not fill one batch of ${batchSize}; lower batchSize or keep the last batch`,
    );
  }
  let order: { epoch: number; rows: Uint32Array } | undefined;
  const orderOf = (epoch: number) => {
    if (order?.epoch !== epoch)
      order = { epoch, rows: new Random(seed * 1_000_003 + epoch).permutation(rows) };
    return order.rows;
  };
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

/** Rows of a tensor without a copy. */
function sliceRows<D extends DType>(tensor: HostTensor<D>, first: number, last: number): HostTensor<D> {
  const width = tensor.size / (tensor.shape[0] ?? 1);
  const rows = hostData(tensor).subarray(first * width, last * width) as DataOf<D>;
  return fromData(tensor.dtype, [last - first, ...tensor.shape.slice(1)], rows);
}

/** Rows of a tensor by number, copied. */
export function takeRows<D extends DType>(tensor: HostTensor<D>, rows: Uint32Array): HostTensor<D> {
  const width = tensor.size / (tensor.shape[0] ?? 1);
  const from = hostData(tensor) as Float32Array;
  const taken = createData(tensor.dtype, rows.length * width);
  rows.forEach((row, position) => {
    (taken as Float32Array).set(from.subarray(row * width, (row + 1) * width), position * width);
  });
  return fromData(tensor.dtype, [rows.length, ...tensor.shape.slice(1)], taken as DataOf<D>);
}
