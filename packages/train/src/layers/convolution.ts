import { conv, type Tensor, type WindowOptions } from '@noosphere/core';
import type { Random } from '../random.js';

export interface Conv2dOptions extends WindowOptions {
  /** @default 1 */
  readonly groups?: number;
  /** @default true */
  readonly bias?: boolean;
}

/**
 * Convolution over images, as PyTorch's `nn.Conv2d`. Starts uniform in ±1/√(inputs of one output).
 * Shapes: x [N, C, H, W] gives [N, O, H', W']; weight [O, C / groups, k, k], bias [O].
 * @example
 * const layer = new Conv2d(3, 8, 3, new Random(1), { padding: 1 });
 * console.log(layer.forward(ones([2, 3, 16, 16])).shape); // → [ 2, 8, 16, 16 ]
 */
export class Conv2d {
  readonly weight: Tensor;
  readonly bias: Tensor | undefined;
  readonly window: WindowOptions & { readonly groups: number };

  constructor(inputs: number, outputs: number, kernel: number, random: Random, options: Conv2dOptions = {}) {
    const { groups = 1, bias = true, ...window } = options;
    const bound = 1 / Math.sqrt((inputs / groups) * kernel * kernel);
    this.weight = random.uniformTensor([outputs, inputs / groups, kernel, kernel], bound);
    this.bias = bias ? random.uniformTensor([outputs], bound) : undefined;
    this.window = { ...window, groups };
  }

  forward(x: Tensor): Tensor {
    return conv(x, this.weight, { ...this.window, bias: this.bias });
  }
}
