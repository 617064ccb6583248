import { expect, test } from 'vitest';
import { rowLayout } from './row-layout.js';

test('tensors that all run through are one row', () => {
  expect(
    rowLayout(
      [4, 5, 6],
      [
        [4, 5, 6],
        [4, 5, 6],
      ],
    ),
  ).toEqual({
    outer: [],
    width: 120,
    strides: [[1], [1]],
  });
});

test('rows end where a tensor repeats itself', () => {
  expect(rowLayout([4, 5, 6], [[4, 5, 6], [6], [4, 1, 1]])).toEqual({
    outer: [4, 5],
    width: 6,
    strides: [
      [30, 6, 1],
      [0, 0, 1],
      [1, 0, 0],
    ],
  });
});

test('axes of size 1 and single numbers take no part', () => {
  expect(rowLayout([1, 3, 1, 8], [[1, 3, 1, 8], []])).toEqual({
    outer: [],
    width: 24,
    strides: [[1], [0]],
  });
  expect(rowLayout([1, 1], [[1, 1]])).toEqual({ outer: [], width: 1, strides: [[1]] });
});
