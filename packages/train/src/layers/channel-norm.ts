/** The state of layers that normalise channel by channel, by PyTorch's names: scale, shift and running statistics. */

import { ones, type Tensor, zeros } from '@noosphere/core';
import { scalar } from '@noosphere/core/operators';
import type { WithBuffers } from '../step/context.js';
import { requireSizes } from './sizes.js';

export const channelNormNames = ['epsilon', 'momentum', 'affine', 'trackRunningStatistics'] as const;

export abstract class ChannelNorm implements WithBuffers {
  readonly weight: Tensor | undefined;
  readonly bias: Tensor | undefined;
  readonly running_mean: Tensor | undefined;
  readonly running_var: Tensor | undefined;
  /** Training steps so far, where a layer counts them: float32, as all state of a step, and whole up to 16 million. */
  readonly num_batches_tracked: Tensor | undefined;
  readonly bufferNames: readonly string[];
  readonly channels: number;
  readonly epsilon: number;

  constructor(
    name: string,
    channels: number,
    options: {
      readonly epsilon: number;
      readonly affine: boolean;
      readonly trackRunningStatistics: boolean;
    },
  ) {
    const { epsilon, affine, trackRunningStatistics } = options;
    requireSizes(name, { channels });
    this.weight = affine ? ones([channels]) : undefined;
    this.bias = affine ? zeros([channels]) : undefined;
    this.running_mean = trackRunningStatistics ? zeros([channels]) : undefined;
    this.running_var = trackRunningStatistics ? ones([channels]) : undefined;
    this.num_batches_tracked = trackRunningStatistics ? scalar('float32', 0) : undefined;
    this.bufferNames = trackRunningStatistics ? ['running_mean', 'running_var', 'num_batches_tracked'] : [];
    this.channels = channels;
    this.epsilon = epsilon;
  }
}
