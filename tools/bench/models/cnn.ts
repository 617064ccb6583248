import { crossEntropy, flatten, maxPool, relu, type Tensor } from '@noosphere/core';
import { Conv2d, Linear, type Random } from '@noosphere/train';
import type { BenchModel } from './bench-model.js';

export class SmallCnn implements BenchModel {
  readonly conv1: Conv2d;
  readonly conv2: Conv2d;
  readonly fc1: Linear;
  readonly fc2: Linear;

  constructor(random: Random) {
    this.conv1 = new Conv2d(1, 10, 5, random);
    this.conv2 = new Conv2d(10, 20, 5, random);
    this.fc1 = new Linear(320, 50, random);
    this.fc2 = new Linear(50, 10, random);
  }

  loss(x: Tensor, y: Tensor): Tensor {
    const first = relu(maxPool(this.conv1.forward(x), { kernel: 2 }));
    const second = relu(maxPool(this.conv2.forward(first), { kernel: 2 }));
    return crossEntropy(this.fc2.forward(relu(this.fc1.forward(flatten(second, 1)))), y);
  }
}

/** The row `cnn`, which the acceptance run of the event loop trains too. */
export class Cnn implements BenchModel {
  readonly conv1: Conv2d;
  readonly conv2: Conv2d;
  readonly conv3: Conv2d;
  readonly fc1: Linear;
  readonly fc2: Linear;

  constructor(random: Random) {
    this.conv1 = new Conv2d(3, 32, 3, random, { padding: 1 });
    this.conv2 = new Conv2d(32, 64, 3, random, { padding: 1 });
    this.conv3 = new Conv2d(64, 128, 3, random, { padding: 1 });
    this.fc1 = new Linear(128 * 16 * 16, 128, random);
    this.fc2 = new Linear(128, 5, random);
  }

  loss(x: Tensor, y: Tensor): Tensor {
    const features = [this.conv1, this.conv2, this.conv3].reduce(
      (input, convolution) => maxPool(relu(convolution.forward(input)), { kernel: 2 }),
      x,
    );
    return crossEntropy(this.fc2.forward(relu(this.fc1.forward(flatten(features, 1)))), y);
  }
}
