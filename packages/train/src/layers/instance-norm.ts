import { knownOptions, requireRate } from '@noosphere/base';
import {
  add,
  batchNorm,
  instanceNorm,
  mean,
  mul,
  ones,
  square,
  staticDim,
  sub,
  type Tensor,
  zeros,
} from '@noosphere/core';
import { type ForwardContext, inference } from '../step/context.js';
import { ChannelNorm, channelNormNames } from './channel-norm.js';

export interface InstanceNormOptions {
  /** Keeps the root away from 0. @default 1e-5 */
  readonly epsilon?: number;
  /** Scale and shift channels by weight and bias. @default false */
  readonly affine?: boolean;
  /** Keep running statistics, by which prediction normalises; without them each sample's own serve always. @default false */
  readonly trackRunningStatistics?: boolean;
  /** Share of a batch's mean statistics in the running ones. @default 0.1 */
  readonly momentum?: number;
}

/**
 * Normalises each channel of each sample: (x - mean) / √(variance + ε), then γ and β if affine; as PyTorch's
 * `nn.InstanceNorm1d` to `3d`.
 * Shapes: x [N, C, ...]; weight γ, bias β, running_mean and running_var [C]. Ulyanov et al. 2016.
 * @example
 * console.log(new InstanceNorm(4).forward(ones([1, 4, 3, 3])).shape); // → [ 1, 4, 3, 3 ]
 */
export class InstanceNorm extends ChannelNorm {
  readonly momentum: number;

  constructor(channels: number, options: InstanceNormOptions = {}) {
    const known = knownOptions('InstanceNorm', options, channelNormNames);
    const { epsilon = 1e-5, affine = false, trackRunningStatistics = false, momentum = 0.1 } = known;
    super('InstanceNorm', channels, { epsilon, affine, trackRunningStatistics });
    requireRate('InstanceNorm', 'momentum', momentum);
    this.momentum = momentum;
  }

  forward(x: Tensor, context: ForwardContext = inference): Tensor {
    const { weight, bias, running_mean: runningMean, running_var: runningVariance, epsilon } = this;
    const isTracked = runningMean !== undefined && runningVariance !== undefined;
    if (isTracked && !context.training) {
      const affine = { scale: weight ?? ones([this.channels]), bias: bias ?? zeros([this.channels]) };
      return batchNorm(x, { ...affine, mean: runningMean, variance: runningVariance, epsilon });
    }
    if (isTracked) {
      const { center, spread } = meanStatistics(x);
      const blend = (buffer: Tensor, found: Tensor) => {
        const old = context.current(buffer);
        context.update(buffer, add(mul(old, 1 - this.momentum), mul(found, this.momentum)));
      };
      blend(runningMean, center);
      blend(runningVariance, spread);
    }
    return instanceNorm(x, { scale: weight, bias, epsilon });
  }
}

/** Mean over the samples of their channels' means and sample variances: [C]. */
function meanStatistics(x: Tensor): { center: Tensor; spread: Tensor } {
  const spatial = x.shape.flatMap((_, axis) => (axis < 2 ? [] : [axis]));
  const count = spatial.reduce((all, axis) => all * staticDim('InstanceNorm', x.shape[axis]), 1);
  const center = mean(x, { axes: spatial, keepDims: true });
  const spread = mul(mean(square(sub(x, center)), { axes: spatial }), count / (count - 1));
  return { center: mean(center, { axes: [0, ...spatial] }), spread: mean(spread, { axes: 0 }) };
}
