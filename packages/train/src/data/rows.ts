/** Rows of tensors: the first axis counts them. */

import { ArgumentError, requireList, requireNumbers } from '@noosphere/base';
import {
  type DataOf,
  type DType,
  fromData,
  type HostTensor,
  hostData,
  isHostTensor,
  Tensor,
} from '@noosphere/core';
import { createData } from '@noosphere/core/operators';

/** Rows of a tensor without a copy. */
export function sliceRows<D extends DType>(
  tensor: HostTensor<D>,
  first: number,
  last: number,
): HostTensor<D> {
  const width = rowSize(tensor);
  const count = tensor.shape[0] ?? 0;
  if (!(Number.isInteger(first) && Number.isInteger(last) && 0 <= first && first <= last && last <= count))
    throw new ArgumentError(
      'sliceRows',
      `expected 0 ≤ first ≤ last ≤ ${count} in whole numbers, got ${first} and ${last}`,
    );
  const rows = hostData(tensor).subarray(first * width, last * width) as DataOf<D>;
  return fromData(tensor.dtype, [last - first, ...tensor.shape.slice(1)], rows);
}

/**
 * Rows of a tensor by number, copied.
 *
 * @param rows - whole numbers from 0, below the number of rows
 * @throws ArgumentError where a row is not there
 *
 * @example
 * console.log(await takeRows(tensor([[1], [2], [3]]), [2, 0]).array()); // → [ [ 3 ], [ 1 ] ]
 */
export function takeRows<D extends DType>(
  tensor: HostTensor<D>,
  rows: Uint32Array | readonly number[],
): HostTensor<D> {
  requireHost('takeRows', tensor);
  requireNumbers('takeRows', 'rows', rows);
  const width = rowSize(tensor);
  const count = tensor.shape[0];
  const wrong = rows.findIndex((row: number) => !(Number.isInteger(row) && row >= 0 && row < (count ?? 0)));
  if (count === undefined || wrong >= 0)
    throw new ArgumentError(
      'takeRows',
      count === undefined
        ? 'expected a tensor with rows, got a scalar'
        : `rows[${wrong}] must be a whole number from 0 to ${count - 1}, got ${rows[wrong]}`,
    );
  const from = hostData(tensor) as Float32Array;
  const taken = createData(tensor.dtype, rows.length * width);
  rows.forEach((row, position) => {
    (taken as Float32Array).set(from.subarray(row * width, (row + 1) * width), position * width);
  });
  return fromData(tensor.dtype, [rows.length, ...tensor.shape.slice(1)], taken as DataOf<D>);
}

function requireHost(operation: string, tensor: unknown): void {
  if (tensor instanceof Tensor && isHostTensor(tensor)) return;
  const way = tensor instanceof Tensor ? 'await its data() first' : 'tensor(…) makes one';
  throw new ArgumentError(operation, `expects a tensor that holds its values, got ${String(tensor)}; ${way}`);
}

function rowSize({ shape }: HostTensor): number {
  return shape.slice(1).reduce((product, dim) => product * dim, 1);
}

/** Tensors below each other: all rows of the first, then those of the next. */
export function joinRows<D extends DType>(parts: readonly HostTensor<D>[]): HostTensor<D> {
  requireList('joinRows', 'the tensors', parts);
  for (const part of parts) requireHost('joinRows', part);
  const [first] = parts;
  if (!first) throw new ArgumentError('joinRows', 'expects at least one tensor, got none');
  const rows = parts.reduce((total, { shape }) => total + (shape[0] as number), 0);
  const data = createData(first.dtype, rows * rowSize(first));
  let done = 0;
  for (const part of parts) {
    (data as Float32Array).set(hostData(part) as Float32Array, done);
    done += part.size;
  }
  return fromData(first.dtype, [rows, ...first.shape.slice(1)], data as DataOf<D>);
}
