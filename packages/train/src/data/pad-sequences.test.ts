import { hostData, tensor } from '@noosphere/core';
import { expect, test } from 'vitest';
import { padSequences } from './pad-sequences.js';

test('fills and cuts on either side', async () => {
  const rows = [[1, 2, 3, 4, 5], [6]];
  expect(await padSequences(rows, { length: 3 }).values.array()).toEqual([
    [1, 2, 3],
    [6, 0, 0],
  ]);
  const left = padSequences(rows, { length: 3, side: 'left', cut: 'left', value: 9 });
  expect(await left.values.array()).toEqual([
    [3, 4, 5],
    [9, 9, 6],
  ]);
  expect(await left.mask.array()).toEqual([
    [true, true, true],
    [false, false, true],
  ]);
  expect(left.lengths).toEqual([3, 1]);
});

test('rounds lengths up, and keeps features and element types', async () => {
  expect(padSequences([[1], [2, 3, 4]], { multipleOf: 4 }).values.shape).toEqual([2, 4]);
  const frames = [
    tensor([
      [1, 2],
      [3, 4],
    ]),
    tensor([[5, 6]]),
  ];
  const { values, mask } = padSequences(frames, { value: -1 });
  expect(await values.array()).toEqual([
    [
      [1, 2],
      [3, 4],
    ],
    [
      [5, 6],
      [-1, -1],
    ],
  ]);
  expect(mask.shape).toEqual([2, 2]);
  expect(hostData(padSequences([[1], [2, 3]], { dtype: 'int64', value: 7 }).values)).toEqual(
    BigInt64Array.of(1n, 7n, 2n, 3n),
  );
  expect(padSequences([[], []]).values.shape).toEqual([2, 1]);
});

test('refuses nothing, and features that differ', () => {
  expect(() => padSequences([])).toThrow(/at least one sequence/);
  expect(() => padSequences([tensor([[1, 2]]), tensor([[1]])])).toThrow(
    /sequence 1 is Tensor float32\[1, 1\], but sequence 0/,
  );
  expect(() => padSequences([[1]], { length: 0 })).toThrow(/length must be a whole number from 1/);
});
