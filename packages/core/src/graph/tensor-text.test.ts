import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { add, arange, ones, reshape, type Tensor, tensor, zeros } from '../index.js';

test.each<[tensor: Tensor, text: string]>([
  [tensor(2.5), 'Tensor float32[] 2.5'],
  [tensor([1 / 3, -2e-9, Number.NaN]), 'Tensor float32[3] [0.33333, -2e-9, NaN]'],
  [tensor([true, false]), 'Tensor bool[2] [true, false]'],
  [tensor([2n ** 53n + 1n].map(Number), { dtype: 'int64' }), 'Tensor int64[1] [9007199254740992]'],
  [tensor([1.5], { dtype: 'float16' }), 'Tensor float16[1] [1.5]'],
  [zeros([0, 3]), 'Tensor float32[0, 3]\n[]'],
  [
    tensor([
      [1, 2],
      [3, 4],
    ]),
    'Tensor float32[2, 2]\n[[1, 2],\n [3, 4]]',
  ],
  [tensor([[[1], [2]]]), 'Tensor float32[1, 2, 1]\n[[[1],\n  [2]]]'],
  [arange(0, 100), 'Tensor float32[100] [0, 1, 2, …, 97, 98, 99]'],
])('%s', (value, text) => {
  expect(inspect(value)).toBe(text);
});

test('one that is not computed says so, and shows its values once it is', async () => {
  const sum = add(ones([2]), 1);
  expect(inspect(sum)).toBe('Tensor float32[2] (lazy: await data() computes it)');
  await sum.data();
  expect(inspect(sum)).toBe('Tensor float32[2] [2, 2]');
});

test('a large one is short', () => {
  expect(inspect(zeros([1000, 1000])).split('\n').length).toBe(8);
  expect(inspect({ model: { weight: reshape(tensor([1, 2]), [2]) } })).toContain('lazy');
});
