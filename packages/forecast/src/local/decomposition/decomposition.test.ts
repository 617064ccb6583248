// Goldens: tools/goldens/local_models.py (statsmodels' STL, statsforecast 2.1.1).
import { expect, test } from 'vitest';
import goldens from '../../goldens/decomposition.json' with { type: 'json' };
import { autoEts } from '../ets/ets-models.js';
import { seriesNamed } from '../golden-series.js';
import { classicalSeason } from './classical.js';
import { decomposeSeasons } from './mstl.js';
import { mstl } from './mstl-model.js';
import { type StlOptions, stl } from './stl.js';

function expectClose(actual: ArrayLike<number>, expected: readonly (number | null)[], digits: number): void {
  expect(actual.length).toBe(expected.length);
  for (const [index, value] of expected.entries())
    expect(actual[index]).toBeCloseTo(value ?? Number.NaN, digits);
}

test.each(goldens.stl)(
  'STL of $series with $options',
  ({ series, season, options, trend, seasonal, weights }) => {
    const { y } = seriesNamed(series);
    const parts = stl(y, season, options as StlOptions);
    expectClose(parts.seasonal, seasonal, 8);
    expectClose(parts.trend, trend, 8);
    expectClose(parts.weights, weights, 8);
    const sum = y.map((_, index) => (parts.trend[index] ?? 0) + (parts.seasonal[index] ?? 0));
    expectClose(
      parts.remainder,
      Array.from(y, (value, index) => value - (sum[index] ?? 0)),
      10,
    );
  },
);

test('MSTL, its parts and its forecasts', () => {
  const { y, seasons, trend, seasonal } = goldens.mstl;
  const values = Float64Array.from(y);
  const parts = decomposeSeasons(values, [...seasons].reverse());
  const everySeventh = (all: Float64Array) => all.filter((_, index) => index % 7 === 0);
  expectClose(everySeventh(parts.trend), trend, 8);
  for (const [index, part] of parts.seasonal.entries()) {
    expect(part.season).toBe(seasons[index]);
    expectClose(everySeventh(part.values), seasonal[index] ?? [], 8);
    expect(part.strength).toBeGreaterThan(0.7);
  }
  const model = mstl({ seasons, trend: autoEts({ model: 'AAN', damped: false }) });
  const fitted = model.fit(values);
  const { mean, intervals } = fitted.forecast(50, { levels: [90] });
  expectClose(mean, goldens.mstl.mean, 2);
  expectClose(intervals[0]?.lower ?? [], goldens.mstl['lo-90'], 2);
  expectClose(intervals[0]?.upper ?? [], goldens.mstl['hi-90'], 2);
  expect(fitted.fitted).toHaveLength(300);
});

test('strengths: all season, none', () => {
  const wave = Float64Array.from({ length: 60 }, (_, t) => Math.sin((t * Math.PI) / 3));
  expect(stl(wave, 6).seasonalStrength).toBeGreaterThan(0.999);
  const constant = stl(new Float64Array(24).fill(3), 6);
  expect([constant.seasonalStrength, constant.trendStrength]).toEqual([0, 0]);
  expectClose(constant.trend, new Array(24).fill(3), 9);
});

test('a season that is planted in a line is found again', () => {
  const pattern = [3, -1, 0, -2];
  const y = Float64Array.from({ length: 21 }, (_, t) => 10 + 0.5 * t + (pattern[t % 4] ?? 0));
  expectClose(classicalSeason(y, 4, 'additive'), pattern, 10);
  const factors = [0.5, 1.25, 1, 1.25];
  const level = Float64Array.from({ length: 21 }, (_, t) => 8 * (factors[t % 4] ?? 1));
  expectClose(classicalSeason(level, 4, 'multiplicative'), factors, 10);
});

test('what cannot be decomposed is refused', () => {
  const y = new Float64Array(20).map((_, t) => t);
  expect(() => stl(y, 12)).toThrow(/stl: needs at least 24 values, got 20/);
  expect(() => stl(y, 1)).toThrow(/season must be a whole number from 2/);
  expect(() => stl(y, 4, { seasonalWindow: 8 })).toThrow(
    /seasonalWindow must be an odd whole number from 3, got 8/,
  );
  expect(() => stl(y, 4, { trendJump: 0 })).toThrow(/trendJump must be a whole number from 1/);
  expect(() => decomposeSeasons(y, [])).toThrow(/at least one season/);
  expect(() => mstl({ seasons: [4, 4] })).toThrow(/each season once, got 4, 4/);
});

test('a series under two seasons is forecast without them, and says so', () => {
  const y = Float64Array.from({ length: 60 }, (_, t) => 50 + t + 5 * (t % 4));
  const trend = autoEts({ model: 'AAN' });
  const long = mstl({ seasons: [4, 52], trend }).fit(y);
  expect(long.estimates.seasons).toEqual([4]);
  expect(long.forecast(8).mean).toEqual(
    mstl({ seasons: [4], trend })
      .fit(y)
      .forecast(8).mean,
  );
  const short = mstl({ seasons: [52], trend }).fit(y);
  expect(short.estimates.seasons).toEqual([]);
  expect(short.forecast(8).mean).toEqual(trend.fit(y).forecast(8).mean);
});
