// Goldens: tools/goldens/local_models.py (statsforecast 2.1.1).
import { describe, expect, test } from 'vitest';
import goldens from '../../goldens/theta.json' with { type: 'json' };
import { seriesNamed } from '../golden-series.js';
import type { Estimates, LocalModel } from '../local-model.js';
import { classicTheta, naive2 } from './m4-benchmarks.js';
import {
  autoTheta,
  dynamicOptimizedTheta,
  dynamicTheta,
  optimizedTheta,
  type ThetaOptions,
  theta,
} from './theta-models.js';

const makers: Record<string, (options: ThetaOptions) => LocalModel> = {
  theta,
  optimizedTheta,
  dynamicTheta,
  dynamicOptimizedTheta,
  autoTheta,
};

test.each(goldens)('$kind of $series', (golden) => {
  const { y, season } = seriesNamed(golden.series);
  const model = makers[golden.kind]?.({ season });
  const fitted = model?.fit(y);
  expect(fitted?.estimates.decomposition ?? null).toBe(golden.decomposition);
  // Of several models a lower error may choose another one than theirs.
  const isOther = golden.kind === 'autoTheta' && fitted?.estimates.model !== golden.model;
  if (!isOther) expect(fitted?.estimates.model).toBe(golden.model);
  // Its search ends by a tolerance in the unit of the values, ours by a share of them: never further from the least error.
  expect(Number(fitted?.estimates.error)).toBeLessThan(golden.error * (1 + 1e-5));
  if (isOther) return;
  // With its parameters the model is the same.
  const [level, alpha, theta] = golden.parameters;
  const same = model?.resume?.({ ...fitted?.estimates, level, alpha, theta } as Estimates, y);
  const { mean } = same?.forecast(golden.forecast.length) ?? { mean: [] };
  for (const [step, value] of golden.forecast.entries()) {
    expect((mean[step] ?? Number.NaN) / (value ?? Number.NaN)).toBeCloseTo(1, 5);
  }
});

// Expected: the same alpha and the same forecast in both units, near 156 (OTM) and 153 (DOTM).
test.each([
  [optimizedTheta, 156.35],
  [dynamicOptimizedTheta, 153.2],
] as const)('the search does not see the unit of the values', (make, next) => {
  const y = [
    150, 141, 163, 138, 158, 149, 166, 135, 152, 144, 161, 147, 139, 165, 150, 142, 158, 137, 168, 171,
  ];
  for (const unit of [1, 1e-4, 1e-9, 1e9]) {
    const { estimates, forecast } = make().fit(Float64Array.from(y, (value) => value * unit));
    expect(estimates.alpha).toBeCloseTo(0.1, 6);
    expect((forecast(1).mean[0] ?? Number.NaN) / unit).toBeCloseTo(next, 1);
  }
});

describe('what models of a season share', () => {
  test('fitted values are on the scale of the series', () => {
    const { y, season } = seriesNamed('air');
    const { fitted } = theta({ season }).fit(y);
    const errors = y.map((value, index) => Math.abs(value - (fitted[index] ?? 0)) / value).subarray(12);
    expect(Math.max(...errors)).toBeLessThan(0.15);
  });

  test('an additive season where multiplying is not possible', () => {
    const { y, season } = seriesNamed('negative');
    expect(theta({ season }).fit(y).estimates.decomposition).toBe('additive');
  });
});

test('deviations are those of simulated values', () => {
  // Closed form of the standard model: every error moves all later forecasts by α, as in simple exponential smoothing.
  const { y } = seriesNamed('walk');
  const fitted = theta().fit(y);
  const { mean, intervals } = fitted.forecast(5, { levels: [68.26894921370859] });
  const { alpha, sigma } = fitted.estimates;
  for (const [step, value] of mean.entries()) {
    const expected = Number(sigma) * Math.sqrt(1 + step * Number(alpha) ** 2);
    expect((intervals[0]?.upper[step] ?? 0) - value).toBeCloseTo(expected, 6);
  }
  // A dynamic line turns with each value: it must be wider further out.
  const dynamic = dynamicTheta()
    .fit(y)
    .forecast(5, { levels: [80] }).intervals[0];
  const widths = Array.from(dynamic?.upper ?? [], (upper, step) => upper - (dynamic?.lower[step] ?? 0));
  expect(widths).toEqual([...widths].sort((a, b) => a - b));
});

describe("M4's benchmarks", () => {
  test('Naive2 by hand', () => {
    // No noise: indices 0.5, 1.5, 1, 1 of a level of 10 without trend.
    const y = Float64Array.from({ length: 40 }, (_, t) => 10 * ([0.5, 1.5, 1, 1][t % 4] ?? 1));
    const { mean } = naive2({ season: 4 }).fit(y).forecast(5);
    expect(Array.from(mean, (value) => Number(value.toFixed(9)))).toEqual([5, 15, 10, 10, 5]);
    // Below three seasons there is no test, and the last value stays.
    expect(naive2({ season: 4 }).fit(y.subarray(0, 11)).forecast(2).mean).toEqual(Float64Array.of(10, 10));
  });

  test('the classic Theta follows a line, and is never below zero', () => {
    const line = Float64Array.from({ length: 30 }, (_, t) => 40 - t);
    const { mean } = classicTheta().fit(line).forecast(25);
    // The mean of the line, 10, and of the last value, 11, at which the smoothed 2y - line stays.
    expect(mean[0]).toBeCloseTo(10.5, 3);
    expect(mean[24]).toBe(0);
  });
});

test('short and strange series', () => {
  expect(() => theta().fit(Float64Array.of(1, 2, 3))).toThrow(/theta: needs at least 4 values, got 3/);
  expect(() => theta({ season: 0 })).toThrow(/season must be a whole number from 1/);
  expect(() => theta({ decomposition: 'both' as 'additive' })).toThrow(
    /'additive' or 'multiplicative', got 'both'/,
  );
  for (const y of [
    [5, 5, 5, 5, 5, 5],
    [1, 2, 3, 4, 5, 6],
    [0, 0, 0, 0, 0, 0],
    [1e-9, 2e-9, 1e-9, 3e-9, 2e-9, 1e-9],
  ]) {
    const { mean } = autoTheta({ season: 4 })
      .fit(Float64Array.from(y))
      .forecast(3, { levels: [90] });
    expect(mean.every(Number.isFinite)).toBe(true);
  }
  expect(
    autoTheta()
      .fit(Float64Array.of(5, 5, 5, 5, 5, 5))
      .forecast(1).mean[0],
  ).toBeCloseTo(5, 2);
});
