/** Batch normalisation with running statistics, over [N, C] and one to three further axes. */

import { knownOptions, requireRate } from '@noosphere/base';
import {
  add,
  batchNorm,
  batchNormTraining,
  div,
  mean,
  mul,
  ones,
  rsqrt,
  square,
  sub,
  type Tensor,
  zeros,
} from '@noosphere/core';
import { perChannel } from '@noosphere/core/operators';
import { type ForwardContext, inference } from '../step/context.js';
import { ChannelNorm, channelNormNames } from './channel-norm.js';
import { requireChannels } from './sizes.js';

export interface BatchNormLayerOptions {
  /** Keeps the root away from 0. @default 1e-5 */
  readonly epsilon?: number;
  /** Share of a batch in the running statistics; `'cumulative'` gives all batches equal shares. @default 0.1 */
  readonly momentum?: number | 'cumulative';
  /** Scale and shift channels by weight and bias. @default true */
  readonly affine?: boolean;
  /** Keep running statistics, by which prediction normalises; without them the batch's serve always. @default true */
  readonly trackRunningStatistics?: boolean;
}

/** What the three classes share: they differ in the inputs they take. */
abstract class BatchNorm extends ChannelNorm {
  readonly momentum: number | 'cumulative';

  constructor(channels: number, options: BatchNormLayerOptions = {}) {
    const known = knownOptions('BatchNorm', options, channelNormNames);
    const { epsilon = 1e-5, momentum = 0.1, affine = true, trackRunningStatistics = true } = known;
    super('BatchNorm', channels, { epsilon, affine, trackRunningStatistics });
    if (momentum !== 'cumulative') requireRate('BatchNorm', 'momentum', momentum);
    this.momentum = momentum;
  }

  protected normalize(x: Tensor, context: ForwardContext): Tensor {
    const scale = this.weight ?? ones([this.channels]);
    const bias = this.bias ?? zeros([this.channels]);
    const { running_mean: runningMean, running_var: runningVariance, epsilon } = this;
    if (!runningMean || !runningVariance) return normalizeByBatch(x, scale, bias, epsilon);
    if (!context.training)
      return batchNorm(x, { scale, bias, mean: runningMean, variance: runningVariance, epsilon });
    const [oldMean, oldVariance] = [context.current(runningMean), context.current(runningVariance)];
    const statistics = { runningMean: oldMean, runningVariance: oldVariance };
    const isCumulative = this.momentum === 'cumulative';
    const momentum = this.momentum === 'cumulative' ? 1 : this.momentum;
    const found = batchNormTraining(x, { scale, bias, epsilon, momentum, ...statistics });
    const count = countStep(this.num_batches_tracked as Tensor, context);
    const next = (old: Tensor, blended: Tensor) =>
      isCumulative ? add(old, div(sub(blended, old), count)) : blended;
    context.update(runningMean, next(oldMean, found.runningMean));
    context.update(runningVariance, next(oldVariance, found.runningVariance));
    return found.output;
  }
}

/** By the batch's own statistics, where no others are kept. */
function normalizeByBatch(x: Tensor, scale: Tensor, bias: Tensor, epsilon: number): Tensor {
  const axes = x.shape.flatMap((_, axis) => (axis === 1 ? [] : [axis]));
  const centred = sub(x, mean(x, { axes, keepDims: true }));
  const normal = mul(centred, rsqrt(add(mean(square(centred), { axes, keepDims: true }), epsilon)));
  return add(mul(normal, perChannel(scale, x.rank)), perChannel(bias, x.rank));
}

/** Counts a training step, and gives the count. */
function countStep(counted: Tensor, context: ForwardContext): Tensor {
  const next = add(context.current(counted), 1);
  context.update(counted, next);
  return next;
}

/**
 * Batch normalisation of vectors or sequences: (x - mean) / √(variance + ε) γ + β, as PyTorch's `nn.BatchNorm1d`: by the
 * batch while training, which enters the running statistics, else by those.
 * Shapes: x [N, C] or [N, C, L]; weight γ, bias β, running_mean and running_var [C]. Ioffe & Szegedy 2015.
 * @example
 * console.log(new BatchNorm1d(4).forward(ones([2, 4])).shape); // → [ 2, 4 ]
 */
export class BatchNorm1d extends BatchNorm {
  forward(x: Tensor, context: ForwardContext = inference): Tensor {
    requireChannels('BatchNorm1d', x, this.channels, [2, 3], '[N, C] or [N, C, L]');
    return this.normalize(x, context);
  }
}

/**
 * Batch normalisation of images: (x - mean) / √(variance + ε) γ + β, as PyTorch's `nn.BatchNorm2d`: by the batch while
 * training, which enters the running statistics, else by those.
 * Shapes: x [N, C, H, W]; weight γ, bias β, running_mean and running_var [C]. Ioffe & Szegedy 2015.
 * @example
 * console.log(new BatchNorm2d(4).forward(ones([2, 4, 3, 3])).shape); // → [ 2, 4, 3, 3 ]
 */
export class BatchNorm2d extends BatchNorm {
  forward(x: Tensor, context: ForwardContext = inference): Tensor {
    requireChannels('BatchNorm2d', x, this.channels, [4], '[N, C, H, W]');
    return this.normalize(x, context);
  }
}

/**
 * Batch normalisation of volumes: (x - mean) / √(variance + ε) γ + β, as PyTorch's `nn.BatchNorm3d`: by the batch while
 * training, which enters the running statistics, else by those.
 * Shapes: x [N, C, D, H, W]; weight γ, bias β, running_mean and running_var [C]. Ioffe & Szegedy 2015.
 * @example
 * console.log(new BatchNorm3d(4).forward(ones([2, 4, 2, 2, 2])).shape); // → [ 2, 4, 2, 2, 2 ]
 */
export class BatchNorm3d extends BatchNorm {
  forward(x: Tensor, context: ForwardContext = inference): Tensor {
    requireChannels('BatchNorm3d', x, this.channels, [5], '[N, C, D, H, W]');
    return this.normalize(x, context);
  }
}
