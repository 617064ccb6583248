/** All axes of a row as one. */
import { knownOptions } from '@noosphere/base';
import { flatten, type Tensor } from '@noosphere/core';

export interface FlattenOptions {
  /** First axis that is joined. @default 1 */
  readonly start?: number;
  /** Last one. @default the last axis */
  readonly end?: number;
}

/**
 * Joins axes from `start` to `end` into one, as PyTorch's Flatten: between a network's convolutions and its linear layers.
 * Shapes: [N, C, H, W] gives [N, C H W].
 * @example
 * console.log(new Flatten().forward(ones([2, 3, 4, 4])).shape); // → [ 2, 48 ]
 */
export class Flatten {
  readonly start: number;
  readonly end: number;

  constructor(options: FlattenOptions = {}) {
    const { start = 1, end = -1 } = knownOptions('Flatten', options, 'start end');
    this.start = start;
    this.end = end;
  }

  forward(x: Tensor): Tensor {
    return flatten(x, this.start, this.end);
  }
}
