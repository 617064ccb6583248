import { knownOptions } from '@noosphere/base';
import { ones, rmsNorm, type Tensor } from '@noosphere/core';
import { requireSizes } from './sizes.js';

export interface RMSNormOptions {
  /** Keeps the root away from 0. @default 2^-23, the rounding of float32, as in PyTorch */
  readonly epsilon?: number;
  /** Scale by a weight. @default true */
  readonly affine?: boolean;
}

/**
 * Divides by the root mean square of the last axes: x / √(mean x² + ε) γ, as PyTorch's `nn.RMSNorm`.
 * Shapes: x [..., E] with E the size, one number or several; weight γ [E]. Zhang & Sennrich 2019.
 * @example
 * console.log(await new RMSNorm(2).forward(tensor([2, 2])).array()); // → [ 1, 1 ]
 */
export class RMSNorm {
  readonly weight: Tensor | undefined;
  readonly size: readonly number[];
  readonly epsilon: number;

  constructor(size: number | readonly number[], options: RMSNormOptions = {}) {
    const { epsilon = 2 ** -23, affine = true } = knownOptions('RMSNorm', options, 'epsilon affine');
    this.size = [size].flat();
    for (const each of this.size) requireSizes('RMSNorm', { size: each });
    this.weight = affine ? ones(this.size) : undefined;
    this.epsilon = epsilon;
  }

  forward(x: Tensor): Tensor {
    return rmsNorm(x, {
      axis: -this.size.length,
      scale: this.weight ?? ones(this.size),
      epsilon: this.epsilon,
    });
  }
}
