/** Bits of integers. */
import { DTypeError, knownOptions } from '@noosphere/base';
import { apply1, defineOperator, notDifferentiable, type OperatorName, type Tensor } from '../graph/index.js';
import { type DType, isInteger } from '../shape/index.js';
import { less, where } from './comparison.js';
import { cast } from './layout.js';
import {
  broadcastInfo,
  elementwiseFlops,
  pair,
  required,
  requireTensors,
  sameInfo,
  type TensorLike,
} from './like.js';

const integerResult = notDifferentiable('its result is integers');

function requireInteger(operation: string, tensor: Tensor): void {
  if (!isInteger(tensor.dtype)) {
    throw new DTypeError(operation, `expects integers, got ${tensor.dtype}; cast(x, 'int32') converts`);
  }
}

function bitwise(name: OperatorName, doc: string) {
  return defineOperator({
    name,
    opset: 18,
    attributes: {},
    infer: ({ inputs }) => {
      requireInteger(name, required(name, inputs, 0));
      return broadcastInfo(name, inputs);
    },
    gradient: integerResult,
    flops: elementwiseFlops(),
    doc,
  });
}

export const BitwiseAnd = bitwise('BitwiseAnd', 'Bits set in both a and b.');
export const BitwiseOr = bitwise('BitwiseOr', 'Bits set in a or b.');
export const BitwiseXor = bitwise('BitwiseXor', 'Bits set in exactly one of a and b.');

export const BitwiseNot = defineOperator({
  ...bitwise('BitwiseNot', 'Every bit of x turned.'),
  infer: ({ inputs }) => {
    requireInteger('bitwiseNot', required('BitwiseNot', inputs, 0));
    return sameInfo('BitwiseNot', inputs);
  },
});

export const BitShift = defineOperator({
  name: 'BitShift',
  opset: 11,
  attributes: { direction: 'string' },
  infer: ({ inputs }) => {
    requireInteger('bitShift', required('BitShift', inputs, 0));
    return broadcastInfo('BitShift', inputs);
  },
  gradient: integerResult,
  flops: elementwiseFlops(),
  doc: 'Bits of x moved left or right by y places, zeros moving in; unsigned integers.',
});

/**
 * Bits set in both a and b.
 * @example
 * console.log(await bitwiseAnd(tensor([6], { dtype: 'int32' }), 3).array()); // → [ 2 ]
 */
export function bitwiseAnd<D extends DType>(a: TensorLike<D>, b: TensorLike<D>): Tensor<D> {
  return apply1(BitwiseAnd, pair('bitwiseAnd', a, b), {}) as Tensor<D>;
}

/**
 * Bits set in a or b.
 * @example
 * console.log(await bitwiseOr(tensor([6], { dtype: 'int32' }), 3).array()); // → [ 7 ]
 */
export function bitwiseOr<D extends DType>(a: TensorLike<D>, b: TensorLike<D>): Tensor<D> {
  return apply1(BitwiseOr, pair('bitwiseOr', a, b), {}) as Tensor<D>;
}

/**
 * Bits set in exactly one of a and b.
 * @example
 * console.log(await bitwiseXor(tensor([6], { dtype: 'int32' }), 3).array()); // → [ 5 ]
 */
export function bitwiseXor<D extends DType>(a: TensorLike<D>, b: TensorLike<D>): Tensor<D> {
  return apply1(BitwiseXor, pair('bitwiseXor', a, b), {}) as Tensor<D>;
}

/**
 * Every bit of x turned.
 * @example
 * console.log(await bitwiseNot(tensor([0, 5], { dtype: 'int32' })).array()); // → [ -1, -6 ]
 */
export function bitwiseNot<D extends DType>(x: Tensor<D>): Tensor<D> {
  return apply1(BitwiseNot, [x], {}) as Tensor<D>;
}

/** The unsigned type in which a type's bits are shifted: the runtime shifts 8, 32 and 64 bits. */
function shiftType(dtype: DType): DType {
  if (dtype === 'uint8' || dtype === 'uint32' || dtype === 'uint64') return dtype;
  return dtype === 'int64' ? 'uint64' : 'uint32';
}

/**
 * Bits of x moved by y places: x 2^y to the left, ⌊x / 2^y⌋ to the right; negative integers keep their sign, as in C and Python.
 * @example
 * console.log(await bitShift(tensor([5, -5], { dtype: 'int32' }), 1, { direction: 'right' }).array()); // → [ 2, -3 ]
 */
export function bitShift<D extends DType>(
  x: Tensor<D>,
  y: TensorLike<D>,
  options: { direction: 'left' | 'right' },
): Tensor<D> {
  requireTensors('bitShift', x);
  const { direction } = knownOptions('bitShift', options, 'direction');
  const [left, right] = pair('bitShift', x, y);
  requireInteger('bitShift', left);
  const through = shiftType(left.dtype);
  const places = cast(right, through);
  const shift = (bits: Tensor) =>
    cast(
      apply1(BitShift, [cast(bits, through), places], { direction: direction.toUpperCase() }),
      left.dtype,
    ) as Tensor as Tensor<D>;
  if (direction === 'left' || left.dtype.startsWith('u')) return shift(left);
  // The operator moves zeros in; where the sign is set, ones must come: shift the turned bits and turn them back.
  return where(less(left, 0), bitwiseNot(shift(bitwiseNot(left))), shift(left));
}
