import { expect, test } from 'vitest';
import { batchNormTraining, compile, ones, softplus, type Tensor, tensor, zeros } from '../index.js';

test('running statistics with momentum 1 are those of the batch, also where the old ones are multiplied by zero', async () => {
  const run = compile((x: Tensor, mean: Tensor, variance: Tensor) =>
    batchNormTraining(x, {
      scale: ones([2]),
      bias: zeros([2]),
      runningMean: mean,
      runningVariance: variance,
      momentum: 1,
    }),
  );
  const { runningMean, runningVariance } = await run(
    tensor([
      [1, 2],
      [3, 6],
    ]),
    tensor([10, 20]),
    tensor([1, 1]),
  );
  // Means over the two rows; the variances 1 and 4, unbiased or not.
  expect(await runningMean.array()).toEqual([2, 4]);
  expect([
    [1, 4],
    [2, 8],
  ]).toContainEqual(await runningVariance.array());
  await run.dispose();
});

test('softplus in float64 neither overflows nor loses its tail', async () => {
  const x = [-800, -100, -40, -1, 0, 1, 40, 709, 711, 1e300, Infinity, -Infinity, NaN];
  const found = await softplus(tensor(x, { dtype: 'float64' })).data();
  const expected = x.map((value) => Math.max(value, 0) + Math.log1p(Math.exp(-Math.abs(value))));
  for (const [index, value] of expected.entries()) {
    if (Number.isFinite(value) && value !== 0) expect((found[index] as number) / value).toBeCloseTo(1, 14);
    else expect(found[index]).toEqual(value);
  }
});
