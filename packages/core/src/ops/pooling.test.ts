/** Beside the goldens: types and windows the runtime has no kernel for. */
import { describe, expect, test } from 'vitest';
import { expectGradients } from '../../test/finite-differences.js';
import { apply } from '../graph/node.js';
import {
  adaptiveMaxPool,
  averagePool,
  cast,
  globalAveragePool,
  globalMaxPool,
  gradients,
  lpPool,
  maxPool,
  mul,
  square,
  sum,
  type Tensor,
  tensor,
  zeros,
} from '../index.js';
import { MaxPool } from './pooling.js';

const row = tensor([[[3, 1, 4, 1, 5, 9]]]);

test('windows of padding only are -∞ and have no gradient', async () => {
  // Of the padded [·, ·, 7, ·, ·] the windows take places 0 and 3, then 1 and 4: never the 7.
  const x = tensor([[[7]]]);
  const y = maxPool(x, { kernel: 2, strides: 1, padding: 2, dilations: 3 });
  expect(await y.array()).toEqual([[[Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY]]]);
  const [slope] = gradients(sum(y), [x]) as [Tensor];
  expect(await slope.array()).toEqual([[[0]]]);
});

describe('integers and float64', () => {
  test('maxPool of int32', async () => {
    const y = maxPool(cast(row, 'int32'), { kernel: 3 });
    expect(y.dtype).toBe('int32');
    expect(await y.array()).toEqual([[[4, 9]]]);
  });

  test('averages and norms of float64', async () => {
    const x = cast(row, 'float64');
    expect(await averagePool(x, { kernel: 2 }).array()).toEqual([[[2, 2.5, 7]]]);
    expect(await globalAveragePool(x).item()).toBeCloseTo(23 / 6, 12);
    expect(await globalMaxPool(x).item()).toBe(9);
    expect(await lpPool(cast(tensor([[[3, 4]]]), 'float64'), { kernel: 2 }).item()).toBeCloseTo(5, 12);
  });
});

test('Lp norms of zeros have gradient zero', async () => {
  const x = zeros([1, 1, 4]);
  const [slope] = gradients(sum(lpPool(x, { kernel: 2 })), [x]) as [Tensor];
  expect(await slope.array()).toEqual([[[0, 0, 0, 0]]]);
});

test('positions counted by columns have no gradient, and say so', () => {
  const attributes = {
    auto_pad: 'NOTSET',
    kernel_shape: [2],
    strides: [2],
    pads: undefined,
    dilations: undefined,
    ceil_mode: 0,
    storage_order: 1,
  };
  const [y] = apply(MaxPool, [row], attributes) as [Tensor];
  expect(() => gradients(sum(y), [row])).toThrow(/column-major/);
});

test('second order: averages over uneven windows, maxima of overlapping ones', async () => {
  const image = tensor(
    Float32Array.from({ length: 20 }, (_, index) => Math.sin(2.1 * index)),
    { shape: [1, 1, 4, 5] },
  );
  const averageOfSquares = (x: Tensor) => averagePool(mul(x, x), { kernel: 3, strides: 2, padding: 1 });
  const largestSquares = (x: Tensor) => mul(adaptiveMaxPool(x, { outputSize: [3, 2] }), 0.5);
  await expectGradients(averageOfSquares, [image], { order: 2 });
  await expectGradients((x) => square(largestSquares(x)), [image], { order: 2, step: 3e-3 });
});
