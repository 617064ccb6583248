/** Networks for MNIST's digits. */
import { flatten, maxPool, relu, reshape, type Tensor } from '@noosphere/core';
import { Conv2d, Linear, type Random } from '@noosphere/train';

/** Three dense layers. */
export class DigitMlp {
  readonly fc1: Linear;
  readonly fc2: Linear;
  readonly fc3: Linear;

  constructor(random: Random) {
    this.fc1 = new Linear(784, 384, random);
    this.fc2 = new Linear(384, 128, random);
    this.fc3 = new Linear(128, 10, random);
  }

  /** [N, 784] to logits [N, 10]. */
  forward(x: Tensor): Tensor {
    return this.fc3.forward(relu(this.fc2.forward(relu(this.fc1.forward(flatten(x, 1))))));
  }
}

/** Two convolutions of 3 x 3, each with a pool, and two dense layers. */
export class DigitCnn {
  readonly conv1: Conv2d;
  readonly conv2: Conv2d;
  readonly fc1: Linear;
  readonly fc2: Linear;

  constructor(random: Random) {
    this.conv1 = new Conv2d(1, 16, 3, random, { padding: 1 });
    this.conv2 = new Conv2d(16, 32, 3, random, { padding: 1 });
    this.fc1 = new Linear(32 * 7 * 7, 128, random);
    this.fc2 = new Linear(128, 10, random);
  }

  /** [N, 784] to logits [N, 10]. */
  forward(x: Tensor): Tensor {
    const pixels = reshape(x, [-1, 1, 28, 28]);
    const first = relu(maxPool(this.conv1.forward(pixels), { kernel: 2 }));
    const second = relu(maxPool(this.conv2.forward(first), { kernel: 2 }));
    return this.fc2.forward(relu(this.fc1.forward(flatten(second, 1))));
  }
}
