import type { Tensor } from '@noosphere/core';
import { GRU, Linear, LSTM, meanSquaredError, type Random } from '@noosphere/train';
import type { BenchModel } from './bench-model.js';

export class Lstm implements BenchModel {
  readonly lstm: LSTM;
  readonly head: Linear;

  constructor(random: Random) {
    this.lstm = new LSTM(5, 64, random);
    this.head = new Linear(64, 1, random);
  }

  /** x [T, N, I]. */
  loss(x: Tensor, y: Tensor): Tensor {
    return meanSquaredError(this.head.forward(this.lstm.forward(x).hidden), y);
  }
}

export class Gru implements BenchModel {
  readonly gru: GRU;
  readonly head: Linear;

  constructor(random: Random) {
    this.gru = new GRU(5, 64, random);
    this.head = new Linear(64, 1, random);
  }

  /** x [T, N, I]. */
  loss(x: Tensor, y: Tensor): Tensor {
    return meanSquaredError(this.head.forward(this.gru.forward(x).hidden), y);
  }
}
