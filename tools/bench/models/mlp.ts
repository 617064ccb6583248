import { relu, type Tensor } from '@noosphere/core';
import { Linear, meanSquaredError, type Random } from '@noosphere/train';
import type { BenchModel } from './bench-model.js';

export class Mlp implements BenchModel {
  readonly fc1: Linear;
  readonly fc2: Linear;

  constructor(random: Random) {
    this.fc1 = new Linear(4, 64, random);
    this.fc2 = new Linear(64, 1, random);
  }

  loss(x: Tensor, y: Tensor): Tensor {
    return meanSquaredError(this.fc2.forward(relu(this.fc1.forward(x))), y);
  }
}
