/** The adding problem of Hochreiter & Schmidhuber: the sum of two marked numbers out of a hundred, remembered by an LSTM. */
import { compile, fromData, type HostTensor, hostData, type Tensor } from '@noosphere/core';
import { adam, fit, Linear, LSTM, meanSquaredError, Random } from '@noosphere/train';
import type { AcceptanceRun, Bar, RunContext } from '../run.js';
import { type SeedResult, threeSeeds } from '../three-seeds.js';

const bar: Bar = { is: '<=', value: 0.01 };
const length = 100;
const batchSize = 64;
const hidden = 64;
const steps = 4000;
const testSequences = 2000;

export const lstmAdding: AcceptanceRun = {
  name: 'lstm-adding',
  metric:
    'mean squared error on 2,000 fresh sequences of length 100, worst of 3 seeds, each trained within 300 s (always 1: 0.167)',
  bar,
  run: (context: RunContext) => threeSeeds(context, { bar, limitSeconds: 300, train: trainOnce }),
};

export interface AddingBatch {
  /** [T, N, 2]: a number in [0, 1) and a mark. */
  readonly x: HostTensor<'float32'>;
  /** [N, 1] */
  readonly y: HostTensor<'float32'>;
}

/** Sequences with one mark in each half. */
export function drawBatch(random: Random, count: number): AddingBatch {
  const x = new Float32Array(length * count * 2);
  const y = new Float32Array(count);
  for (let sample = 0; sample < count; sample++) {
    const half = length / 2;
    const marks = [Math.floor(random.uniform() * half), half + Math.floor(random.uniform() * half)];
    for (let time = 0; time < length; time++) {
      const value = random.uniform();
      const at = (time * count + sample) * 2;
      x[at] = value;
      if (!marks.includes(time)) continue;
      x[at + 1] = 1;
      y[sample] = (y[sample] as number) + value;
    }
  }
  return { x: fromData('float32', [length, count, 2], x), y: fromData('float32', [count, 1], y) };
}

export class Adder {
  readonly lstm: LSTM;
  readonly head: Linear;

  constructor(random: Random) {
    this.lstm = new LSTM(2, hidden, random);
    this.head = new Linear(hidden, 1, random);
  }

  forward(x: Tensor): Tensor {
    return this.head.forward(this.lstm.forward(x).hidden);
  }
}

async function trainOnce(seed: number): Promise<SeedResult> {
  const begun = performance.now();
  const { model } = await fit({
    model: new Adder(new Random(seed)),
    loss: (adder, { x, y }: AddingBatch) => meanSquaredError(adder.forward(x), y),
    optimizer: adam({ learningRate: (step) => 3e-3 * Math.min(1, (steps - step) / (steps / 2)) }),
    clipNorm: 1,
    // Endless data: every batch is drawn from its number.
    batches: {
      batchesPerEpoch: steps,
      batch: (_, index) => drawBatch(new Random(1e6 * (seed + 1) + index), batchSize),
    },
    epochs: 1,
  });
  const seconds = (performance.now() - begun) / 1e3;
  const test = drawBatch(new Random(1e9 + seed), testSequences);
  const predict = compile((x: Tensor) => model.forward(x));
  const predicted = Array.from(hostData((await predict(test.x)) as HostTensor<'float32'>));
  await predict.dispose();
  const expected = hostData(test.y);
  const squares = predicted.map((value, index) => (value - (expected[index] as number)) ** 2);
  const value = squares.reduce((total, square) => total + square, 0) / testSequences;
  return { value, seconds, raw: { predicted, expected: Array.from(expected) } };
}
