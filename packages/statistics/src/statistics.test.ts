// Against SciPy and NumPy (tools/goldens/statistics.py).
import { expect, test } from 'vitest';
import { cholesky, choleskySolve } from './cholesky.js';
import {
  chiSquaredTail,
  kolmogorovTail,
  normalCdf,
  normalTails,
  studentQuantile,
  studentTails,
} from './distributions.js';
import goldens from './goldens/statistics.json' with { type: 'json' };
import { requireValues } from './moments.js';
import { normalQuantile } from './normal-quantile.js';
import { medianInPlace, medianOf, quantileOf } from './order-statistics.js';

const functions = {
  chiSquaredTail,
  normalTails,
  normalCdf,
  studentTails,
  studentQuantile,
  normalQuantile,
  kolmogorovTail,
} as const;

test.each(Object.entries(functions))('%s', (name, compute) => {
  for (const row of goldens[name as keyof typeof functions]) {
    const [first = 0, second = 0] = row;
    const expected = row.at(-1) ?? Number.NaN;
    expect(Math.abs(compute(first, second) - expected), String(row)).toBeLessThan(
      1e-7 * Math.max(1e-3, Math.abs(expected)),
    );
  }
});

test('Cholesky factors and solutions; none of a matrix that is not positive', () => {
  const factor = cholesky(goldens.matrix.map((row) => Float64Array.from(row))) ?? [];
  for (const [row, values] of goldens.factor.entries()) {
    for (const [column, value] of values.entries()) expect(factor[row]?.[column]).toBeCloseTo(value, 12);
  }
  const solution = choleskySolve(factor, Float64Array.from(goldens.right));
  for (const [row, value] of goldens.solution.entries()) expect(solution[row]).toBeCloseTo(value, 10);
  expect(cholesky([Float64Array.of(1, 2), Float64Array.of(2, 4)])).toBeUndefined();
});

test('medians and quantiles', () => {
  const values = Float64Array.from(goldens.values);
  expect(medianOf(values)).toBe(goldens.median);
  expect(medianInPlace(values.slice())).toBe(goldens.median);
  const sorted = values.slice().sort();
  for (const [share = 0, value = 0] of goldens.quantiles)
    expect(quantileOf(sorted, share)).toBeCloseTo(value, 14);
});

test('what is too short or no number is refused by its place', () => {
  expect(() => requireValues('trend', 'y', Float64Array.of(1), 2)).toThrow(
    'y needs at least 2 values, got 1',
  );
  expect(() => requireValues('trend', 'y', Float64Array.of(1, Number.NaN), 2)).toThrow(
    'value 1 of y is NaN; fill gaps or leave them out',
  );
});
