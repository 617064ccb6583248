// Goldens: tools/goldens/correlation.py (pandas, SciPy).
import { describe, expect, test } from 'vitest';
import { correlation, correlationMatrix, covariance, kurtosis, skewness } from './correlation.js';
import goldens from './goldens/correlation.json' with { type: 'json' };

const near = (found: number, expected: number) =>
  expect(Math.abs(found - expected)).toBeLessThanOrEqual(1e-9 * Math.max(Math.abs(expected), 1e-30));

describe.each(goldens.cases)('$name', (golden) => {
  const [x, y] = [Float64Array.from(golden.x), Float64Array.from(golden.y)];

  test.each(['pearson', 'spearman', 'kendall'] as const)('%s', (method) => {
    near(correlation(x, y, { method }), golden[method]);
  });

  test('covariance, skewness, kurtosis', () => {
    near(covariance(x, y), golden.covariance);
    near(skewness(y), golden.skewness);
    near(kurtosis(y), golden.kurtosis);
  });

  test.each([1e-9, 1e9])('the unit times %d changes nothing but the covariance', (unit) => {
    const scaled = y.map((value) => unit * value);
    for (const method of ['pearson', 'spearman', 'kendall'] as const)
      expect(correlation(x, scaled, { method })).toBeCloseTo(golden[method], 9);
    expect(kurtosis(scaled)).toBeCloseTo(golden.kurtosis, 7);
  });
});

test('constants, and what is refused', () => {
  const [x, flat] = [Float64Array.of(1, 2, 4), Float64Array.of(3, 3, 3)];
  for (const method of ['pearson', 'spearman', 'kendall'] as const)
    expect(correlation(x, flat, { method })).toBeNaN();
  expect(skewness(flat)).toBe(0);
  expect(correlationMatrix([x, x.map((value) => -value)])).toEqual([
    [1, -1],
    [-1, 1],
  ]);
  expect(() => correlation(x, Float64Array.of(1, 2))).toThrow('expects samples of one length, got 3 and 2');
  expect(() => correlation(x, x, { methode: 'kendall' } as never)).toThrow(/did you mean method/);
  expect(() => correlation(x, x, { method: 'kendal' } as never)).toThrow(/pearson, spearman, kendall/);
  expect(() => skewness(Float64Array.of(1, 2))).toThrow('needs at least 3 values, got 2');
  expect(() => covariance(x, Float64Array.of(1, Number.NaN, 3))).toThrow(/values\[1\] must be finite/);
});
