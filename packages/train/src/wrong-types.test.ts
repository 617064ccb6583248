/** What plain JavaScript lets through is refused by an error of ours that says what to give. */
import { NoosphereError, ones } from '@noosphere/core';
import { expect, test } from 'vitest';
import * as train from './index.js';

const random = new train.Random(1);

test.each<[call: () => unknown, message: string]>([
  [
    () => train.meanSquaredError([1] as never, ones([1])),
    'expects a tensor, got an array; tensor(…) makes one',
  ],
  [() => train.huber(3 as never, ones([1])), 'huber: expects a tensor, got 3'],
  [() => new train.Conv2d(1, 2, undefined as never, random), 'must be a number or 2 of them, got undefined'],
  [
    () =>
      new train.TrainStep({
        model: new train.Linear(1, 1, random),
        loss: () => ones([]),
        optimizer: undefined,
      } as never),
    'the optimizer must be one such as adam(), got undefined',
  ],
  [
    () => new train.TrainStep({ model: 'x', loss: () => ones([]), optimizer: train.adam() } as never),
    'the model must be an object of tensors, got x',
  ],
  [() => train.takeRows([[1]] as never, [0]), 'takeRows: expects a tensor that holds its values'],
  [() => train.takeRows(ones([2, 1]) as never, 1 as never), 'takeRows: rows must be numbers'],
  [() => train.joinRows(ones([1]) as never), 'joinRows: the tensors must be an array'],
  [
    () => train.stackRows([3] as never),
    'stackRows: a row must be an object such as { x: [1, 2], y: 0 }, got 3',
  ],
  [
    () => train.hyperband(undefined as never),
    'the options must be an object such as { minBudget: 1, maxBudget: 27 }',
  ],
  [
    () => train.groupSplit(5 as never, { seed: 1 } as never),
    'must be an array or a tensor of shape [n], got 5',
  ],
])('%s', async (call, message) => {
  const error = await Promise.resolve()
    .then(call)
    .catch((found: unknown) => found);
  expect(NoosphereError.isInstance(error)).toBe(true);
  expect(String(error)).toContain(message);
});
