/** Normalisations without parameters: by a norm, by mean and deviation, by neighbouring channels. */
import { ArgumentError, knownOptions } from '@noosphere/base';
import { apply1, defineOperator, fromNumbers, type Inputs, type Tensor } from '../graph/index.js';
import { type Dim, type DType, normalizeAxis, staticDim } from '../shape/index.js';
import { add, div, mul, pow, sub } from './arithmetic.js';
import { equal, where } from './comparison.js';
import { gradientOf } from './composite.js';
import { reshape, reshapeLike } from './layout.js';
import { elementwiseFlops, required, requireFloat, sameInfo } from './like.js';
import { productAlong } from './matrix.js';
import { l1Norm, l2Norm, mean } from './reduce.js';
import { sqrt, square } from './unary.js';

function lpFormula(inputs: Inputs, { axis, p }: { axis: number; p: number }): Tensor[] {
  const x = required('LpNormalization', inputs, 0);
  const norm = (p === 1 ? l1Norm : l2Norm)(x, { axes: axis, keepDims: true });
  // Zeros stay zeros: 0 / 0 is never computed.
  return [div(x, where(equal(norm, 0), 1, norm))];
}

export const LpNormalization = defineOperator({
  name: 'LpNormalization',
  opset: 1,
  attributes: { axis: 'int', p: 'int' },
  defaults: { axis: -1, p: 2 },
  infer: ({ inputs }) => sameInfo('LpNormalization', inputs),
  formula: lpFormula,
  gradient: gradientOf(lpFormula),
  flops: elementwiseFlops(3),
  doc: 'x divided by its L1 or L2 norm along an axis. Gradient: by its formula.',
});

/** ONNX keeps the deviation away from 0 by this much. */
const deviationFloor = 1e-9;

function meanVarianceFormula(inputs: Inputs, { axes }: { axes: readonly number[] }): Tensor[] {
  const x = required('MeanVarianceNormalization', inputs, 0);
  const centred = sub(x, mean(x, { axes, keepDims: true }));
  const deviation = sqrt(mean(square(centred), { axes, keepDims: true }));
  return [div(centred, add(deviation, deviationFloor))];
}

export const MeanVarianceNormalization = defineOperator({
  name: 'MeanVarianceNormalization',
  opset: 13,
  attributes: { axes: 'ints' },
  defaults: { axes: [0, 2, 3] },
  infer: ({ inputs }) => sameInfo('MeanVarianceNormalization', inputs),
  formula: meanVarianceFormula,
  gradient: gradientOf(meanVarianceFormula),
  flops: elementwiseFlops(6),
  doc: '(x - mean) / standard deviation over axes. Gradient: by its formula.',
});

interface LrnAttributes {
  readonly alpha: number;
  readonly beta: number;
  readonly bias: number;
  readonly size: number;
}

function lrnFormula(inputs: Inputs, { alpha, beta, bias, size }: LrnAttributes): Tensor[] {
  const x = required('LRN', inputs, 0);
  const channels = staticDim('gradient of LRN', x.shape[1]);
  const sums = productAlong(square(x), 1, neighbourMatrix(x.dtype, channels, size));
  return [div(x, pow(add(mul(sums, alpha / size), bias), beta))];
}

/** 1 where a row's channel lies in a column's window of `size` channels. */
function neighbourMatrix(dtype: DType, channels: number, size: number): Tensor {
  const before = Math.floor((size - 1) / 2);
  const after = Math.ceil((size - 1) / 2);
  const data = new Float64Array(channels * channels);
  for (let to = 0; to < channels; to++) {
    const last = Math.min(channels - 1, to + after);
    for (let from = Math.max(0, to - before); from <= last; from++) data[from * channels + to] = 1;
  }
  return fromNumbers(dtype, [channels, channels], data);
}

export const LRN = defineOperator({
  name: 'LRN',
  opset: 13,
  attributes: { alpha: 'float', beta: 'float', bias: 'float', size: 'int' },
  defaults: { alpha: 1e-4, beta: 0.75, bias: 1 },
  infer: ({ inputs }) => sameInfo('LRN', inputs),
  formula: lrnFormula,
  gradient: gradientOf(lrnFormula),
  flops: ({ outputs, attributes }) => elementwiseFlops(attributes.size + 10)({ outputs }),
  doc: 'x / (bias + α/size Σ x² over neighbouring channels)^β. Gradient: by its formula.',
});

/**
 * x divided by its L1 or L2 norm along an axis; zeros stay zeros.
 * @example
 * console.log(await lpNormalize(tensor([3, -1]), { p: 1 }).array()); // → [ 0.75, -0.25 ]
 */
export function lpNormalize<D extends DType>(
  x: Tensor<D>,
  options: { p?: number; axis?: number } = {},
): Tensor<D> {
  const { p = 2, axis = -1 } = knownOptions('lpNormalize', options, 'p axis');
  requireFloat('lpNormalize', x);
  if (p !== 1 && p !== 2) throw new ArgumentError('lpNormalize', `p must be 1 or 2, got ${p}`);
  return apply1(LpNormalization, [x], { axis: normalizeAxis('lpNormalize', axis, x.rank), p }) as Tensor<D>;
}

export interface LocalResponseNormOptions {
  /** Channels in a window. */
  readonly size: number;
  /** @default 1e-4 */
  readonly alpha?: number;
  /** @default 0.75 */
  readonly beta?: number;
  /** @default 1 */
  readonly bias?: number;
}

/**
 * x / (bias + alpha/size Σ x² over `size` neighbouring channels)^beta. Krizhevsky et al. 2012.
 * Shapes: x [N, C, ...].
 * @example
 * const y = localResponseNorm(ones([1, 1, 1, 1]), { size: 1, alpha: 3, beta: 0.5 });
 * console.log(await y.item()); // → 0.5
 */
export function localResponseNorm<D extends DType>(
  x: Tensor<D>,
  options: LocalResponseNormOptions,
): Tensor<D> {
  requireFloat('localResponseNorm', x);
  const {
    size,
    alpha = 1e-4,
    beta = 0.75,
    bias = 1,
  } = knownOptions('localResponseNorm', options, 'size alpha beta bias');
  // ONNX Runtime's kernel takes images only.
  const images = x.rank === 4 ? x : reshape(x, [x.shape[0] as Dim, x.shape[1] as Dim, -1, 1]);
  const normal = apply1(LRN, [images], { size, alpha, beta, bias });
  return (x.rank === 4 ? normal : reshapeLike(normal, x)) as Tensor<D>;
}
