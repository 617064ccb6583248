/** Normalisations of single samples: over the last axes, over groups of channels, over channels one by one. */
import { ArgumentError, knownOptions, ShapeError } from '@noosphere/base';
import {
  apply,
  apply1,
  defineOperator,
  fill,
  type GradientContext,
  type Inputs,
  type Tensor,
} from '../graph/index.js';
import {
  type Dim,
  type DType,
  formatShape,
  isStatic,
  normalizeAxis,
  staticDim,
  staticShape,
} from '../shape/index.js';
import { add, div, mul, sub } from './arithmetic.js';
import { perChannel } from './batch-normalization.js';
import { gradientOf } from './composite.js';
import { cast, expandLike, reshape, reshapeLike } from './layout.js';
import {
  elementwiseFlops,
  required,
  requireFloat,
  requireSameDType,
  requireTensors,
  sameInfo,
} from './like.js';
import { mean, sumTo } from './reduce.js';
import { rsqrt, square } from './unary.js';

interface LayerAttributes {
  readonly axis: number;
  readonly epsilon: number;
  readonly stash_type: number;
}

/** The axes from `axis` to the last. */
function trailingAxes(operation: string, axis: number, rank: number): number[] {
  const first = normalizeAxis(operation, axis, rank);
  return Array.from({ length: rank - first }, (_, k) => first + k);
}

export const LayerNormalization = defineOperator({
  name: 'LayerNormalization',
  opset: 17,
  attributes: { axis: 'int', epsilon: 'float', stash_type: 'int' },
  defaults: { axis: -1, epsilon: 1e-5, stash_type: 1 },
  infer: ({ inputs, attributes }) => {
    const x = required('LayerNormalization', inputs, 0);
    requireSameDType('layerNorm', x, required('LayerNormalization', inputs, 1));
    const axes = trailingAxes('layerNorm', attributes.axis, x.rank);
    const shape = x.shape.map((dim, axis): Dim => (axes.includes(axis) ? 1 : dim));
    // Statistics are kept in float32 for every input type (stash_type 1), as ONNX defines.
    return [
      { dtype: x.dtype, shape: x.shape },
      { dtype: 'float32', shape },
      { dtype: 'float32', shape },
    ];
  },
  gradient: (context) => layerGradient(context),
  flops: elementwiseFlops(8),
  doc: 'scale (x - mean) / √(variance + ε) + bias over the last axes, with the mean and 1 / √(variance + ε) it used. Gradients: from those two: (h - mean h - n mean(h n)) / √(variance + ε) with h = g scale, n the normalised x; g n and g summed over the other axes.',
});

function layerGradient({
  inputs,
  outputs,
  outputGradients,
  attributes,
}: GradientContext<LayerAttributes>): Inputs {
  const x = required('LayerNormalization', inputs, 0);
  const scale = required('LayerNormalization', inputs, 1);
  const axes = trailingAxes('layerNorm', attributes.axis, x.rank);
  const center = cast(required('LayerNormalization', outputs, 1), x.dtype);
  const inverse = cast(required('LayerNormalization', outputs, 2), x.dtype);
  const [g, forMean, forInverse] = outputGradients;
  const centred = sub(x, center);
  let dx: Tensor | undefined;
  let dScale: Tensor | undefined;
  if (g) {
    const normal = mul(centred, inverse);
    const h = mul(g, scale);
    const average = (t: Tensor) => mean(t, { axes, keepDims: true });
    dx = mul(sub(sub(h, average(h)), mul(normal, average(mul(h, normal)))), inverse);
    dScale = sumTo(mul(g, normal), scale);
  }
  const count = () => axes.reduce((all, axis) => all * staticDim('gradient of layerNorm', x.shape[axis]), 1);
  if (forMean) {
    const spread = expandLike(div(cast(forMean, x.dtype), count()), x.shape, [x]);
    dx = dx ? add(dx, spread) : spread;
  }
  if (forInverse) {
    // d(1/√(v + ε))/dx = -(x - mean) / n · (1/√(v + ε))³
    const cubed = mul(square(inverse), inverse);
    const pulled = mul(centred, div(mul(cast(forInverse, x.dtype), cubed), -count()));
    dx = dx ? add(dx, pulled) : pulled;
  }
  return [dx, dScale, inputs[2] && g && sumTo(g, inputs[2])];
}

/** (x - mean) / √(variance + ε) over the last axis. */
function standardized(rows: Tensor, epsilon: number): Tensor {
  const width = rows.shape.at(-1);
  if (typeof width === 'number') {
    const scale = fill(rows.dtype, [width], 1);
    return apply1(LayerNormalization, [rows, scale], { axis: -1, epsilon, stash_type: 1 });
  }
  const centred = sub(rows, mean(rows, { axes: -1, keepDims: true }));
  return mul(centred, rsqrt(add(mean(square(centred), { axes: -1, keepDims: true }), epsilon)));
}

/** Each sample's channels in groups, normalised group by group, then scaled and shifted per channel. */
function groupFormula([x, scale, bias]: Inputs, groups: Dim, epsilon: number): Tensor[] {
  if (!x || !scale || !bias) throw new ArgumentError('groupNorm', 'needs x, scale and bias');
  const rows = reshape(x, [x.shape[0] as Dim, groups, -1]);
  const normal = reshapeLike(standardized(rows, epsilon), x);
  return [add(mul(normal, perChannel(scale, x.rank)), perChannel(bias, x.rank))];
}

const groupNormFormula = (inputs: Inputs, attributes: { num_groups: number; epsilon: number }) =>
  groupFormula(inputs, attributes.num_groups, attributes.epsilon);

export const GroupNormalization = defineOperator({
  name: 'GroupNormalization',
  opset: 21,
  attributes: { epsilon: 'float', num_groups: 'int', stash_type: 'int' },
  defaults: { epsilon: 1e-5, stash_type: 1 },
  infer: ({ inputs, attributes }) => {
    const x = required('GroupNormalization', inputs, 0);
    const channels = x.shape[1];
    if (x.rank < 2 || (typeof channels === 'number' && channels % attributes.num_groups !== 0)) {
      throw new ShapeError(
        'groupNorm',
        `expects x [N, C, ...] with C a multiple of ${attributes.num_groups} groups, got ${formatShape(x.shape)}`,
      );
    }
    return sameInfo('GroupNormalization', inputs);
  },
  formula: groupNormFormula,
  gradient: gradientOf(groupNormFormula),
  flops: elementwiseFlops(8),
  doc: 'scale (x - mean) / √(variance + ε) + bias per channel, statistics over groups of channels of a sample. Gradients: by its formula.',
});

const instanceFormula = (inputs: Inputs, { epsilon }: { epsilon: number }) =>
  groupFormula(inputs, inputs[0]?.shape[1] ?? 1, epsilon);

export const InstanceNormalization = defineOperator({
  name: 'InstanceNormalization',
  opset: 6,
  attributes: { epsilon: 'float' },
  defaults: { epsilon: 1e-5 },
  infer: ({ inputs }) => sameInfo('InstanceNormalization', inputs),
  formula: instanceFormula,
  gradient: gradientOf(instanceFormula),
  flops: elementwiseFlops(8),
  doc: 'scale (x - mean) / √(variance + ε) + bias, statistics over each channel of a sample. Gradients: by its formula.',
});

function rmsFormula([x, scale]: Inputs, { axis, epsilon }: { axis: number; epsilon: number }): Tensor[] {
  if (!x || !scale) throw new ArgumentError('rmsNorm', 'needs x and scale');
  const axes = trailingAxes('rmsNorm', axis, x.rank);
  const inverse = rsqrt(add(mean(square(x), { axes, keepDims: true }), epsilon));
  return [mul(mul(x, inverse), scale)];
}

export const RMSNormalization = defineOperator({
  name: 'RMSNormalization',
  opset: 23,
  attributes: { axis: 'int', epsilon: 'float', stash_type: 'int' },
  defaults: { axis: -1, epsilon: 1e-5, stash_type: 1 },
  infer: ({ inputs }) => sameInfo('RMSNormalization', inputs),
  formula: rmsFormula,
  gradient: gradientOf(rmsFormula),
  flops: elementwiseFlops(5),
  doc: 'scale x / √(mean x² + ε) over the last axes. Gradients: by its formula.',
});

export interface AffineOptions<D extends DType> {
  /** @default ones */
  readonly scale?: Tensor<D> | undefined;
  /** @default zeros */
  readonly bias?: Tensor<D> | undefined;
  /** Keeps the root away from 0. @default 1e-5 */
  readonly epsilon?: number;
}

/**
 * Layer normalisation over the axes from `axis` to the last: scale (x - mean) / √(variance + epsilon) + bias. Ba et al. 2016.
 * Shapes: scale and bias have the normalised dimensions of x.
 * @example
 * console.log(await layerNorm(tensor([[1, 3]]), { epsilon: 0 }).array()); // → [ [ -1, 1 ] ]
 */
export function layerNorm<D extends DType>(
  x: Tensor<D>,
  options: AffineOptions<D> & { readonly axis?: number } = {},
): Tensor<D> {
  const {
    scale,
    bias,
    axis = -1,
    epsilon = 1e-5,
  } = knownOptions('layerNorm', options, 'scale bias epsilon axis');
  requireFloat('layerNorm', x);
  const first = normalizeAxis('layerNorm', axis, x.rank);
  const own = scale ?? fill(x.dtype, staticShape('layerNorm without scale', x.shape.slice(first)), 1);
  return apply(LayerNormalization, bias ? [x, own, bias] : [x, own], {
    axis: first - x.rank,
    epsilon,
    stash_type: 1,
  })[0] as Tensor<D>;
}

/** Scale and bias of [C], ones and zeros where they are not given. */
function channelAffine<D extends DType>(operation: string, x: Tensor<D>, { scale, bias }: AffineOptions<D>) {
  requireFloat(operation, x);
  const filled = (value: number) =>
    fill(x.dtype, [staticDim(`${operation} without scale or bias`, x.shape[1])], value);
  return [x, scale ?? filled(1), bias ?? filled(0)];
}

/**
 * Group normalisation: statistics over `groups` groups of channels of each sample, then scale and bias per channel. Wu & He 2018.
 * Shapes: x [N, C, ...], scale and bias [C].
 * @example
 * console.log(await groupNorm(tensor([[[1], [3]]]), { groups: 1, epsilon: 0 }).array()); // → [ [ [ -1 ], [ 1 ] ] ]
 */
export function groupNorm<D extends DType>(
  x: Tensor<D>,
  options: AffineOptions<D> & { readonly groups: number },
): Tensor<D> {
  knownOptions('groupNorm', options, 'scale bias epsilon groups');
  return apply1(GroupNormalization, channelAffine('groupNorm', x, options), {
    epsilon: options.epsilon ?? 1e-5,
    num_groups: options.groups,
    stash_type: 1,
  }) as Tensor<D>;
}

/**
 * Instance normalisation: statistics over each channel of each sample, then scale and bias per channel. Ulyanov et al. 2016.
 * Shapes: x [N, C, ...], scale and bias [C].
 * @example
 * console.log(await instanceNorm(tensor([[[1, 3]]]), { epsilon: 0 }).array()); // → [ [ [ -1, 1 ] ] ]
 */
export function instanceNorm<D extends DType>(x: Tensor<D>, options: AffineOptions<D> = {}): Tensor<D> {
  requireTensors('instanceNorm', x);
  knownOptions('instanceNorm', options, 'scale bias epsilon');
  if (x.rank < 3 || (isStatic(x.shape) && x.shape.slice(2).reduce((all, dim) => all * dim, 1) < 2)) {
    throw new ShapeError(
      'instanceNorm',
      `expects x [N, C, ...] with several values a channel, got ${formatShape(x.shape)}`,
    );
  }
  return apply1(InstanceNormalization, channelAffine('instanceNorm', x, options), {
    epsilon: options.epsilon ?? 1e-5,
  }) as Tensor<D>;
}

export interface RmsNormOptions<D extends DType> {
  /** @default ones */
  readonly scale?: Tensor<D> | undefined;
  /** First of the normalised axes. @default -1 */
  readonly axis?: number;
  /** @default 1e-5 */
  readonly epsilon?: number;
}

/**
 * Root-mean-square normalisation over the axes from `axis` to the last: scale x / √(mean x² + epsilon). Zhang & Sennrich 2019.
 * @example
 * console.log(await rmsNorm(tensor([2, 2]), { epsilon: 0 }).array()); // → [ 1, 1 ]
 */
export function rmsNorm<D extends DType>(x: Tensor<D>, options: RmsNormOptions<D> = {}): Tensor<D> {
  const { scale, axis = -1, epsilon = 1e-5 } = knownOptions('rmsNorm', options, 'scale axis epsilon');
  requireFloat('rmsNorm', x);
  const first = normalizeAxis('rmsNorm', axis, x.rank);
  const own = scale ?? fill(x.dtype, staticShape('rmsNorm without scale', x.shape.slice(first)), 1);
  return apply1(RMSNormalization, [x, own], { axis: first - x.rank, epsilon, stash_type: 1 }) as Tensor<D>;
}
