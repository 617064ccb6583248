import { knownOptions } from '@noosphere/base';
import { groupNorm, ones, type Tensor, zeros } from '@noosphere/core';
import { requireMultiple, requireSizes } from './sizes.js';

export interface GroupNormOptions {
  /** Keeps the root away from 0. @default 1e-5 */
  readonly epsilon?: number;
  /** Scale and shift channels by weight and bias. @default true */
  readonly affine?: boolean;
}

/**
 * Normalises groups of channels of each sample: (x - mean) / √(variance + ε) γ + β, as PyTorch's `nn.GroupNorm`.
 * Shapes: x [N, C, ...]; weight γ and bias β [C]. Wu & He 2018.
 * @example
 * console.log(new GroupNorm(2, 4).forward(ones([1, 4, 3, 3])).shape); // → [ 1, 4, 3, 3 ]
 */
export class GroupNorm {
  readonly weight: Tensor | undefined;
  readonly bias: Tensor | undefined;
  readonly groups: number;
  readonly epsilon: number;

  constructor(groups: number, channels: number, options: GroupNormOptions = {}) {
    const { epsilon = 1e-5, affine = true } = knownOptions('GroupNorm', options, 'epsilon affine');
    requireSizes('GroupNorm', { groups, channels });
    requireMultiple('GroupNorm', 'channels', channels, 'the groups', groups);
    this.weight = affine ? ones([channels]) : undefined;
    this.bias = affine ? zeros([channels]) : undefined;
    this.groups = groups;
    this.epsilon = epsilon;
  }

  forward(x: Tensor): Tensor {
    return groupNorm(x, { groups: this.groups, scale: this.weight, bias: this.bias, epsilon: this.epsilon });
  }
}
