import { expect, test } from 'vitest';
import { tensor } from '../index.js';
import { gather } from './gather.js';
import { crossEntropy } from './softmax.js';

const int32 = (values: number[]) => tensor(values, { dtype: 'int32' });
const logits = tensor([
  [1, 2, 3],
  [4, 5, 6],
]);

test('labels at hand must be classes', () => {
  expect(() => crossEntropy(logits, int32([0, 3]))).toThrow(
    'crossEntropy: label 1 is 3, but 3 classes are 0 to 2; renumber the labels, or mark rows without one by ignoreIndex',
  );
  expect(() => crossEntropy(logits, int32([-1, 0]))).toThrow('label 0 is -1');
  expect(crossEntropy(logits, int32([-1, 0]), { ignoreIndex: -1 }).shape).toEqual([]);
});

test('indices at hand must be rows, also from the end', async () => {
  expect(() => gather(logits, int32([0, 2]))).toThrow(
    'gather: index 1 is 2, but the rows are 0 to 1, or -2 to -1 from the end',
  );
  expect(() => gather(logits, int32([-4]), { axis: 1 })).toThrow('index 0 is -4');
  expect(await gather(logits, int32([-1]), { axis: 1 }).array()).toEqual([[3], [6]]);
});
