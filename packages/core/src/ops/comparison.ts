/** Comparison and logic: bool tensors, and the choice between two tensors. */
import { apply1, defineOperator, notDifferentiable, type OperatorName, type Tensor } from '../graph/index.js';
import { broadcastShapes, type DType, isFloat, requireDType } from '../shape/index.js';
import { cast } from './layout.js';
import {
  broadcastInfo,
  elementwiseFlops,
  pair,
  required,
  requireSameDType,
  requireTensors,
  type TensorLike,
} from './like.js';
import { sumTo } from './reduce.js';

const boolResult = notDifferentiable('its result is bool');

function comparison(name: OperatorName, opset: number, doc: string) {
  return defineOperator({
    name,
    opset,
    attributes: {},
    infer: ({ inputs }) => broadcastInfo(name, inputs, 'bool'),
    gradient: boolResult,
    flops: elementwiseFlops(),
    doc,
  });
}

export const Equal = comparison('Equal', 19, 'a = b.');
export const Less = comparison('Less', 13, 'a < b.');
export const LessOrEqual = comparison('LessOrEqual', 16, 'a ≤ b.');
export const Greater = comparison('Greater', 13, 'a > b.');
export const GreaterOrEqual = comparison('GreaterOrEqual', 16, 'a ≥ b.');
export const And = comparison('And', 7, 'a and b, of bools.');
export const Or = comparison('Or', 7, 'a or b, of bools.');
export const Xor = comparison('Xor', 7, 'Exactly one of a and b, of bools.');

function predicate(name: OperatorName, opset: number, doc: string) {
  return defineOperator({
    name,
    opset,
    attributes: {},
    infer: ({ inputs }) => [{ dtype: 'bool', shape: required(name, inputs, 0).shape }],
    gradient: boolResult,
    flops: elementwiseFlops(),
    doc,
  });
}

export const Not = predicate('Not', 1, 'not x, of bools.');
export const IsNaN = predicate('IsNaN', 20, 'Whether x is not a number.');
export const IsInf = defineOperator({
  ...predicate('IsInf', 20, 'Whether x is infinite.'),
  attributes: { detect_negative: 'int', detect_positive: 'int' },
  defaults: { detect_negative: 1, detect_positive: 1 },
});

export const Where = defineOperator({
  name: 'Where',
  opset: 16,
  attributes: {},
  infer: ({ inputs }) => {
    const [condition, a, b] = [0, 1, 2].map((index) => required('Where', inputs, index)) as [
      Tensor,
      Tensor,
      Tensor,
    ];
    requireDType('Where', 'the condition', condition.dtype, ['bool']);
    requireSameDType('Where', a, b);
    return [{ dtype: a.dtype, shape: broadcastShapes('Where', condition.shape, a.shape, b.shape) }];
  },
  gradient: ({ inputs, outputGradients }) => {
    const [condition, a, b] = [0, 1, 2].map((index) => required('Where', inputs, index)) as [
      Tensor,
      Tensor,
      Tensor,
    ];
    const g = required('Where', outputGradients, 0);
    return [
      undefined,
      sumTo(where(condition as Tensor<'bool'>, g, 0), a),
      sumTo(where(condition as Tensor<'bool'>, 0, g), b),
    ];
  },
  flops: elementwiseFlops(),
  doc: 'a where the condition holds, b elsewhere. Gradients: g where it holds for a, elsewhere for b.',
});

function compare(operator: typeof Equal, name: string) {
  return (a: TensorLike, b: TensorLike) => apply1(operator, pair(name, a, b), {}) as Tensor<'bool'>;
}

/**
 * a = b elementwise, as bool.
 * @example
 * console.log(await equal(tensor([1, 2]), 2).array()); // → [ false, true ]
 */
export function equal(a: TensorLike, b: TensorLike): Tensor<'bool'> {
  return compare(Equal, 'equal')(a, b);
}

/**
 * a ≠ b elementwise, as bool.
 * @example
 * console.log(await notEqual(tensor([1, 2]), 2).array()); // → [ true, false ]
 */
export function notEqual(a: TensorLike, b: TensorLike): Tensor<'bool'> {
  return logicalNot(equal(a, b));
}

/**
 * a < b elementwise, as bool.
 * @example
 * console.log(await less(tensor([1, 2]), 2).array()); // → [ true, false ]
 */
export function less(a: TensorLike, b: TensorLike): Tensor<'bool'> {
  return compare(Less, 'less')(a, b);
}

/**
 * a ≤ b elementwise, as bool.
 * @example
 * console.log(await lessEqual(tensor([1, 3]), 2).array()); // → [ true, false ]
 */
export function lessEqual(a: TensorLike, b: TensorLike): Tensor<'bool'> {
  return compare(LessOrEqual, 'lessEqual')(a, b);
}

/**
 * a > b elementwise, as bool.
 * @example
 * console.log(await greater(tensor([1, 3]), 2).array()); // → [ false, true ]
 */
export function greater(a: TensorLike, b: TensorLike): Tensor<'bool'> {
  return compare(Greater, 'greater')(a, b);
}

/**
 * a ≥ b elementwise, as bool.
 * @example
 * console.log(await greaterEqual(tensor([1, 2]), 2).array()); // → [ false, true ]
 */
export function greaterEqual(a: TensorLike, b: TensorLike): Tensor<'bool'> {
  return compare(GreaterOrEqual, 'greaterEqual')(a, b);
}

/**
 * a and b, of bools.
 * @example
 * console.log(await logicalAnd(tensor([true, true]), tensor([true, false])).array()); // → [ true, false ]
 */
export function logicalAnd(a: TensorLike<'bool'>, b: TensorLike<'bool'>): Tensor<'bool'> {
  return compare(And, 'logicalAnd')(a, b);
}

/**
 * a or b, of bools.
 * @example
 * console.log(await logicalOr(tensor([true, false]), tensor([false, false])).array()); // → [ true, false ]
 */
export function logicalOr(a: TensorLike<'bool'>, b: TensorLike<'bool'>): Tensor<'bool'> {
  return compare(Or, 'logicalOr')(a, b);
}

/**
 * Exactly one of a and b, of bools.
 * @example
 * console.log(await logicalXor(tensor([true, true]), tensor([true, false])).array()); // → [ false, true ]
 */
export function logicalXor(a: TensorLike<'bool'>, b: TensorLike<'bool'>): Tensor<'bool'> {
  return compare(Xor, 'logicalXor')(a, b);
}

/**
 * not x, of bools.
 * @example
 * console.log(await logicalNot(tensor([true, false])).array()); // → [ false, true ]
 */
export function logicalNot(x: Tensor<'bool'>): Tensor<'bool'> {
  return apply1(Not, [x], {}) as Tensor<'bool'>;
}

/**
 * Whether x is not a number.
 * @example
 * console.log(await isNaN(tensor([1, Number.NaN])).array()); // → [ false, true ]
 */
// biome-ignore lint/suspicious/noShadowRestrictedNames: the field's name for it, as in NumPy and PyTorch.
export function isNaN(x: Tensor): Tensor<'bool'> {
  requireTensors('isNaN', x);
  if (!isFloat(x.dtype)) return notEqual(x, x);
  return apply1(IsNaN, [x], {}) as Tensor<'bool'>;
}

/**
 * Whether x is infinite, of either sign.
 * @example
 * console.log(await isInf(tensor([1, -Infinity])).array()); // → [ false, true ]
 */
export function isInf(x: Tensor): Tensor<'bool'> {
  requireTensors('isInf', x);
  if (!isFloat(x.dtype)) return notEqual(x, x);
  return apply1(IsInf, [x], { detect_negative: 1, detect_positive: 1 }) as Tensor<'bool'>;
}

/** Types without a kernel for Where, and a type that holds all their values. */
const choiceTypes: { readonly [D in DType]?: DType } = {
  bool: 'uint8',
  int8: 'int32',
  int16: 'int32',
  uint16: 'int32',
  uint32: 'int64',
  uint64: 'int64',
};

/**
 * a where the condition holds, b elsewhere, with NumPy broadcasting.
 * @example
 * const x = tensor([-1, 2]);
 * console.log(await where(greater(x, 0), x, 0).array()); // → [ 0, 2 ]
 */
export function where<D extends DType>(
  condition: Tensor<'bool'>,
  a: TensorLike<D>,
  b: TensorLike<D>,
): Tensor<D> {
  const [yes, no] = pair('where', a, b);
  // The runtime has no Where over bools and some integers: choose among types it has, and convert back.
  const through = choiceTypes[yes.dtype];
  if (through)
    return cast(where(condition, cast(yes, through), cast(no, through)), yes.dtype) as Tensor as Tensor<D>;
  return apply1(Where, [condition, yes, no], {}) as Tensor<D>;
}
