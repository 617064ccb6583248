/** Constants in a graph, and the small integer values that shape inputs carry. */
import { ArgumentError } from '@noosphere/base';
import { createData, type DType, elementCount, numberToFloat16 } from '../shape/index.js';
import { fromData, type HostTensor, hostData, isHostTensor, type Tensor, toNumbers } from './tensor.js';

/** A tensor filled with one value. */
export function fill<D extends DType>(
  dtype: D,
  shape: readonly number[],
  value: number | boolean,
): HostTensor<D> {
  const data = createData(dtype, elementCount(shape));
  if (data instanceof BigInt64Array || data instanceof BigUint64Array) data.fill(BigInt(value));
  else data.fill(dtype === 'float16' ? numberToFloat16(Number(value)) : Number(value));
  return fromData(dtype, shape, data);
}

/** A scalar of the given element type. */
export function scalar<D extends DType>(dtype: D, value: number | boolean): HostTensor<D> {
  return fill(dtype, [], value);
}

/** A vector of int64, as ONNX wants shapes and axes. */
export function int64Vector(values: readonly number[]): HostTensor<'int64'> {
  return fromData('int64', [values.length], BigInt64Array.from(values, BigInt));
}

/** The values of a small constant; an error where the graph computes them. */
export function constantNumbers(operation: string, what: string, tensor: Tensor): number[] {
  if (!isHostTensor(tensor)) {
    throw new ArgumentError(
      operation,
      `${what} must be a constant here, got ${tensor} computed by the graph; import with fixed input shapes so that it folds`,
    );
  }
  return Array.from(toNumbers(tensor.dtype, hostData(tensor)), Number);
}

/** The values of a constant, or `undefined` where the graph computes them. */
export function maybeNumbers(tensor: Tensor | undefined): number[] | undefined {
  return tensor && isHostTensor(tensor)
    ? Array.from(toNumbers(tensor.dtype, hostData(tensor)), Number)
    : undefined;
}

/** A tensor of the given element type from plain numbers. */
export function fromNumbers<D extends DType>(
  dtype: D,
  shape: readonly number[],
  values: ArrayLike<number>,
): HostTensor<D> {
  if (typeof values?.length !== 'number')
    throw new ArgumentError('tensor', `expects an array of numbers, got ${String(values)}`);
  const data = createData(dtype, values.length);
  for (let index = 0; index < values.length; index++) {
    const value = values[index] as number;
    if (data instanceof BigInt64Array || data instanceof BigUint64Array) data[index] = BigInt(value);
    else data[index] = dtype === 'float16' ? numberToFloat16(value) : value;
  }
  return fromData(dtype, shape, data);
}
