/** Elementwise functions of one tensor; the derivative stands in each record's doc. */
import { apply1, defineOperator, type OperatorName, type Tensor } from '../graph/index.js';
import { type DType, isFloat } from '../shape/index.js';
import { add, div, mul, sub } from './arithmetic.js';
import { less, where } from './comparison.js';
import { elementwiseFlops, required, requireFloat, requireTensors, sameInfo } from './like.js';

type UnaryRule = (gradient: Tensor, x: Tensor, y: Tensor) => Tensor;

/** What is defined for integers too. */
const alsoIntegers: readonly string[] = ['Identity', 'Neg', 'Abs', 'Sign', 'Relu'];

/** A unary operator whose output is like its input. */
export function unary(name: OperatorName, opset: number, doc: string, rule: UnaryRule, perElement = 1) {
  return defineOperator({
    name,
    opset,
    attributes: {},
    infer: ({ inputs }) => {
      if (!alsoIntegers.includes(name)) requireFloat(name, required(name, inputs, 0));
      return sameInfo(name, inputs);
    },
    gradient: ({ inputs, outputs, outputGradients }) => [
      rule(required(name, outputGradients, 0), required(name, inputs, 0), required(name, outputs, 0)),
    ],
    flops: elementwiseFlops(perElement),
    doc,
  });
}

/** A step function: its derivative is zero almost everywhere, so nothing flows back. */
function step(name: OperatorName, opset: number, doc: string) {
  return defineOperator({
    ...unary(name, opset, `${doc} Gradient: zero.`, (g) => g),
    gradient: () => [undefined],
  });
}

export const Identity = unary('Identity', 16, 'x. Gradient: g.', (g) => g, 0);
export const Neg = unary('Neg', 13, '-x. Gradient: -g.', (g) => neg(g));
export const Abs = unary('Abs', 13, '|x|. Gradient: g sign x.', (g, x) => mul(g, sign(x)));
export const Sign = step('Sign', 13, '-1, 0 or 1.');
export const Floor = step('Floor', 13, 'Largest integer not above x.');
export const Ceil = step('Ceil', 13, 'Smallest integer not below x.');
export const Round = step('Round', 11, 'Nearest integer, ties to even.');
export const Reciprocal = unary('Reciprocal', 13, '1 / x. Gradient: -g y².', (g, _x, y) =>
  neg(mul(g, mul(y, y))),
);
export const Sqrt = unary('Sqrt', 13, '√x. Gradient: g / (2 y).', (g, _x, y) => div(mul(g, 0.5), y));
export const Exp = unary('Exp', 13, 'e^x. Gradient: g y.', (g, _x, y) => mul(g, y), 10);
export const Log = unary('Log', 13, 'ln x. Gradient: g / x.', (g, x) => div(g, x), 10);
export const Sin = unary('Sin', 22, 'sin x. Gradient: g cos x.', (g, x) => mul(g, cos(x)), 10);
export const Cos = unary('Cos', 22, 'cos x. Gradient: -g sin x.', (g, x) => neg(mul(g, sin(x))), 10);
export const Tan = unary(
  'Tan',
  22,
  'tan x. Gradient: g (1 + y²).',
  (g, _x, y) => mul(g, add(mul(y, y), 1)),
  10,
);
export const Asin = unary(
  'Asin',
  22,
  'arcsin x. Gradient: g / √(1 - x²).',
  (g, x) => div(g, sqrt(sub(1, mul(x, x)))),
  10,
);
export const Acos = unary(
  'Acos',
  22,
  'arccos x. Gradient: -g / √(1 - x²).',
  (g, x) => neg(div(g, sqrt(sub(1, mul(x, x))))),
  10,
);
export const Atan = unary(
  'Atan',
  22,
  'arctan x. Gradient: g / (1 + x²).',
  (g, x) => div(g, add(mul(x, x), 1)),
  10,
);
export const Sinh = unary('Sinh', 22, 'sinh x. Gradient: g cosh x.', (g, x) => mul(g, cosh(x)), 10);
export const Cosh = unary('Cosh', 22, 'cosh x. Gradient: g sinh x.', (g, x) => mul(g, sinh(x)), 10);
export const Tanh = unary(
  'Tanh',
  13,
  'tanh x. Gradient: g (1 - y²).',
  (g, _x, y) => mul(g, sub(1, mul(y, y))),
  10,
);
export const Asinh = unary(
  'Asinh',
  22,
  'arsinh x. Gradient: g / √(x² + 1).',
  (g, x) => div(g, sqrt(add(mul(x, x), 1))),
  10,
);
export const Acosh = unary(
  'Acosh',
  22,
  'arcosh x. Gradient: g / √(x² - 1).',
  (g, x) => div(g, sqrt(sub(mul(x, x), 1))),
  10,
);
export const Atanh = unary(
  'Atanh',
  22,
  'artanh x. Gradient: g / (1 - x²).',
  (g, x) => div(g, sub(1, mul(x, x))),
  10,
);
// 2/√π, the derivative of erf at 0.
const erfSlope = 2 / Math.sqrt(Math.PI);
export const Erf = unary(
  'Erf',
  13,
  'Error function. Gradient: g 2/√π e^(-x²).',
  (g, x) => mul(g, mul(exp(neg(mul(x, x))), erfSlope)),
  20,
);

/**
 * x itself, as a value of its own in the graph.
 * @example
 * console.log(await identity(tensor([1, 2])).array()); // → [ 1, 2 ]
 */
export function identity<D extends DType>(x: Tensor<D>): Tensor<D> {
  return apply1(Identity, [x], {}) as Tensor<D>;
}

/**
 * -x.
 * @example
 * console.log(await neg(tensor([1, -2])).array()); // → [ -1, 2 ]
 */
export function neg<D extends DType>(x: Tensor<D>): Tensor<D> {
  return apply1(Neg, [x], {}) as Tensor<D>;
}

/**
 * |x|.
 * @example
 * console.log(await abs(tensor([1, -2])).array()); // → [ 1, 2 ]
 */
export function abs<D extends DType>(x: Tensor<D>): Tensor<D> {
  return apply1(Abs, [x], {}) as Tensor<D>;
}

/**
 * -1, 0 or 1 by the sign of x.
 * @example
 * console.log(await sign(tensor([3, 0, -2])).array()); // → [ 1, 0, -1 ]
 */
export function sign<D extends DType>(x: Tensor<D>): Tensor<D> {
  return apply1(Sign, [x], {}) as Tensor<D>;
}

/**
 * Largest integer not above x.
 * @example
 * console.log(await floor(tensor([1.5, -1.5])).array()); // → [ 1, -2 ]
 */
export function floor<D extends DType>(x: Tensor<D>): Tensor<D> {
  requireTensors('floor', x);
  return isFloat(x.dtype) ? (apply1(Floor, [x], {}) as Tensor<D>) : x;
}

/**
 * Smallest integer not below x.
 * @example
 * console.log(await ceil(tensor([1.5, 2.5])).array()); // → [ 2, 3 ]
 */
export function ceil<D extends DType>(x: Tensor<D>): Tensor<D> {
  requireTensors('ceil', x);
  return isFloat(x.dtype) ? (apply1(Ceil, [x], {}) as Tensor<D>) : x;
}

/**
 * Nearest integer, ties to even.
 * @example
 * console.log(await round(tensor([0.5, 1.5])).array()); // → [ 0, 2 ]
 */
export function round<D extends DType>(x: Tensor<D>): Tensor<D> {
  requireTensors('round', x);
  return isFloat(x.dtype) ? (apply1(Round, [x], {}) as Tensor<D>) : x;
}

/**
 * 1 / x.
 * @example
 * console.log(await reciprocal(tensor([2, 4])).array()); // → [ 0.5, 0.25 ]
 */
export function reciprocal<D extends DType>(x: Tensor<D>): Tensor<D> {
  return apply1(Reciprocal, [x], {}) as Tensor<D>;
}

/**
 * √x.
 * @example
 * console.log(await sqrt(tensor([4, 9])).array()); // → [ 2, 3 ]
 */
export function sqrt<D extends DType>(x: Tensor<D>): Tensor<D> {
  return apply1(Sqrt, [x], {}) as Tensor<D>;
}

/**
 * e^x.
 * @example
 * console.log(await exp(tensor([0])).array()); // → [ 1 ]
 */
export function exp<D extends DType>(x: Tensor<D>): Tensor<D> {
  return apply1(Exp, [x], {}) as Tensor<D>;
}

/**
 * Natural logarithm of x.
 * @example
 * console.log(await log(tensor([1])).array()); // → [ 0 ]
 */
export function log<D extends DType>(x: Tensor<D>): Tensor<D> {
  return apply1(Log, [x], {}) as Tensor<D>;
}

/**
 * ln(1 + x), exact for small x too: 2 artanh(x / (x + 2)) near 0.
 * @example
 * console.log(await log1p(tensor([0])).array()); // → [ 0 ]
 */
export function log1p<D extends DType>(x: Tensor<D>): Tensor<D> {
  const isNear = less(abs(x), 0.5);
  // Both branches are computed everywhere: what is not chosen must stay finite, or its gradient is NaN.
  const near = where(isNear, x, 0);
  const far = where(isNear, 0, x);
  return where(isNear, mul(atanh(div(near, add(near, 2))), 2), log(add(far, 1)));
}

/**
 * e^x - 1, exact for small x too: 2 t / (1 - t) with t = tanh(x / 2) near 0.
 * @example
 * console.log(await expm1(tensor([0])).array()); // → [ 0 ]
 */
export function expm1<D extends DType>(x: Tensor<D>): Tensor<D> {
  const isNear = less(abs(x), 0.5);
  const t = tanh(mul(where(isNear, x, 0), 0.5));
  return where(isNear, div(mul(t, 2), sub(1, t)), sub(exp(where(isNear, 0, x)), 1));
}

/**
 * sin x, in radians.
 * @example
 * console.log(await sin(tensor([0])).array()); // → [ 0 ]
 */
export function sin<D extends DType>(x: Tensor<D>): Tensor<D> {
  return apply1(Sin, [x], {}) as Tensor<D>;
}

/**
 * cos x, in radians.
 * @example
 * console.log(await cos(tensor([0])).array()); // → [ 1 ]
 */
export function cos<D extends DType>(x: Tensor<D>): Tensor<D> {
  return apply1(Cos, [x], {}) as Tensor<D>;
}

/**
 * tan x, in radians.
 * @example
 * console.log(await tan(tensor([0])).array()); // → [ 0 ]
 */
export function tan<D extends DType>(x: Tensor<D>): Tensor<D> {
  return apply1(Tan, [x], {}) as Tensor<D>;
}

/**
 * arcsin x, in radians.
 * @example
 * console.log(await asin(tensor([0])).array()); // → [ 0 ]
 */
export function asin<D extends DType>(x: Tensor<D>): Tensor<D> {
  return apply1(Asin, [x], {}) as Tensor<D>;
}

/**
 * arccos x, in radians.
 * @example
 * console.log(await acos(tensor([1])).array()); // → [ 0 ]
 */
export function acos<D extends DType>(x: Tensor<D>): Tensor<D> {
  return apply1(Acos, [x], {}) as Tensor<D>;
}

/**
 * arctan x, in radians.
 * @example
 * console.log(await atan(tensor([0])).array()); // → [ 0 ]
 */
export function atan<D extends DType>(x: Tensor<D>): Tensor<D> {
  return apply1(Atan, [x], {}) as Tensor<D>;
}

/**
 * sinh x.
 * @example
 * console.log(await sinh(tensor([0])).array()); // → [ 0 ]
 */
export function sinh<D extends DType>(x: Tensor<D>): Tensor<D> {
  return apply1(Sinh, [x], {}) as Tensor<D>;
}

/**
 * cosh x.
 * @example
 * console.log(await cosh(tensor([0])).array()); // → [ 1 ]
 */
export function cosh<D extends DType>(x: Tensor<D>): Tensor<D> {
  return apply1(Cosh, [x], {}) as Tensor<D>;
}

/**
 * tanh x.
 * @example
 * console.log(await tanh(tensor([0])).array()); // → [ 0 ]
 */
export function tanh<D extends DType>(x: Tensor<D>): Tensor<D> {
  return apply1(Tanh, [x], {}) as Tensor<D>;
}

/**
 * Inverse of sinh.
 * @example
 * console.log(await asinh(tensor([0])).array()); // → [ 0 ]
 */
export function asinh<D extends DType>(x: Tensor<D>): Tensor<D> {
  return apply1(Asinh, [x], {}) as Tensor<D>;
}

/**
 * Inverse of cosh, for x ≥ 1.
 * @example
 * console.log(await acosh(tensor([1])).array()); // → [ 0 ]
 */
export function acosh<D extends DType>(x: Tensor<D>): Tensor<D> {
  return apply1(Acosh, [x], {}) as Tensor<D>;
}

/**
 * Inverse of tanh, for |x| < 1.
 * @example
 * console.log(await atanh(tensor([0])).array()); // → [ 0 ]
 */
export function atanh<D extends DType>(x: Tensor<D>): Tensor<D> {
  return apply1(Atanh, [x], {}) as Tensor<D>;
}

/**
 * Error function 2/√π ∫₀ˣ e^(-t²) dt.
 * @example
 * console.log(await erf(tensor([0])).array()); // → [ 0 ]
 */
export function erf<D extends DType>(x: Tensor<D>): Tensor<D> {
  return apply1(Erf, [x], {}) as Tensor<D>;
}

/**
 * x².
 * @example
 * console.log(await square(tensor([3])).array()); // → [ 9 ]
 */
export function square<D extends DType>(x: Tensor<D>): Tensor<D> {
  return mul(x, x);
}

/**
 * 1 / √x.
 * @example
 * console.log(await rsqrt(tensor([4])).array()); // → [ 0.5 ]
 */
export function rsqrt<D extends DType>(x: Tensor<D>): Tensor<D> {
  return reciprocal(sqrt(x));
}
