// Goldens: tools/goldens/local_models.py (statsforecast 2.1.1).

import { Random } from '@noosphere/train';
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

  // Siegel's definition, every slope computed.
  const plainLine = (y: Float64Array) => {
    const median = (values: readonly number[]) => {
      const sorted = [...values].sort((a, b) => a - b);
      const half = sorted.length >> 1;
      const upper = sorted[half] as number;
      return sorted.length % 2 === 1 ? upper : ((sorted[half - 1] as number) + upper) / 2;
    };
    const all = Array.from(y);
    const slopes = all.map((value, at) =>
      median(all.flatMap((other, place) => (place === at ? [] : [(other - value) / (place - at)]))),
    );
    return [median(slopes), median(all.map((value, at) => value - (slopes[at] as number) * at))];
  };
  const random = new Random(7);
  test.each<[what: string, of: (t: number, n: number) => number]>([
    ['noise', () => random.normal()],
    ['a line and noise', (t) => 3 * t + random.normal()],
    ['whole numbers with many ties', () => Math.floor(3 * random.uniform())],
    ['mostly zeros', () => (random.uniform() < 0.1 ? 5 : 0)],
    ['a line without noise', (t) => 2 * t - 7],
    ['growth', (t, n) => Math.exp((8 * t) / n)],
    ['a step', (t, n) => (t < n / 3 ? 1e6 : 0) + random.normal()],
    ['tiny numbers', () => 1e-9 * random.normal()],
  ])('the robust line of many values is the one by every slope: %s', (_, of) => {
    for (const n of [97, 150, 301, 400]) {
      const y = Float64Array.from({ length: n }, (_, t) => of(t, n));
      const line = repeatedMediansLine(y);
      const [slope = 0, intercept = 0] = plainLine(y);
      const size = Math.max(...y.map(Math.abs));
      expect(Math.abs((line[0] as number) - intercept) / size).toBeLessThan(1e-11);
      expect(Math.abs((line[n - 1] as number) - intercept - slope * (n - 1)) / size).toBeLessThan(1e-9);
    }
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
