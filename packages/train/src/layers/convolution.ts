/** Convolutions over one to three spatial axes; depthwise ones have as many groups as inputs. */

import { knownOptions } from '@noosphere/base';
import { conv, type PadMode, pad, type Tensor, type WindowOptions } from '@noosphere/core';
import { padsOf } from '@noosphere/core/operators';
import type { Random } from '../random.js';
import { type Kernel, kernelParameters, windowNames } from './kernel-parameters.js';

export interface ConvLayerOptions extends WindowOptions {
  /** Channels are cut into so many groups, each convolved on its own. @default 1 */
  readonly groups?: number;
  /** @default true */
  readonly bias?: boolean;
  /** What stands in the padding: zeros, the image mirrored, its edge, or its other end. @default 'zeros' */
  readonly paddingMode?: 'zeros' | 'reflect' | 'replicate' | 'circular';
}

const padModes: Readonly<Record<'reflect' | 'replicate' | 'circular', PadMode>> = {
  reflect: 'reflect',
  replicate: 'edge',
  circular: 'wrap',
};

/** What the three classes share: they differ in the rank of the kernel alone. */
abstract class Convolution {
  readonly weight: Tensor;
  readonly bias: Tensor | undefined;
  readonly window: WindowOptions & { readonly groups: number };
  readonly paddingMode: 'zeros' | 'reflect' | 'replicate' | 'circular';

  /** Spatial axes. */
  protected abstract rank(): 1 | 2 | 3;

  constructor(
    inputs: number,
    outputs: number,
    kernel: Kernel,
    random: Random,
    options: ConvLayerOptions = {},
  ) {
    const rank = this.rank();
    const name = `Conv${rank}d`;
    const known = knownOptions(name, options, [...windowNames, 'groups', 'bias', 'paddingMode']);
    const { groups = 1, bias = true, paddingMode = 'zeros', ...window } = known;
    const sizes = { inputs, outputs, groups, kernel, rank };
    const parameters = kernelParameters(name, sizes, random, { bias, transposed: false });
    this.weight = parameters.weight;
    this.bias = parameters.bias;
    this.window = { ...window, groups };
    this.paddingMode = paddingMode;
  }

  forward(x: Tensor): Tensor {
    if (this.paddingMode === 'zeros') return conv(x, this.weight, { ...this.window, bias: this.bias });
    const kernel = this.weight.shape.slice(2) as readonly number[];
    const pads = padsOf('conv', kernel, this.window);
    const each = kernel.map((_, axis): [number, number] => [
      pads[axis] ?? 0,
      pads[axis + kernel.length] ?? 0,
    ]);
    const padded = pad(x, { pads: [[0, 0], [0, 0], ...each], mode: padModes[this.paddingMode] });
    const { pads: _pads, padding: _padding, ...window } = this.window;
    return conv(padded, this.weight, { ...window, bias: this.bias });
  }
}

/**
 * Convolution over sequences, as PyTorch's `nn.Conv1d`. Starts uniform in ±1/√(inputs of one output).
 * Shapes: x [N, C, L] gives [N, O, L']; weight [O, C / groups, k], bias [O].
 * @example
 * const layer = new Conv1d(3, 8, 3, new Random(1), { padding: 'same', dilations: 2 });
 * console.log(layer.forward(ones([2, 3, 16])).shape); // → [ 2, 8, 16 ]
 */
export class Conv1d extends Convolution {
  protected rank(): 1 {
    return 1;
  }
}

/**
 * Convolution over images, as PyTorch's `nn.Conv2d`. Starts uniform in ±1/√(inputs of one output).
 * Shapes: x [N, C, H, W] gives [N, O, H', W']; weight [O, C / groups, k, k], bias [O].
 * @example
 * const layer = new Conv2d(3, 8, 3, new Random(1), { padding: 1 });
 * console.log(layer.forward(ones([2, 3, 16, 16])).shape); // → [ 2, 8, 16, 16 ]
 */
export class Conv2d extends Convolution {
  protected rank(): 2 {
    return 2;
  }
}

/**
 * Convolution over volumes, as PyTorch's `nn.Conv3d`. Starts uniform in ±1/√(inputs of one output).
 * Shapes: x [N, C, D, H, W] gives [N, O, D', H', W']; weight [O, C / groups, k, k, k], bias [O].
 * @example
 * const layer = new Conv3d(1, 4, [1, 3, 3], new Random(1));
 * console.log(layer.forward(ones([1, 1, 5, 6, 6])).shape); // → [ 1, 4, 5, 4, 4 ]
 */
export class Conv3d extends Convolution {
  protected rank(): 3 {
    return 3;
  }
}
