/** Reductions along axes: sums, means, extremes, norms, and the positions of extremes. */

import { DTypeError, knownOptions } from '@noosphere/base';
import {
  apply1,
  constantNumbers,
  defineOperator,
  type GradientContext,
  int64Vector,
  notDifferentiable,
  type OperatorName,
  type Tensor,
} from '../graph/index.js';
import {
  bytesPerElement,
  type DType,
  isFloat,
  isInteger,
  isStatic,
  normalizeAxes,
  normalizeAxis,
  reducedShape,
  type Shape,
  sameShape,
} from '../shape/index.js';
import { div, mul, sub } from './arithmetic.js';
import { equal, where } from './comparison.js';
import { cumulativeProducts } from './cumulative.js';
import { cast, expandLike, reshape, reshapeLike, ShapeOf, unsqueeze } from './layout.js';
import { countOf, required, requireTensors } from './like.js';
import { exp, sign, sqrt, square } from './unary.js';

const schema = { keepdims: 'int', noop_with_empty_axes: 'int' } as const;
type Context = GradientContext<{ readonly keepdims: number; readonly noop_with_empty_axes: number }>;

/** The axes a node reduces: all where none are given, unless the attribute says that none means none. */
function axesOf({ inputs, attributes }: Pick<Context, 'inputs' | 'attributes'>): number[] {
  const x = required('reduce', inputs, 0);
  const given = inputs[1] && constantNumbers('reduce', 'axes', inputs[1]);
  if (given?.length) return normalizeAxes('reduce', given, x.rank);
  return attributes.noop_with_empty_axes === 1 ? [] : normalizeAxes('reduce', undefined, x.rank);
}

/** What a rule sees: g and y with the reduced axes kept as 1, so that both broadcast against x. */
type ReduceRule = (parts: { g: Tensor; y: Tensor; x: Tensor; axes: readonly number[] }) => Tensor;

function reduction(name: OperatorName, opset: number, doc: string, rule: ReduceRule) {
  return defineOperator({
    name,
    opset,
    attributes: schema,
    defaults: { keepdims: 1, noop_with_empty_axes: 0 },
    infer: ({ inputs, attributes }) => {
      const x = required(name, inputs, 0);
      const axes = axesOf({ inputs, attributes });
      return [{ dtype: x.dtype, shape: reducedShape(x.shape, axes, attributes.keepdims === 1) }];
    },
    gradient: (context) => {
      const x = required(name, context.inputs, 0);
      const axes = axesOf(context);
      const keep = (t: Tensor) =>
        context.attributes.keepdims === 1 || axes.length === 0 ? t : unsqueeze(t, axes);
      const g = keep(required(name, context.outputGradients, 0));
      const y = keep(required(name, context.outputs, 0));
      return [rule({ g, y, x, axes }), undefined];
    },
    flops: ({ inputs }) => countOf(inputs[0]),
    doc,
  });
}

/** g repeated over the reduced axes. */
const spread = (g: Tensor, x: Tensor) => expandLike(g, x.shape, [x]);

/** Elements of x along axes, less a correction: a number, or a scalar read off x where a dimension is open. */
export function countAlong(
  x: Tensor,
  axes: readonly number[],
  { dtype = x.dtype, correction = 0 }: { dtype?: DType; correction?: number } = {},
): number | Tensor {
  const sizes: Shape = axes.map((axis) => x.shape[axis]);
  if (isStatic(sizes)) return sizes.reduce((product, dim) => product * dim, 1) - correction;
  const counts = axes.map((axis) => cast(apply1(ShapeOf, [x], { start: axis, end: axis + 1 }), dtype));
  return sub(
    reshape(
      counts.reduce((product, count) => mul(product, count)),
      [],
    ),
    correction,
  );
}

/** g shared by the elements that equal the extreme, as PyTorch's amax does. */
const atExtreme: ReduceRule = ({ g, y, x, axes }) => {
  const mask = cast(equal(x, y), x.dtype);
  return mul(div(g, sum(mask, { axes, keepDims: true })), mask);
};

export const ReduceSum = reduction('ReduceSum', 13, 'Σ x. Gradient: g for each element.', ({ g, x }) =>
  spread(g, x),
);
export const ReduceMean = reduction(
  'ReduceMean',
  18,
  'Σ x / n. Gradient: g / n for each element.',
  ({ g, x, axes }) => spread(div(g, countAlong(x, axes)), x),
);
export const ReduceMax = reduction(
  'ReduceMax',
  20,
  'Largest element. Gradient: g at the largest, shared by ties.',
  atExtreme,
);
export const ReduceMin = reduction(
  'ReduceMin',
  20,
  'Smallest element. Gradient: g at the smallest, shared by ties.',
  atExtreme,
);
export const ReduceProd = reduction(
  'ReduceProd',
  18,
  'Π x. Gradient: g times the product of the other elements, zeros included.',
  ({ g, x, axes }) => mul(g, cumulativeProducts(x, axes)),
);
export const ReduceL1 = reduction('ReduceL1', 18, 'Σ |x|. Gradient: g sign x.', ({ g, x }) =>
  mul(g, sign(x)),
);
export const ReduceL2 = reduction(
  'ReduceL2',
  18,
  '√Σ x². Gradient: g x / y, 0 where all x are 0.',
  ({ g, y, x }) => mul(div(g, where(equal(y, 0), 1, y)), x),
);
export const ReduceSumSquare = reduction('ReduceSumSquare', 18, 'Σ x². Gradient: 2 g x.', ({ g, x }) =>
  mul(mul(g, 2), x),
);
export const ReduceLogSum = reduction('ReduceLogSum', 18, 'ln Σ x. Gradient: g / Σ x.', ({ g, y, x }) =>
  spread(div(g, exp(y)), x),
);
export const ReduceLogSumExp = reduction(
  'ReduceLogSumExp',
  18,
  'ln Σ e^x. Gradient: g e^(x - y), the softmax.',
  ({ g, y, x }) => mul(g, exp(sub(x, y))),
);

function position(name: 'ArgMax' | 'ArgMin', doc: string) {
  return defineOperator({
    name,
    opset: 13,
    attributes: { axis: 'int', keepdims: 'int', select_last_index: 'int' },
    defaults: { axis: 0, keepdims: 1, select_last_index: 0 },
    infer: ({ inputs, attributes }) => {
      const x = required(name, inputs, 0);
      const axis = normalizeAxis(name, attributes.axis, x.rank);
      return [{ dtype: 'int64', shape: reducedShape(x.shape, [axis], attributes.keepdims === 1) }];
    },
    gradient: notDifferentiable('its result is integers'),
    flops: ({ inputs }) => countOf(inputs[0]),
    doc,
  });
}

export const ArgMax = position(
  'ArgMax',
  'Position of the largest element along an axis, the first among equals.',
);
export const ArgMin = position(
  'ArgMin',
  'Position of the smallest element along an axis, the first among equals.',
);

/** Which axes a reduction takes (all by default) and whether they stay as size 1. */
export interface ReduceOptions {
  /** @default all axes */
  readonly axes?: number | readonly number[];
  /** @default false */
  readonly keepDims?: boolean;
}

/** Sums of small integers would overflow their type: the user says which type to sum in. */
function checkSummable(name: string, dtype: DType): void {
  const isExtreme = name === 'ReduceMax' || name === 'ReduceMin';
  const isWide = isFloat(dtype) || dtype === 'int32' || dtype === 'int64';
  if (!isWide && !isExtreme) {
    throw new DTypeError(name, `expects floats, int32 or int64, got ${dtype}; cast(x, 'int32') first`);
  }
}

function reduce<D extends DType>(
  operator: typeof ReduceSum,
  x: Tensor<D>,
  { axes, keepDims = false }: ReduceOptions,
): Tensor<D> {
  checkSummable(operator.name, x.dtype);
  const list = normalizeAxes(operator.name, typeof axes === 'number' ? [axes] : axes, x.rank);
  const attributes = { keepdims: keepDims ? 1 : 0, noop_with_empty_axes: list.length === 0 ? 1 : 0 };
  return apply1(operator, [x, int64Vector(list)], attributes) as Tensor<D>;
}

/** The runtime compares bytes, int32, int64 and floats; other integers go through int64. */
function extreme<D extends DType>(
  operator: typeof ReduceMax,
  x: Tensor<D>,
  options: ReduceOptions,
): Tensor<D> {
  const isOther =
    x.dtype !== 'int32' && x.dtype !== 'int64' && isInteger(x.dtype) && bytesPerElement(x.dtype) > 1;
  return isOther
    ? (cast(reduce(operator, cast(x, 'int64'), options), x.dtype) as Tensor as Tensor<D>)
    : reduce(operator, x, options);
}

/**
 * Sum over axes.
 * @example
 * console.log(await sum(tensor([[1, 2], [3, 4]]), { axes: 0 }).array()); // → [ 4, 6 ]
 */
export function sum<D extends DType>(x: Tensor<D>, options: ReduceOptions = {}): Tensor<D> {
  requireTensors('sum', x);
  knownOptions('sum', options, 'axes keepDims');
  return reduce(ReduceSum, x, options);
}

/**
 * Arithmetic mean over axes.
 * @example
 * console.log(await mean(tensor([1, 2, 6])).item()); // → 3
 */
export function mean<D extends DType>(x: Tensor<D>, options: ReduceOptions = {}): Tensor<D> {
  requireTensors('mean', x);
  knownOptions('mean', options, 'axes keepDims');
  return reduce(ReduceMean, x, options);
}

/**
 * Largest element over axes.
 * @example
 * console.log(await max(tensor([1, 5, 2])).item()); // → 5
 */
export function max<D extends DType>(x: Tensor<D>, options: ReduceOptions = {}): Tensor<D> {
  requireTensors('max', x);
  knownOptions('max', options, 'axes keepDims');
  return extreme(ReduceMax, x, options);
}

/**
 * Smallest element over axes.
 * @example
 * console.log(await min(tensor([3, 1, 2])).item()); // → 1
 */
export function min<D extends DType>(x: Tensor<D>, options: ReduceOptions = {}): Tensor<D> {
  requireTensors('min', x);
  knownOptions('min', options, 'axes keepDims');
  return extreme(ReduceMin, x, options);
}

/**
 * Product over axes.
 * @example
 * console.log(await prod(tensor([2, 3, 4])).item()); // → 24
 */
export function prod<D extends DType>(x: Tensor<D>, options: ReduceOptions = {}): Tensor<D> {
  requireTensors('prod', x);
  knownOptions('prod', options, 'axes keepDims');
  return reduce(ReduceProd, x, options);
}

/**
 * ln Σ e^x over axes, without overflow.
 * @example
 * console.log((await logSumExp(tensor([1000, 1000])).item()).toFixed(3)); // → 1000.693
 */
export function logSumExp<D extends DType>(x: Tensor<D>, options: ReduceOptions = {}): Tensor<D> {
  requireTensors('logSumExp', x);
  knownOptions('logSumExp', options, 'axes keepDims');
  return reduce(ReduceLogSumExp, x, options);
}

/**
 * Σ |x| over axes.
 * @example
 * console.log(await l1Norm(tensor([3, -4])).item()); // → 7
 */
export function l1Norm<D extends DType>(x: Tensor<D>, options: ReduceOptions = {}): Tensor<D> {
  requireTensors('l1Norm', x);
  knownOptions('l1Norm', options, 'axes keepDims');
  return reduce(ReduceL1, x, options);
}

/**
 * √Σ x² over axes.
 * @example
 * console.log(await l2Norm(tensor([3, -4])).item()); // → 5
 */
export function l2Norm<D extends DType>(x: Tensor<D>, options: ReduceOptions = {}): Tensor<D> {
  requireTensors('l2Norm', x);
  knownOptions('l2Norm', options, 'axes keepDims');
  return reduce(ReduceL2, x, options);
}

/**
 * Σ x² over axes.
 * @example
 * console.log(await sumSquare(tensor([3, -4])).item()); // → 25
 */
export function sumSquare<D extends DType>(x: Tensor<D>, options: ReduceOptions = {}): Tensor<D> {
  requireTensors('sumSquare', x);
  knownOptions('sumSquare', options, 'axes keepDims');
  return reduce(ReduceSumSquare, x, options);
}

/** `correction` is what n is lowered by: 1 for the sample's variance, 0 for the population's. @default 1 */
export interface VarianceOptions extends ReduceOptions {
  readonly correction?: number;
}

/**
 * Variance over axes: Σ (x - mean)² / (n - correction).
 * @example
 * console.log(await variance(tensor([1, 2, 3])).item()); // → 1
 */
export function variance<D extends DType>(x: Tensor<D>, given: VarianceOptions = {}): Tensor<D> {
  requireTensors('variance', x);
  const { correction = 1, ...options } = knownOptions('variance', given, 'correction axes keepDims');
  const axes = normalizeAxes(
    'variance',
    typeof options.axes === 'number' ? [options.axes] : options.axes,
    x.rank,
  );
  const centred = sub(x, mean(x, { axes, keepDims: true }));
  return div(
    sum(square(centred), { axes, keepDims: options.keepDims ?? false }),
    countAlong(x, axes, { correction }) as number | Tensor<D>,
  );
}

/**
 * Standard deviation over axes: the root of the variance.
 * @example
 * console.log(await std(tensor([1, 2, 3])).item()); // → 1
 */
export function std<D extends DType>(x: Tensor<D>, options: VarianceOptions = {}): Tensor<D> {
  requireTensors('std', x);
  knownOptions('std', options, 'correction axes keepDims');
  return sqrt(variance(x, options));
}

/** Along which axis, and whether it stays as size 1. */
export interface PositionOptions {
  /** @default -1 */
  readonly axis?: number;
  /** @default false */
  readonly keepDims?: boolean;
}

/** x, or x in a type whose positions the runtime finds. */
function comparable(x: Tensor): Tensor {
  const isDirect = isFloat(x.dtype) || x.dtype === 'int32' || x.dtype === 'int64' || x.dtype.endsWith('int8');
  return isDirect ? x : cast(x, 'int64');
}

/**
 * Position of the largest element along an axis, as int32; the first among equals.
 * @example
 * console.log(await argMax(tensor([1, 5, 2])).item()); // → 1
 */
export function argMax(x: Tensor, options: PositionOptions = {}): Tensor<'int32'> {
  requireTensors('argMax', x);
  const { axis = -1, keepDims = false } = knownOptions('argMax', options, 'axis keepDims');
  return cast(
    apply1(ArgMax, [comparable(x)], { axis, keepdims: keepDims ? 1 : 0, select_last_index: 0 }),
    'int32',
  );
}

/**
 * Position of the smallest element along an axis, as int32; the first among equals.
 * @example
 * console.log(await argMin(tensor([4, 5, 2])).item()); // → 2
 */
export function argMin(x: Tensor, options: PositionOptions = {}): Tensor<'int32'> {
  requireTensors('argMin', x);
  const { axis = -1, keepDims = false } = knownOptions('argMin', options, 'axis keepDims');
  return cast(
    apply1(ArgMin, [comparable(x)], { axis, keepdims: keepDims ? 1 : 0, select_last_index: 0 }),
    'int32',
  );
}

/**
 * Whether any element over axes is true.
 * @example
 * console.log(await any(tensor([false, true])).array()); // → true
 */
export function any(x: Tensor<'bool'>, options: ReduceOptions = {}): Tensor<'bool'> {
  requireTensors('any', x);
  knownOptions('any', options, 'axes keepDims');
  return cast(max(cast(x, 'int32'), options), 'bool');
}

/**
 * Whether all elements over axes are true.
 * @example
 * console.log(await all(tensor([false, true])).array()); // → false
 */
export function all(x: Tensor<'bool'>, options: ReduceOptions = {}): Tensor<'bool'> {
  requireTensors('all', x);
  knownOptions('all', options, 'axes keepDims');
  return cast(min(cast(x, 'int32'), options), 'bool');
}

/** A gradient of a broadcast result, summed back to the shape of the input that was stretched. */
export function sumTo(gradient: Tensor, like: Tensor): Tensor {
  if (sameShape(gradient.shape, like.shape)) return gradient;
  const extra = gradient.rank - like.rank;
  const axes = gradient.shape.flatMap((dim, axis) =>
    axis < extra || (like.shape[axis - extra] === 1 && dim !== 1) ? [axis] : [],
  );
  if (axes.length === 0) return gradient;
  const summed = sum(gradient, { axes });
  return sameShape(summed.shape, like.shape) ? summed : reshapeLike(summed, like);
}
