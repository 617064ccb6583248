/** Expected numbers: ONNX's formulas, written out. */
import { describe, expect, test } from 'vitest';
import { expectGradients } from '../../test/finite-differences.js';
import { apply1 } from '../graph/node.js';
import {
  dequantize,
  gradients,
  matmulInteger,
  mul,
  quantize,
  quantizeDynamically,
  sum,
  type Tensor,
  tensor,
} from '../index.js';
import { DequantizeLinear } from './quantization.js';

const bytes = tensor(
  [
    [126, 128, 130, 7],
    [1, 2, 3, 9],
  ],
  { dtype: 'uint8' },
);

test('quantise and dequantise by an axis are inverse up to half a step', async () => {
  const options = { scale: tensor([0.5, 0.25]), zeroPoint: tensor([128, 3], { dtype: 'uint8' }), axis: 0 };
  const x = tensor([
    [-1, 0.2, 1.3],
    [-0.5, 0.1, 2],
  ]);
  const integers = quantize(x, options);
  expect(await integers.array()).toEqual([
    [126, 128, 131],
    [1, 3, 11],
  ]);
  expect(await dequantize(integers, options).array()).toEqual([
    [-1, 0, 1.5],
    [-0.5, 0, 2],
  ]);
});

describe('gradient of the scale', () => {
  test('one for each row', async () => {
    const zeroPoint = tensor([128, 0], { dtype: 'uint8' });
    await expectGradients((scale) => dequantize(bytes, { scale, zeroPoint, axis: 0 }), [tensor([0.5, 1])]);
  });

  test('one for each block of two', async () => {
    const blocks = tensor([
      [0.5, 1],
      [2, 0.1],
    ]);
    await expectGradients(
      (scale) => apply1(DequantizeLinear, [bytes, scale], { axis: 1, block_size: 2 }),
      [blocks],
    );
  });
});

test('rounding to a range read off the data has no gradient, and says so', () => {
  const x = tensor([0, 127.5, 255]);
  const { scale } = quantizeDynamically(x);
  expect(() => gradients(sum(mul(scale, 2)), [x])).toThrow(/stop the gradient/);
});

test('zero points are taken off before the product', async () => {
  const a = tensor([[3, 4]], { dtype: 'uint8' });
  const b = tensor([[5], [-6]], { dtype: 'int8' });
  const product: Tensor = matmulInteger(a, b, { zeroPointA: tensor(2, { dtype: 'uint8' }) });
  expect(await product.array()).toEqual([[1 * 5 + 2 * -6]]);
});
