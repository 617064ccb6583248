/** What convolutions and transposed ones begin with: checked sizes, and weights of one rule. */

import type { Tensor } from '@noosphere/core';
import { perAxis } from '@noosphere/core/operators';
import type { Random } from '../random.js';
import { requireMultiple, requireRandom, requireSizes } from './sizes.js';

/** A size for every spatial axis, or one for each. */
export type Kernel = number | readonly number[];

/** Options of `WindowOptions`. */
export const windowNames = ['strides', 'padding', 'pads', 'dilations'] as const;

export interface KernelSizes {
  readonly inputs: number;
  readonly outputs: number;
  readonly groups: number;
  readonly kernel: Kernel;
  /** Spatial axes. */
  readonly rank: 1 | 2 | 3;
}

/**
 * Weight [A, B / groups, …kernel] and bias [O], uniform in ±1/√(B / groups · ∏ kernel). A convolution has A its outputs, B its
 * inputs; a transposed one the other way round, whose outputs PyTorch counts as inputs here, too.
 */
export function kernelParameters(
  layer: string,
  sizes: KernelSizes,
  random: Random,
  { bias, transposed }: { readonly bias: boolean; readonly transposed: boolean },
): { readonly weight: Tensor; readonly bias: Tensor | undefined } {
  const { inputs, outputs, groups, rank } = sizes;
  const kernel = perAxis(layer, 'kernel', sizes.kernel, rank);
  requireSizes(layer, { inputs, outputs, groups });
  requireRandom(layer, random);
  requireMultiple(layer, 'inputs', inputs, 'the groups', groups);
  requireMultiple(layer, 'outputs', outputs, 'the groups', groups);
  const [rows, columns] = transposed ? [inputs, outputs / groups] : [outputs, inputs / groups];
  const bound = 1 / Math.sqrt(kernel.reduce((product, size) => product * size, columns));
  return {
    weight: random.uniformTensor([rows, columns, ...kernel], bound),
    bias: bias ? random.uniformTensor([outputs], bound) : undefined,
  };
}
