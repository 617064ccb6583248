/** Transposed convolutions over one to three spatial axes. */
import { knownOptions } from '@noosphere/base';
import { convTranspose, type Tensor, type WindowOptions } from '@noosphere/core';
import type { Random } from '../random.js';
import { type Kernel, kernelParameters, windowNames } from './kernel-parameters.js';

export interface ConvTransposeLayerOptions extends WindowOptions {
  /** Channels are cut into so many groups, each convolved on its own. @default 1 */
  readonly groups?: number;
  /** @default true */
  readonly bias?: boolean;
  /** Added to the size of the result at one end: a stride of 2 reaches odd sizes or even ones. @default 0 */
  readonly outputPadding?: number | readonly number[];
}

/** What the three classes share: they differ in the rank of the kernel alone. */
abstract class TransposedConvolution {
  readonly weight: Tensor;
  readonly bias: Tensor | undefined;
  readonly window: WindowOptions & {
    readonly groups: number;
    readonly outputPadding: number | readonly number[];
  };

  /** Spatial axes. */
  protected abstract rank(): 1 | 2 | 3;

  constructor(
    inputs: number,
    outputs: number,
    kernel: Kernel,
    random: Random,
    options: ConvTransposeLayerOptions = {},
  ) {
    const rank = this.rank();
    const name = `ConvTranspose${rank}d`;
    const known = knownOptions(name, options, [...windowNames, 'groups', 'bias', 'outputPadding']);
    const { groups = 1, bias = true, outputPadding = 0, ...window } = known;
    const sizes = { inputs, outputs, groups, kernel, rank };
    const parameters = kernelParameters(name, sizes, random, { bias, transposed: true });
    this.weight = parameters.weight;
    this.bias = parameters.bias;
    this.window = { ...window, groups, outputPadding };
  }

  forward(x: Tensor): Tensor {
    return convTranspose(x, this.weight, { ...this.window, bias: this.bias });
  }
}

/**
 * Transposed convolution over sequences, as PyTorch's `nn.ConvTranspose1d`. Starts uniform in ±1/√(O / groups · k).
 * Shapes: x [N, C, L] gives [N, O, L']; weight [C, O / groups, k], bias [O].
 * @example
 * const layer = new ConvTranspose1d(3, 8, 4, new Random(1), { strides: 2, padding: 1 });
 * console.log(layer.forward(ones([2, 3, 16])).shape); // → [ 2, 8, 32 ]
 */
export class ConvTranspose1d extends TransposedConvolution {
  protected rank(): 1 {
    return 1;
  }
}

/**
 * Transposed convolution over images, as PyTorch's `nn.ConvTranspose2d`. Starts uniform in ±1/√(O / groups · k²).
 * Shapes: x [N, C, H, W] gives [N, O, H', W']; weight [C, O / groups, k, k], bias [O].
 * @example
 * const layer = new ConvTranspose2d(3, 8, 2, new Random(1), { strides: 2 });
 * console.log(layer.forward(ones([2, 3, 8, 8])).shape); // → [ 2, 8, 16, 16 ]
 */
export class ConvTranspose2d extends TransposedConvolution {
  protected rank(): 2 {
    return 2;
  }
}

/**
 * Transposed convolution over volumes, as PyTorch's `nn.ConvTranspose3d`. Starts uniform in ±1/√(O / groups · k³).
 * Shapes: x [N, C, D, H, W] gives [N, O, D', H', W']; weight [C, O / groups, k, k, k], bias [O].
 * @example
 * const layer = new ConvTranspose3d(2, 4, 2, new Random(1), { strides: 2 });
 * console.log(layer.forward(ones([1, 2, 3, 3, 3])).shape); // → [ 1, 4, 6, 6, 6 ]
 */
export class ConvTranspose3d extends TransposedConvolution {
  protected rank(): 3 {
    return 3;
  }
}
