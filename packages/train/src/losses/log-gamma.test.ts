import { compile, gradients, sum, type Tensor, tensor } from '@noosphere/core';
import { expect, test } from 'vitest';
import { logGamma } from './log-gamma.js';

// ln Γ, digamma and trigamma by mpmath with 30 digits.
const known: readonly (readonly [number, number, number, number])[] = [
  [9.9999999747524271e-7, 13.8155099833, -1000000.57974, 1.00000000505e12],
  [0.0010000000474974513, 6.90717883786, -1000.57552443, 1000001.54754],
  [0.10000000149011612, 2.2527126362, -10.4237547893, 101.433296168],
  [0.5, 0.572364942925, -1.96351002602, 4.93480220054],
  [0.99900001287460327, 0.000578031080275, -0.5788617809, 1.64734140074],
  [1.0010000467300415, -0.000576420494782, -0.575571855055, 1.64253308383],
  [1.25, -0.0982718364218, -0.227453533376, 1.19732915451],
  [1.4615999460220337, -0.121486290034, -3.1158485748e-5, 0.967700759267],
  [1.9989999532699585, -0.000422481527274, 0.422139168736, 0.645338446679],
  [2.000999927520752, 0.000423076044981, 0.423429020476, 0.644530229118],
  [3.5, 1.20097360235, 1.10315664065, 0.3303577561],
  [7, 6.57925121201, 1.8727843351, 0.153545177959],
  [10, 12.8018274801, 2.25175258907, 0.105166335682],
  [171, 706.573062246, 5.13873673002, 0.00586508582648],
  [10000, 82099.7174964, 9.21029037114, 0.000100005000167],
  [100000000, 1742068066.1, 18.420680739, 1.000000005e-8],
];

test('logarithm of gamma, digamma and trigamma to 1e-6 of each value', async () => {
  const program = compile((x: Tensor) => {
    const value = logGamma(x);
    const [first] = gradients(sum(value), [x]) as [Tensor];
    const [second] = gradients(sum(first), [x]) as [Tensor];
    return { value, first, second };
  });
  const x = tensor(Float32Array.from(known, ([at]) => at));
  const { value, first, second } = await program(x);
  const columns = [await value.data(), await first.data(), await second.data()];
  known.forEach(([at, ...expected], row) => {
    expected.forEach((wanted, column) => {
      const got = Number(columns[column]?.[row]);
      expect(Math.abs(got - wanted) / Math.abs(wanted), `${at}: ${got}, expected ${wanted}`).toBeLessThan(
        1e-6,
      );
    });
  });
  await program.dispose();
});

test('at 0 it is infinite, and integers are refused', async () => {
  expect(await logGamma(tensor([0])).item()).toBe(Number.POSITIVE_INFINITY);
  expect(() => logGamma(tensor([1], { dtype: 'int32' }))).toThrow('logGamma: expects floats, got int32');
});
