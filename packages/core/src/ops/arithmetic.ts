/** Elementwise arithmetic of two tensors, with NumPy broadcasting. */
import { knownOptions } from '@noosphere/base';
import { apply1, defineOperator, type GradientRule, type OperatorName, type Tensor } from '../graph/index.js';
import { type DType, isFloat } from '../shape/index.js';
import { greater, greaterEqual, less, lessEqual, where } from './comparison.js';
import { cast } from './layout.js';
import { broadcastInfo, elementwiseFlops, pair, required, type TensorLike } from './like.js';
import { sumTo } from './reduce.js';
import { floor, log, neg } from './unary.js';

type BinaryRule = (
  gradient: Tensor,
  a: Tensor,
  b: Tensor,
  output: Tensor,
) => readonly [Tensor | undefined, Tensor | undefined];

/** A binary operator; the rule's gradients have the broadcast shape and are summed here to the inputs' shapes. */
function binary(name: OperatorName, opset: number, doc: string, rule: BinaryRule, perElement = 1) {
  return defineOperator({
    name,
    opset,
    attributes: {},
    infer: ({ inputs }) => broadcastInfo(name, inputs),
    gradient: ({ inputs, outputs, outputGradients }) => {
      const a = required(name, inputs, 0);
      const b = required(name, inputs, 1);
      const [da, db] = rule(required(name, outputGradients, 0), a, b, required(name, outputs, 0));
      return [da && sumTo(da, a), db && sumTo(db, b)];
    },
    flops: elementwiseFlops(perElement),
    doc,
  });
}

export const Add = binary('Add', 14, 'a + b. Gradients: g, g.', (g) => [g, g]);
export const Sub = binary('Sub', 14, 'a - b. Gradients: g, -g.', (g) => [g, neg(g)]);
export const Mul = binary('Mul', 14, 'a b. Gradients: g b, g a.', (g, a, b) => [mul(g, b), mul(g, a)]);
export const Div = binary('Div', 14, 'a / b. Gradients: g / b, -(g / b) y.', (g, _a, b, y) => {
  const ratio = div(g, b);
  return [ratio, neg(mul(ratio, y))];
});
export const Pow = defineOperator({
  ...binary(
    'Pow',
    15,
    'a ^ b. Gradients: g b a^(b-1), and g y ln a where a > 0 (0 elsewhere, as PyTorch has it at 0).',
    (g, a, b, y) => {
      const exponent = cast(b, a.dtype);
      const positive = greater(a, 0);
      const lowered = where(notZero(exponent), mul(exponent, pow(a, sub(exponent, 1))), 0);
      return [mul(g, lowered), cast(mul(g, mul(y, where(positive, log(where(positive, a, 1)), 0))), b.dtype)];
    },
    10,
  ),
  infer: ({ inputs }) => {
    const base = required('Pow', inputs, 0);
    return broadcastInfo('Pow', [base, cast(required('Pow', inputs, 1), base.dtype)]);
  },
});

function notZero(x: Tensor): Tensor<'bool'> {
  return where(less(x, 0), true, greater(x, 0));
}

export const Mod = defineOperator({
  ...binary(
    'Mod',
    13,
    'Remainder: sign of b (fmod = 0, integers) or of a (fmod = 1). Gradients: g, -g trunc(a / b).',
    () => [undefined, undefined],
  ),
  attributes: { fmod: 'int' },
  defaults: { fmod: 0 },
  // y = a - b q with q piecewise constant, for either rounding of the quotient.
  gradient: ({ inputs, outputs, outputGradients }) => {
    const a = required('Mod', inputs, 0);
    const b = required('Mod', inputs, 1);
    const g = required('Mod', outputGradients, 0);
    const quotient = div(sub(a, required('Mod', outputs, 0)), b);
    return [sumTo(g, a), sumTo(neg(mul(g, floor(addHalf(quotient)))), b)];
  },
});

/** Rounds a quotient that is an integer but for rounding errors. */
function addHalf(x: Tensor): Tensor {
  return add(x, 0.5);
}

/** n-ary reduction over inputs; ONNX's Min, Max, Sum and Mean take any number. */
function variadic(
  name: 'Min' | 'Max' | 'Sum' | 'Mean',
  opset: number,
  doc: string,
  rule: GradientRule<object>,
) {
  return defineOperator({
    name,
    opset,
    attributes: {},
    infer: ({ inputs }) => broadcastInfo(name, inputs),
    gradient: rule,
    flops: ({ inputs, outputs }) => elementwiseFlops(inputs.length)({ outputs }),
    doc,
  });
}

/** The gradient goes to the input that was chosen; shared between equal ones, as PyTorch does for two. */
const chosen: GradientRule<object> = ({ inputs, outputs, outputGradients }) => {
  const g = required('Min', outputGradients, 0);
  const y = required('Min', outputs, 0);
  const masks = inputs.map(
    (input) => input && cast(where(lessEqual(input, y), greaterEqual(input, y), false), y.dtype),
  );
  const ties = masks.reduce((total, mask) => (total && mask ? add(total, mask) : (total ?? mask)), undefined);
  return inputs.map((input, index) => {
    const mask = masks[index];
    return input && mask && ties && sumTo(div(mul(g, mask), ties), input);
  });
};

export const Min = variadic(
  'Min',
  13,
  'Smallest of the inputs. Gradient: g at the smallest, shared by ties.',
  chosen,
);
export const Max = variadic(
  'Max',
  13,
  'Largest of the inputs. Gradient: g at the largest, shared by ties.',
  chosen,
);
export const Sum = variadic(
  'Sum',
  13,
  'Sum of the inputs. Gradient: g for each.',
  ({ inputs, outputGradients }) =>
    inputs.map((input) => input && sumTo(required('Sum', outputGradients, 0), input)),
);
export const Mean = variadic(
  'Mean',
  13,
  'Mean of the n inputs. Gradient: g / n for each.',
  ({ inputs, outputGradients }) =>
    inputs.map((input) => input && sumTo(div(required('Mean', outputGradients, 0), inputs.length), input)),
);

/**
 * a + b, with NumPy broadcasting.
 * @example
 * console.log(await add(tensor([1, 2]), 10).array()); // → [ 11, 12 ]
 */
export function add<D extends DType>(a: TensorLike<D>, b: TensorLike<D>): Tensor<D> {
  return apply1(Add, pair('add', a, b), {}) as Tensor<D>;
}

/**
 * a - b, with NumPy broadcasting.
 * @example
 * console.log(await sub(tensor([1, 2]), 1).array()); // → [ 0, 1 ]
 */
export function sub<D extends DType>(a: TensorLike<D>, b: TensorLike<D>): Tensor<D> {
  return apply1(Sub, pair('sub', a, b), {}) as Tensor<D>;
}

/**
 * a b elementwise, with NumPy broadcasting.
 * @example
 * console.log(await mul(tensor([1, 2]), tensor([[3], [4]])).array()); // → [ [ 3, 6 ], [ 4, 8 ] ]
 */
export function mul<D extends DType>(a: TensorLike<D>, b: TensorLike<D>): Tensor<D> {
  return apply1(Mul, pair('mul', a, b), {}) as Tensor<D>;
}

/**
 * a / b elementwise, with NumPy broadcasting; integers truncate, as ONNX defines.
 * @example
 * console.log(await div(tensor([1, 3]), 2).array()); // → [ 0.5, 1.5 ]
 */
export function div<D extends DType>(a: TensorLike<D>, b: TensorLike<D>): Tensor<D> {
  return apply1(Div, pair('div', a, b), {}) as Tensor<D>;
}

/**
 * a to the power b, with NumPy broadcasting.
 * @example
 * console.log(await pow(tensor([1, 2, 3]), 2).array()); // → [ 1, 4, 9 ]
 */
export function pow<D extends DType>(a: TensorLike<D>, b: TensorLike<D>): Tensor<D> {
  return apply1(Pow, pair('pow', a, b), {}) as Tensor<D>;
}

/**
 * Remainder of a / b: a - b ⌊a / b⌋ with the sign of b (Python's %), or with the sign of a where `truncate` is set (C's fmod).
 * @example
 * console.log(await mod(tensor([-7, 7], { dtype: 'int32' }), 3).array()); // → [ 2, 1 ]
 */
export function mod<D extends DType>(
  a: TensorLike<D>,
  b: TensorLike<D>,
  options: { truncate?: boolean } = {},
): Tensor<D> {
  const { truncate = false } = knownOptions('mod', options, 'truncate');
  const [left, right] = pair('mod', a, b);
  // ONNX defines the remainder with the divisor's sign for integers only.
  if (isFloat(left.dtype) && !truncate) return sub(left, mul(right, floor(div(left, right)))) as Tensor<D>;
  return apply1(Mod, [left, right], { fmod: truncate ? 1 : 0 }) as Tensor<D>;
}

/**
 * The smaller of a and b elementwise.
 * @example
 * console.log(await minimum(tensor([1, 5]), 3).array()); // → [ 1, 3 ]
 */
export function minimum<D extends DType>(a: TensorLike<D>, b: TensorLike<D>): Tensor<D> {
  return apply1(Min, pair('minimum', a, b), {}) as Tensor<D>;
}

/**
 * The larger of a and b elementwise.
 * @example
 * console.log(await maximum(tensor([1, 5]), 3).array()); // → [ 3, 5 ]
 */
export function maximum<D extends DType>(a: TensorLike<D>, b: TensorLike<D>): Tensor<D> {
  return apply1(Max, pair('maximum', a, b), {}) as Tensor<D>;
}
