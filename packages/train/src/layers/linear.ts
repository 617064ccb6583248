import { knownOptions } from '@noosphere/base';
import { linear, type Tensor } from '@noosphere/core';
import type { Random } from '../random.js';
import { requireRandom, requireSizes } from './sizes.js';

export interface LinearOptions {
  /** @default true */
  readonly bias?: boolean;
}

/**
 * y = x Wᵀ + b, as PyTorch's `nn.Linear`. Starts uniform in ±1/√inputs.
 * Shapes: x [..., I] gives [..., O]; weight [O, I], bias [O].
 * @example
 * const layer = new Linear(3, 2, new Random(1));
 * console.log(layer.forward(ones([5, 3])).shape); // → [ 5, 2 ]
 */
export class Linear {
  readonly weight: Tensor;
  readonly bias: Tensor | undefined;

  constructor(inputs: number, outputs: number, random: Random, options: LinearOptions = {}) {
    const { bias = true } = knownOptions('Linear', options, 'bias');
    requireSizes('Linear', { inputs, outputs });
    requireRandom('Linear', random);
    const bound = 1 / Math.sqrt(inputs);
    this.weight = random.uniformTensor([outputs, inputs], bound);
    this.bias = bias ? random.uniformTensor([outputs], bound) : undefined;
  }

  forward(x: Tensor): Tensor {
    return linear(x, this.weight, this.bias);
  }
}
