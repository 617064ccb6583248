// Goldens: tools/goldens/local_models.py (statsforecast 2.1.1).

import { describe, expect, test } from 'vitest';
import goldens from '../../goldens/mfles.json' with { type: 'json' };
import { mfles } from './mfles-model.js';
import { piecewiseTrend } from './piecewise-trend.js';
import { repeatedMediansLine } from './repeated-medians.js';

test.each(goldens)('MFLES of $name', ({ y, seasons, options, fitted, forecast }) => {
  const fit = mfles({ ...options, ...(seasons.length > 0 ? { seasons } : {}) }).fit(Float64Array.from(y));
  const scale = Math.max(...y.map(Math.abs));
  for (const [index, value] of fitted.entries()) {
    expect(Math.abs((fit.fitted[index] ?? Number.NaN) - value) / scale).toBeLessThan(1e-6);
  }
  const { mean } = fit.forecast(forecast.length);
  for (const [step, value] of forecast.entries()) {
    expect(Math.abs((mean[step] ?? Number.NaN) - value) / scale).toBeLessThan(1e-6);
  }
});

describe('lines', () => {
  test('the repeated medians do not see outliers', () => {
    const y = Float64Array.from({ length: 21 }, (_, t) => 3 + 2 * t);
    for (const at of [2, 9, 15, 20]) y[at] = 1000;
    expect(repeatedMediansLine(y)[20]).toBeCloseTo(43, 10);
  });

  test('a penalty that is large leaves nothing, a small one follows the bend', () => {
    const y = Float64Array.from({ length: 60 }, (_, t) => (t < 30 ? t / 10 : 3));
    expect(piecewiseTrend(y, 6, 1e3).every((value) => value === 0)).toBe(true);
    const fit = piecewiseTrend(y, 6, 1e-6);
    expect(Math.max(...y.map((value, t) => Math.abs(value - (fit[t] ?? 0))))).toBeLessThan(0.2);
  });
});

test('short, constant and unsuitable series', () => {
  for (const y of [[3], [1, 2, 3], [4, 4, 4, 4, 4]]) {
    const { mean } = mfles({ seasons: [4] })
      .fit(Float64Array.from(y))
      .forecast(2);
    expect(Array.from(mean)).toEqual([y.at(-1), y.at(-1)]);
  }
  for (const length of [4, 5, 6, 7, 8, 9, 10]) {
    const y = Float64Array.from({ length }, (_, t) => Math.sin(t * t));
    expect(
      mfles({ seasons: [4] })
        .fit(y)
        .forecast(9)
        .mean.every(Number.isFinite),
    ).toBe(true);
  }
  expect(() =>
    mfles({ seasons: [4] })
      .fit(Float64Array.of(1, 2, 3, 4))
      .forecast(1, { levels: [90] }),
  ).toThrow(/no intervals of its own; wrap it/);
  expect(() => mfles({ multiplicative: true }).fit(Float64Array.of(0, 1, 2, 3))).toThrow(/logarithm/);
  expect(() => mfles({ seasonalRate: 0 })).toThrow(/seasonalRate must be above 0/);
  expect(() => mfles({ seasons: [1] })).toThrow(/season must be a whole number from 2/);
});
