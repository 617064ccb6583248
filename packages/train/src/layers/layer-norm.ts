import { knownOptions } from '@noosphere/base';
import { layerNorm, ones, type Tensor, zeros } from '@noosphere/core';
import { requireSizes } from './sizes.js';

export interface LayerNormOptions {
  /** Keeps the root away from 0. @default 1e-5 */
  readonly epsilon?: number;
  /** Scale and shift by weight and bias. @default true */
  readonly affine?: boolean;
  /** Shift by a bias too. @default true */
  readonly bias?: boolean;
}

/**
 * Normalises the last axes: (x - mean) / √(variance + ε) γ + β, as PyTorch's `nn.LayerNorm`.
 * Shapes: x [..., E] with E the size, one number or several; weight γ and bias β [E]. Ba et al. 2016.
 * @example
 * console.log(new LayerNorm(4).forward(ones([2, 4])).shape); // → [ 2, 4 ]
 */
export class LayerNorm {
  readonly weight: Tensor | undefined;
  readonly bias: Tensor | undefined;
  readonly size: readonly number[];
  readonly epsilon: number;

  constructor(size: number | readonly number[], options: LayerNormOptions = {}) {
    const known = knownOptions('LayerNorm', options, 'epsilon affine bias');
    const { epsilon = 1e-5, affine = true, bias = true } = known;
    this.size = [size].flat();
    for (const each of this.size) requireSizes('LayerNorm', { size: each });
    this.weight = affine ? ones(this.size) : undefined;
    this.bias = affine && bias ? zeros(this.size) : undefined;
    this.epsilon = epsilon;
  }

  forward(x: Tensor): Tensor {
    return layerNorm(x, {
      axis: -this.size.length,
      scale: this.weight ?? ones(this.size),
      bias: this.bias,
      epsilon: this.epsilon,
    });
  }
}
