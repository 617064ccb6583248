/** What operator functions accept beside tensors, and the checks they share. */
import { ArgumentError, DTypeError, ShapeError } from '@noosphere/base';
import {
  type GradientContext,
  type Inputs,
  notTensor,
  type OutputInfo,
  scalar,
  Tensor,
} from '../graph/index.js';
import {
  broadcastShapes,
  type DType,
  formatShape,
  isFloat,
  type Shape,
  sameShape,
  staticShape,
} from '../shape/index.js';

/** A tensor, or a number that takes the dtype of its partner. */
export type TensorLike<D extends DType = DType> = Tensor<D> | number | boolean;

function isTensorLike(value: unknown): boolean {
  return value instanceof Tensor || typeof value === 'number' || typeof value === 'boolean';
}

/** Turns numbers into scalars of the partner's dtype (float32, or bool for booleans, where both are plain). */
export function pair(operation: string, a: TensorLike, b: TensorLike): [Tensor, Tensor] {
  for (const each of [a, b]) if (!isTensorLike(each)) throw new ArgumentError(operation, notTensor(each));
  const dtype =
    a instanceof Tensor
      ? a.dtype
      : b instanceof Tensor
        ? b.dtype
        : typeof a === 'boolean'
          ? 'bool'
          : 'float32';
  const left = a instanceof Tensor ? a : scalar(dtype, a);
  const right = b instanceof Tensor ? b : scalar(dtype, b);
  requireSameDType(operation, left, right);
  return [left, right];
}

export function requireSameDType(operation: string, first: Tensor, ...others: readonly Tensor[]): void {
  requireTensors(operation, first, ...others);
  for (const other of others) {
    if (other.dtype !== first.dtype) {
      throw new DTypeError(
        operation,
        `element types differ, got ${first.dtype} and ${other.dtype}; cast(x, '${first.dtype}') converts`,
      );
    }
  }
}

/** Refuses what is no tensor, such as an array that plain JavaScript lets through. */
export function requireTensors(operation: string, ...given: readonly unknown[]): void {
  for (const each of given) {
    if (!(each instanceof Tensor)) throw new ArgumentError(operation, notTensor(each));
  }
}

/** The input at `index`, which the operator's definition requires. */
export function required(operation: string, inputs: Inputs, index: number): Tensor {
  const input = inputs[index];
  if (!input) throw new ArgumentError(operation, `needs input ${index}, got none`);
  return input;
}

export function requireFloat(operation: string, tensor: Tensor): void {
  requireTensors(operation, tensor);
  if (!isFloat(tensor.dtype)) {
    throw new DTypeError(operation, `expects floats, got ${tensor.dtype}; cast(x, 'float32') converts`);
  }
}

/** Inference of one output with the broadcast shape and the first input's dtype. */
export function broadcastInfo(operation: string, inputs: Inputs, dtype?: DType): OutputInfo[] {
  const present = inputs.filter((input) => input !== undefined);
  const first = required(operation, present, 0);
  requireSameDType(operation, first, ...present.slice(1));
  return [
    {
      dtype: dtype ?? first.dtype,
      shape: broadcastShapes(operation, ...present.map((input) => input.shape)),
    },
  ];
}

/** Inference of one output like the first input. */
export function sameInfo(operation: string, inputs: Inputs): OutputInfo[] {
  const { dtype, shape } = required(operation, inputs, 0);
  return [{ dtype, shape }];
}

/** One operation for each output element, times `perElement`. */
export function elementwiseFlops(
  perElement = 1,
): (context: Pick<GradientContext<never>, 'outputs'>) => number {
  return ({ outputs }) => perElement * countOf(outputs[0]);
}

/** Operators that only move data. */
export const noFlops = (): number => 0;

/** Elements of a tensor with a static shape, 0 for none. */
export function countOf(tensor: { readonly shape: Shape } | undefined): number {
  return tensor ? staticShape('cost', tensor.shape).reduce((product, dim) => product * dim, 1) : 0;
}

/** Throws where two shapes differ: losses must not broadcast by accident. */
export function requireSameShape(operation: string, a: Tensor, b: Tensor): void {
  requireTensors(operation, a, b);
  if (!sameShape(a.shape, b.shape)) {
    throw new ShapeError(
      operation,
      `expects two tensors of one shape, got ${formatShape(a.shape)} and ${formatShape(b.shape)}; reshape one of them`,
    );
  }
}
