import {
  crossEntropy,
  fromNumbers,
  gather,
  logSoftmax,
  mean,
  type Tensor,
  tensor,
  transpose,
  zeros,
} from '@noosphere/core';
import { describe, expect, test } from 'vitest';
import { Embedding, Linear } from '../layers/index.js';
import { ctcLoss } from '../losses/index.js';
import { adam } from '../optimizers/index.js';
import { Random } from '../random.js';
import { TrainStep, type TrainStepOptions } from './train-step.js';

const random = new Random(3);
const optimizer = adam();
const int32 = (values: number[] | number[][]) => tensor(values, { dtype: 'int32' });

async function run<Model extends object, Batch extends object>(
  options: Pick<TrainStepOptions<Model, Batch>, 'model' | 'loss' | 'accumulate'>,
  ...batches: Batch[]
): Promise<number> {
  const step = new TrainStep({ ...options, optimizer });
  try {
    return (await step.run(batches)).length;
  } finally {
    await step.dispose();
  }
}

interface Labelled {
  readonly x: Tensor;
  readonly y: Tensor;
}
const labelled = (labels: number[]): Labelled => ({
  x: random.normalTensor([labels.length, 2], 1),
  y: int32(labels),
});

describe('labels', () => {
  const model = new Linear(2, 3, random);
  const loss = (layer: Linear, { x, y }: Labelled) => crossEntropy(layer.forward(x), y);

  test('outside of the classes are named with step, place and classes', async () => {
    await expect(run({ model, loss }, labelled([0, 5]))).rejects.toThrow(
      /^train: step 1: the batch's 'y' holds the label 5 at 1, but 3 classes are 0 to 2 \(.*batch-checks\.test\.ts:\d+:\d+\); renumber/,
    );
    await expect(run({ model, loss }, labelled([0, -1]))).rejects.toThrow('the label -1 at 1');
    await expect(run({ model, loss }, labelled([0, 1]), labelled([3, 1]))).rejects.toThrow('step 2: ');
    await expect(
      run({ model, loss, accumulate: 2 }, ...[0, 1, 2, 3].map((label) => labelled([label]))),
    ).rejects.toThrow('step 2: ');
  });

  test('of int64, and behind a change of shape, are seen too', async () => {
    const wide = { x: random.normalTensor([2, 2], 1), y: fromNumbers('int64', [1, 2], [1, 7]) };
    const reshaped = (layer: Linear, { x, y }: Labelled) =>
      crossEntropy(transpose(layer.forward(x), [1, 0]), transpose(y, [0]));
    await expect(run({ model, loss: reshaped }, { ...wide, y: int32([0, 1, 9]) })).rejects.toThrow(
      'the label 9 at 2, but 2 classes',
    );
  });

  test('that are ignored may be anything', async () => {
    const ignoring = (layer: Linear, { x, y }: Labelled) =>
      crossEntropy(layer.forward(x), y, { ignoreIndex: -100 });
    expect(await run({ model, loss: ignoring }, labelled([0, -100]))).toBe(1);
    await expect(run({ model, loss: ignoring }, labelled([0, -1]))).rejects.toThrow(
      'are 0 to 2 or -100 (ignoreIndex)',
    );
  });
});

describe('indices', () => {
  const model = { table: new Embedding(4, 2, random) };
  const loss = ({ table }: typeof model, { tokens }: { tokens: Tensor }) => mean(table.forward(tokens));

  test('have to be rows of a table', async () => {
    expect(await run({ model, loss }, { tokens: int32([0, 3]) })).toBe(1);
    await expect(run({ model, loss }, { tokens: int32([0, 4]) })).rejects.toThrow(
      "the batch's 'tokens' holds the index 4 at 1, but the table has the rows 0 to 3",
    );
    await expect(run({ model, loss }, { tokens: int32([-1]) })).rejects.toThrow('the index -1 at 0');
  });

  test('count from the end in what was computed', async () => {
    const last = ({ table }: typeof model, { tokens, at }: { tokens: Tensor; at: Tensor }) =>
      mean(gather(table.forward(tokens), at));
    expect(await run({ model, loss: last }, { tokens: int32([0, 3]), at: int32([-1]) })).toBe(1);
    await expect(run({ model, loss: last }, { tokens: int32([0, 3]), at: int32([-3]) })).rejects.toThrow(
      'the indices are -2 to 1',
    );
  });
});

describe('CTC', () => {
  interface Spoken {
    readonly targets: Tensor;
    readonly input: Tensor;
    readonly target: Tensor;
  }
  const spell = (targets: number[][], input: number[], target: number[], zeroInfinity = false) =>
    run(
      {
        model: { scores: zeros([5, 2, 4]) as Tensor },
        loss: ({ scores }: { scores: Tensor }, batch: Spoken) =>
          ctcLoss(logSoftmax(scores), batch.targets, batch, { zeroInfinity }),
      },
      { targets: int32(targets), input: int32(input), target: int32(target) },
    );

  test.each([
    [
      'frames',
      [
        [1, 2],
        [3, 0],
      ],
      [9, 4],
      [2, 1],
      "ctcLoss: the batch's 'input' says that sample 0 has 9 frames, expected 0 to 5",
    ],
    [
      'labels',
      [
        [1, 2],
        [3, 0],
      ],
      [5, 4],
      [7, 1],
      "'target' says that sample 0 has 7 labels, expected 0 to 2",
    ],
    [
      'classes',
      [
        [1, 9],
        [3, 0],
      ],
      [5, 4],
      [2, 1],
      "'targets' holds the label 9 in sample 0",
    ],
    [
      'the blank',
      [
        [1, 2],
        [0, 0],
      ],
      [5, 4],
      [2, 1],
      "'targets' holds the label 0 in sample 1",
    ],
    [
      'room',
      [
        [1, 1],
        [3, 0],
      ],
      [2, 4],
      [2, 1],
      'needs 3 frames, got 2',
    ],
  ])('%s', async (_, targets, input, target, message) => {
    await expect(spell(targets, input, target)).rejects.toThrow(message);
  });

  test('what is padded, empty or allowed to be impossible passes', async () => {
    expect(
      await spell(
        [
          [1, -9],
          [33, 99],
        ],
        [5, 4],
        [1, 0],
      ),
    ).toBe(1);
    expect(
      await spell(
        [
          [1, 1],
          [3, 0],
        ],
        [2, 4],
        [2, 1],
        true,
      ),
    ).toBe(1);
  });
});
