import { instanceNorm, ones, type Tensor, zeros } from '@noosphere/core';
import { requireSizes } from './sizes.js';

export interface InstanceNormOptions {
  /** Keeps the root away from 0. @default 1e-5 */
  readonly epsilon?: number;
  /** Scale and shift channels by weight and bias. @default false */
  readonly affine?: boolean;
}

/**
 * Normalises each channel of each sample: (x - mean) / √(variance + ε), then γ and β if affine; as PyTorch's
 * `nn.InstanceNorm1d` to `3d` by the sample's own statistics (their `track_running_stats` is off by default).
 * Shapes: x [N, C, ...]; weight γ and bias β [C]. Ulyanov et al. 2016.
 * @example
 * console.log(new InstanceNorm(4).forward(ones([1, 4, 3, 3])).shape); // → [ 1, 4, 3, 3 ]
 */
export class InstanceNorm {
  readonly weight: Tensor | undefined;
  readonly bias: Tensor | undefined;
  readonly epsilon: number;

  constructor(channels: number, { epsilon = 1e-5, affine = false }: InstanceNormOptions = {}) {
    requireSizes('InstanceNorm', { channels });
    this.weight = affine ? ones([channels]) : undefined;
    this.bias = affine ? zeros([channels]) : undefined;
    this.epsilon = epsilon;
  }

  forward(x: Tensor): Tensor {
    return instanceNorm(x, { scale: this.weight, bias: this.bias, epsilon: this.epsilon });
  }
}
