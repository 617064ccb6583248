// The entry for those who write operators, by itself: nothing here imports the main one.
import { expect, test } from 'vitest';
import { Add, apply1, findOperator, operators, scalar } from '../src/operators.js';

test('a node made of a record runs when it is read', async () => {
  const sum = apply1(Add, [scalar('float32', 1), scalar('float32', 2)], {});
  expect(await sum.array()).toBe(3);
  expect(findOperator('', 'Add')).toBe(operators.Add);
});
