import { add, mul, sum, type Tensor, tensor } from '@noosphere/core';
import { expect, test } from 'vitest';
import { predictRows, withRunner } from './index.js';

const x = tensor([
  [1, 2],
  [3, 4],
  [5, 6],
]);

test.each([1, 2, 3, 100])('rows in chunks of %i are those of one call', async (rowsPerCall) => {
  const found = await predictRows(
    ({ a, b }: { a: Tensor; b: Tensor }) => ({ total: sum(add(a, b), { axes: [1] }), twice: mul(a, 2) }),
    { a: x, b: x },
    { rowsPerCall },
  );
  expect(await found.total.array()).toEqual([6, 14, 22]);
  expect(await found.twice.array()).toEqual([
    [2, 4],
    [6, 8],
    [10, 12],
  ]);
});

test('inputs of different lengths and results without rows are refused', async () => {
  await expect(predictRows(({ a }: { a: Tensor }) => a, { a: x, b: tensor([1]) } as never)).rejects.toThrow(
    'inputs have 3 and 1 rows',
  );
  await expect(predictRows((a: Tensor) => sum(a), x)).rejects.toThrow('its first axis must count them');
});

test('a program is freed when the work fails, and full chunks share one', async () => {
  let kept: { cached: number } | undefined;
  await expect(
    withRunner(
      (a: Tensor) => mul(a, 2),
      { rowsPerCall: 2 },
      async (runner) => {
        kept = runner.run;
        for await (const { first } of runner.chunks(5, (from, to) => [tensor(new Float32Array(to - from))]))
          if (first === 4) throw new Error(`programs: ${runner.run.cached}`);
      },
    ),
  ).rejects.toThrow('programs: 2');
  expect(kept?.cached).toBe(0);
});
