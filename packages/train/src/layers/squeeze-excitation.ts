import { mean, mul, relu, sigmoid, type Tensor } from '@noosphere/core';
import type { Random } from '../random.js';
import { Conv2d } from './convolution.js';

/**
 * Squeeze and excitation: every channel scaled by σ(W₂ relu(W₁ mean x)), as torchvision's `SqueezeExcitation`.
 * Shapes: x [N, C, H, W] gives [N, C, H, W]; fc1 [S, C, 1, 1], fc2 [C, S, 1, 1] with S squeezed channels. Hu et al. 2018.
 * @example
 * const layer = new SqueezeExcitation(8, 2, new Random(1));
 * console.log(layer.forward(ones([1, 8, 5, 5])).shape); // → [ 1, 8, 5, 5 ]
 */
export class SqueezeExcitation {
  readonly fc1: Conv2d;
  readonly fc2: Conv2d;

  constructor(channels: number, squeezed: number, random: Random) {
    this.fc1 = new Conv2d(channels, squeezed, 1, random);
    this.fc2 = new Conv2d(squeezed, channels, 1, random);
  }

  forward(x: Tensor): Tensor {
    const pooled = mean(x, { axes: [2, 3], keepDims: true });
    return mul(x, sigmoid(this.fc2.forward(relu(this.fc1.forward(pooled)))));
  }
}
