/** Batch normalisation: by given statistics, or by those of the batch. Statistics are per channel (axis 1). */
import { DTypeError, knownOptions, ShapeError } from '@noosphere/base';
import {
  apply,
  apply1,
  defineOperator,
  type GradientContext,
  type Inputs,
  type Tensor,
} from '../graph/index.js';
import { type DType, formatShape, staticDim } from '../shape/index.js';
import { add, div, mul, sub } from './arithmetic.js';
import { unsqueeze } from './layout.js';
import { elementwiseFlops, required, requireFloat } from './like.js';
import { mean, sum } from './reduce.js';
import { rsqrt, square } from './unary.js';

interface BatchAttributes {
  readonly epsilon: number;
  readonly momentum: number;
  readonly training_mode: number;
}
type BatchContext = GradientContext<BatchAttributes>;

/** One value a channel, shaped to broadcast over [N, C, ...]. */
export function perChannel(vector: Tensor, rank: number): Tensor {
  return rank <= 2
    ? vector
    : unsqueeze(
        vector,
        Array.from({ length: rank - 2 }, (_, k) => k + 1),
      );
}

/** All axes but the channels'. */
function batchAxes(rank: number): number[] {
  return Array.from({ length: rank }, (_, axis) => axis).filter((axis) => axis !== 1);
}

function parts(inputs: Inputs) {
  const [x, scale, bias, center, spread] = [0, 1, 2, 3, 4].map((index) =>
    required('BatchNormalization', inputs, index),
  ) as [Tensor, Tensor, Tensor, Tensor, Tensor];
  return { x, scale, bias, center, spread };
}

export const BatchNormalization = defineOperator({
  name: 'BatchNormalization',
  opset: 15,
  attributes: { epsilon: 'float', momentum: 'float', training_mode: 'int' },
  defaults: { epsilon: 1e-5, momentum: 0.9, training_mode: 0 },
  infer: ({ inputs, attributes }) => {
    const { x, scale, center, spread } = parts(inputs);
    const channels = x.shape[1];
    if (x.rank < 2 || (typeof channels === 'number' && scale.shape[0] !== channels)) {
      throw new ShapeError(
        'batchNorm',
        `expects x [N, C, ...] and one value a channel, got ${formatShape(x.shape)} and ${formatShape(scale.shape)}`,
      );
    }
    const output = { dtype: x.dtype, shape: x.shape };
    if (attributes.training_mode === 0) return [output];
    return [
      output,
      { dtype: center.dtype, shape: center.shape },
      { dtype: spread.dtype, shape: spread.shape },
    ];
  },
  allOutputs: true,
  gradient: (context) =>
    context.attributes.training_mode === 0 ? inferenceGradient(context) : trainingGradient(context),
  flops: elementwiseFlops(5),
  doc: 'scale (x - mean) / √(variance + ε) + bias per channel, by given statistics or, in training mode, by the batch’s, which then enter the running ones. Gradients: those of the formula, through the batch’s statistics too.',
});

function inferenceGradient({ inputs, outputGradients, attributes }: BatchContext): Inputs {
  const { x, scale, center, spread } = parts(inputs);
  const g = required('BatchNormalization', outputGradients, 0);
  const axes = batchAxes(x.rank);
  const inverse = rsqrt(add(spread, attributes.epsilon));
  const slope = mul(scale, inverse);
  const summed = sum(g, { axes });
  const centred = sub(x, perChannel(center, x.rank));
  const weighted = sum(mul(g, centred), { axes });
  return [
    mul(g, perChannel(slope, x.rank)),
    mul(weighted, inverse),
    summed,
    mul(mul(summed, slope), -1),
    mul(mul(weighted, mul(slope, square(inverse))), -0.5),
  ];
}

/** Mean and population variance of the batch: the operator gives them itself where the running ones count nothing. */
function batchStatistics({ inputs, outputs, attributes }: Omit<BatchContext, 'outputGradients'>) {
  const { x } = parts(inputs);
  const [, center, spread] = outputs;
  if (attributes.momentum === 0 && center && spread) return { center, spread };
  const axes = batchAxes(x.rank);
  const average = mean(x, { axes });
  return { center: average, spread: mean(square(sub(x, perChannel(average, x.rank))), { axes }) };
}

function trainingGradient(context: BatchContext): Inputs {
  const { outputGradients, attributes } = context;
  const { x, scale } = parts(context.inputs);
  const { rank } = x;
  const axes = batchAxes(rank);
  const { center, spread } = batchStatistics(context);
  const inverse = rsqrt(add(spread, attributes.epsilon));
  const centred = sub(x, perChannel(center, rank));
  const [g, forMean, forVariance] = outputGradients;
  let dx: Tensor | undefined;
  let dScale: Tensor | undefined;
  let dBias: Tensor | undefined;
  if (g) {
    const normal = mul(centred, perChannel(inverse, rank));
    dScale = sum(mul(g, normal), { axes });
    dBias = sum(g, { axes });
    const count = groupCount(x, axes);
    const pulled = sub(
      sub(g, perChannel(div(dBias, count), rank)),
      mul(normal, perChannel(div(dScale, count), rank)),
    );
    dx = mul(pulled, perChannel(mul(scale, inverse), rank));
  }
  const share = (1 - attributes.momentum) / groupCount(x, axes);
  const statistics = [
    forMean && perChannel(mul(forMean, share), rank),
    forVariance && mul(centred, perChannel(mul(forVariance, 2 * share), rank)),
  ].filter((part) => part !== undefined);
  // d(running)/dx; a mean's gradient alone is broadcast over x by adding it to zeros of x's shape.
  for (const part of statistics) dx = add(dx ?? mul(centred, 0), part);
  const kept = (gradient: Tensor | undefined) => gradient && mul(gradient, attributes.momentum);
  return [dx, dScale, dBias, kept(forMean), kept(forVariance)];
}

function groupCount(x: Tensor, axes: readonly number[]): number {
  return axes.reduce((product, axis) => product * staticDim('batchNorm in training', x.shape[axis]), 1);
}

export interface BatchNormOptions<D extends DType> {
  /** One value a channel, shape [C]. */
  readonly scale: Tensor<D>;
  readonly bias: Tensor<D>;
  readonly mean: Tensor<D>;
  readonly variance: Tensor<D>;
  /** @default 1e-5 */
  readonly epsilon?: number;
}

/**
 * Batch normalisation by given statistics: scale (x - mean) / √(variance + epsilon) + bias. Ioffe & Szegedy 2015.
 * Shapes: x [N, C, ...], the others [C].
 * @example
 * const [one, two] = [tensor([1]), tensor([2])];
 * const y = batchNorm(tensor([[4]]), { scale: one, bias: one, mean: two, variance: one, epsilon: 0 });
 * console.log(await y.array()); // → [ [ 3 ] ]
 */
export function batchNorm<D extends DType>(x: Tensor<D>, options: BatchNormOptions<D>): Tensor<D> {
  requireFloat('batchNorm', x);
  const {
    scale,
    bias,
    mean: center,
    variance: spread,
    epsilon = 1e-5,
  } = knownOptions('batchNorm', options, 'scale bias mean variance epsilon');
  return apply1(BatchNormalization, [x, scale, bias, center, spread], {
    epsilon,
    momentum: 0.9,
    training_mode: 0,
  }) as Tensor<D>;
}

export interface BatchNormTrainingOptions<D extends DType> {
  /** One value a channel, shape [C]. */
  readonly scale: Tensor<D>;
  readonly bias: Tensor<D>;
  readonly runningMean: Tensor<D>;
  readonly runningVariance: Tensor<D>;
  /** Share of the batch in the new running statistics, as in PyTorch. @default 0.1 */
  readonly momentum?: number;
  /** @default 1e-5 */
  readonly epsilon?: number;
}

export interface BatchNormTrainingResult<D extends DType> {
  readonly output: Tensor<D>;
  readonly runningMean: Tensor<D>;
  readonly runningVariance: Tensor<D>;
}

/**
 * Batch normalisation by the batch's own mean and population variance, and the running statistics it leads to:
 * (1 - momentum) running + momentum batch, with the sample's variance (n - 1), as PyTorch has it.
 * Shapes: x [N, C, ...], the others [C].
 * @example
 * const ones1 = ones([1]);
 * const { output } = batchNormTraining(tensor([[1], [3]]), {
 *   scale: ones1, bias: zeros([1]), runningMean: zeros([1]), runningVariance: ones1, epsilon: 0,
 * });
 * console.log(await output.array()); // → [ [ -1 ], [ 1 ] ]
 */
export function batchNormTraining<D extends DType>(
  x: Tensor<D>,
  options: BatchNormTrainingOptions<D>,
): BatchNormTrainingResult<D> {
  requireFloat('batchNormTraining', x);
  const {
    scale,
    bias,
    runningMean,
    runningVariance,
    momentum = 0.1,
    epsilon = 1e-5,
  } = knownOptions('batchNormTraining', options, 'scale bias runningMean runningVariance momentum epsilon');
  const count = groupCount(x, batchAxes(x.rank));
  if (count < 2) {
    throw new ShapeError(
      'batchNormTraining',
      `needs at least two values a channel, got x ${formatShape(x.shape)}; use batchNorm for single samples`,
    );
  }
  if (runningMean.dtype !== x.dtype || runningVariance.dtype !== x.dtype) {
    throw new DTypeError(
      'batchNormTraining',
      `running statistics must be ${x.dtype}, got ${runningMean.dtype}`,
    );
  }
  const [output, center, spread] = apply(BatchNormalization, [x, scale, bias, runningMean, runningVariance], {
    epsilon,
    // ONNX's momentum is the share of the old; with 0 the operator gives the batch's statistics, which the gradient reads too.
    momentum: 0,
    training_mode: 1,
  }) as [Tensor<D>, Tensor<D>, Tensor<D>];
  const blend = (old: Tensor<D>, batch: Tensor<D>) => add(mul(old, 1 - momentum), mul(batch, momentum));
  return {
    output,
    runningMean: blend(runningMean, center),
    runningVariance: blend(runningVariance, mul(spread, count / (count - 1))),
  };
}
