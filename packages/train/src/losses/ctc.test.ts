import {
  argMax,
  compile,
  gradients,
  logSoftmax,
  randomNormal,
  sum,
  type Tensor,
  tensor,
  toNumbers,
  zeros,
} from '@noosphere/core';
import { describe, expect, test } from 'vitest';
import { Linear, LSTM } from '../layers/index.js';
import { adam } from '../optimizers/index.js';
import { Random } from '../random.js';
import { TrainStep } from '../step/train-step.js';
import { ctcLoss } from './ctc.js';

const int32 = (values: number[] | number[][]) => tensor(values, { dtype: 'int32' });
const even = logSoftmax(zeros([3, 1, 2]));

async function numbers(x: Tensor): Promise<number[]> {
  return Array.from(toNumbers(x.dtype, await x.data()), Number);
}

test('paths are counted: one label over three even frames of two classes has 6 of the 8', async () => {
  const loss = ctcLoss(even, int32([[1]]), { input: int32([3]), target: int32([1]) });
  expect(await loss.item()).toBeCloseTo(-Math.log(6 / 8), 6);
});

test('frames behind the length count nothing, nor do labels', async () => {
  const longer = logSoftmax(randomNormal([5, 1, 4], { seed: 1 }));
  const of = (targets: Tensor, input: number) =>
    ctcLoss(longer, targets, { input: int32([input]), target: int32([1]) }).item();
  expect(await of(int32([[2, 3]]), 3)).toBe(await of(int32([[2, -7]]), 3));
  expect(await of(int32([[2, 3]]), 3)).not.toBe(await of(int32([[2, 3]]), 4));
});

describe('a target that does not fit its frames', () => {
  const lengths = { input: int32([2, 3]), target: int32([2, 2]) };
  const targets = int32([
    [1, 1],
    [1, 1],
  ]);
  const logits = randomNormal([3, 2, 3], { seed: 2 });

  test('is infinite', async () => {
    const losses = await numbers(ctcLoss(logSoftmax(logits), targets, lengths, { reduction: 'none' }));
    expect(losses[0]).toBe(Number.POSITIVE_INFINITY);
    expect(losses[1]).toBeGreaterThan(0);
  });

  test('costs nothing with zeroInfinity, and its gradient is 0', async () => {
    const program = compile((x: Tensor) => {
      const losses = ctcLoss(logSoftmax(x), targets, lengths, { reduction: 'none', zeroInfinity: true });
      return { losses, slope: gradients(sum(losses), [x])[0] as Tensor };
    });
    const { losses, slope } = await program(logits);
    expect((await numbers(losses))[0]).toBe(0);
    // [T, N, C]: the first sample's three numbers of each frame.
    const found = await numbers(slope);
    expect(found.filter((_, index) => index % 6 < 3)).toEqual(new Array(9).fill(0));
    expect(found.some((value) => value !== 0)).toBe(true);
    await program.dispose();
  });
});

test('long sequences stay precise: the gradient of each frame sums to 0, and a class of probability 0 has none', async () => {
  const [time, classes] = [400, 6];
  const logits = randomNormal([time, 1, classes], { seed: 3, deviation: 4 });
  const masked = tensor(
    (logits.origin.data as Float32Array).map((value, index) =>
      index % classes === 5 ? Number.NEGATIVE_INFINITY : value,
    ),
    { shape: [time, 1, classes] },
  );
  const targets = int32([Array.from({ length: 60 }, (_, index) => 1 + (index % 4))]);
  const program = compile((x: Tensor) => {
    const loss = ctcLoss(
      logSoftmax(x),
      targets,
      { input: int32([time]), target: int32([60]) },
      { reduction: 'sum' },
    );
    return { loss, slope: gradients(loss, [x])[0] as Tensor };
  });
  const { loss, slope } = await program(masked);
  expect(await loss.item()).toBeGreaterThan(0);
  const found = await numbers(slope);
  for (let frame = 0; frame < time; frame++) {
    const row = found.slice(frame * classes, (frame + 1) * classes);
    expect(Math.abs(row.reduce((total, value) => total + value, 0))).toBeLessThan(1e-5);
    expect(row[5]).toBe(0);
  }
  await program.dispose();
});

test('it trains an LSTM with the same bits for k steps in a call, and the labels come out', async () => {
  const random = new Random(4);
  const x = random.normalTensor([8, 2, 3], 1);
  const model = { lstm: new LSTM(3, 12, random), head: new Linear(12, 3, random) };
  const batch = {
    x,
    targets: int32([
      [1, 2, 1],
      [2, 0, 0],
    ]),
    input: int32([8, 6]),
    target: int32([3, 1]),
  };
  type Batch = { readonly [K in keyof typeof batch]: Tensor };
  const frames = ({ lstm, head }: typeof model, sequence: Tensor) =>
    logSoftmax(head.forward(lstm.forward(sequence).output));
  const step = () =>
    new TrainStep({
      model,
      loss: (net: typeof model, { x: sequence, targets, input, target }: Batch) =>
        ctcLoss(frames(net, sequence), targets, { input, target }),
      optimizer: adam({ learningRate: 0.03 }),
    });
  const [single, several] = [step(), step()];
  const losses: number[] = [];
  for (let index = 0; index < 60; index++)
    losses.push(...(await single.run([batch])).map(({ loss }) => loss));
  const together: number[] = [];
  for (let call = 0; call < 3; call++)
    together.push(...(await several.run(new Array(20).fill(batch))).map(({ loss }) => loss));
  expect(together).toEqual(losses);
  expect(losses.at(-1)).toBeLessThan(0.1);
  const best = await argMax(frames(single.model, x)).array();
  const read = (sample: number, length: number) =>
    (best as number[][])
      .slice(0, length)
      .map((frame) => frame[sample] as number)
      .filter((label, index, all) => label !== 0 && label !== all[index - 1]);
  expect([read(0, 8), read(1, 6)]).toEqual([[1, 2, 1], [2]]);
  await single.dispose();
  await several.dispose();
});

test('wrong arguments', () => {
  const lengths = { input: int32([3]), target: int32([1]) };
  expect(() => ctcLoss(even, int32([[1], [1]]), lengths)).toThrow(
    'ctcLoss: expects logProbabilities [T, N, C], targets [N, S] and lengths [N], got [3, 1, 2], [2, 1], [1], [1]',
  );
  expect(() => ctcLoss(even, int32([[1]]), lengths, { blank: 2 })).toThrow(
    'blank must be a class from 0 to 1, got 2',
  );
  expect(() => ctcLoss(even, zeros([1, 1]), lengths)).toThrow('must be integers, got Tensor float32[1, 1]');
});
