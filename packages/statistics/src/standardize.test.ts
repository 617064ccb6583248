import { grad, square, sum, type Tensor, tensor } from '@noosphere/core';
import { describe, expect, test } from 'vitest';
import { standardize } from './standardize.js';

describe('standardize', () => {
  test('columns get mean 0 and deviation 1, by hand: deviations of 1, 3 and 10, 30 are 1 and 10', async () => {
    const { values, mean, deviation } = standardize(
      tensor([
        [1, 10],
        [3, 30],
      ]),
    );
    expect(await values.array()).toEqual([
      [-1, -1],
      [1, 1],
    ]);
    expect(await mean.array()).toEqual([[2, 20]]);
    expect(await deviation.array()).toEqual([[1, 10]]);
  });

  test('a constant column becomes 0', async () => {
    expect(await standardize(tensor([[5], [5]])).values.array()).toEqual([[0], [0]]);
  });

  test('Σ z² is the number of rows whatever x is, so its gradient vanishes', async () => {
    const loss = (x: Tensor) => sum(square(standardize(x).values));
    const gradient = await grad(loss)(tensor([[1], [2], [4]])).data();
    for (const value of gradient) expect(Math.abs(Number(value))).toBeLessThan(1e-5);
  });

  test('anything but a table is refused', () => {
    expect(() => standardize(tensor([1, 2]))).toThrow('expected [rows, columns], got [2]');
  });
});
