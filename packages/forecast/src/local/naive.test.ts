// Goldens: tools/goldens/local_models.py (statsforecast 2.1.1, SciPy for quantiles).

import { normalQuantile } from '@noosphere/base';
import { describe, expect, test } from 'vitest';
import goldens from '../goldens/naive.json' with { type: 'json' };
import { localModels } from '../registry/models.js';
import { seasonalWindowAverage, windowAverage } from './averages.js';
import { seriesNamed } from './golden-series.js';
import type { LocalModelKind } from './local-model.js';
import { drift, naive, seasonalNaive } from './naive.js';

function expectClose(actual: ArrayLike<number>, expected: readonly (number | null)[]): void {
  expect(actual.length).toBe(expected.length);
  for (const [index, value] of expected.entries()) {
    if (value === null) expect(actual[index]).toBeNaN();
    else expect(actual[index]).toBeCloseTo(value, 8);
  }
}

test.each(goldens.models)('$kind', (golden) => {
  const { y } = seriesNamed('quarters');
  const fitted = localModels[golden.kind as LocalModelKind](golden.options).fit(y);
  const { mean, intervals } = fitted.forecast(golden.mean.length, { levels: [90] });
  expectClose(mean, golden.mean);
  if (!golden.fitted) return;
  expectClose(fitted.fitted, golden.fitted);
  expectClose(intervals[0]?.lower ?? [], golden['lo-90'] ?? []);
  expectClose(intervals[0]?.upper ?? [], golden['hi-90'] ?? []);
});

test.each(goldens.quantiles)('normal quantile of %f', (probability = 0, value = 0) => {
  expect(Math.abs(normalQuantile(probability) - value)).toBeLessThanOrEqual(1e-13 * Math.abs(value));
});

test('window averages know their own errors', () => {
  const { fitted, estimates } = windowAverage({ window: 2 }).fit(Float64Array.of(1, 3, 5, 1));
  expectClose(fitted, [null, null, 2, 4]);
  expect(estimates.sigma).toBe(3);
  expectClose(seasonalWindowAverage({ season: 2, window: 1 }).fit(Float64Array.of(1, 3, 5)).fitted, [
    null,
    null,
    1,
  ]);
});

describe('what cannot be forecast', () => {
  test('is refused with the way out', () => {
    expect(() => naive().fit(new Float64Array())).toThrow(/naive: needs at least 1 value, got 0/);
    expect(() => drift().fit(Float64Array.of(1))).toThrow(/drift: needs at least 2 values, got 1/);
    expect(() => seasonalNaive({ season: 4 }).fit(Float64Array.of(1, 2, 3))).toThrow(
      /at least 4 values, got 3/,
    );
    expect(() => naive().fit(Float64Array.of(1, Number.NaN))).toThrow(/value 1 of the series is NaN/);
    expect(() => localModels.seasonalNaive({})).toThrow(
      /season must be a whole number from 1, got undefined/,
    );
  });
});

describe('the registry', () => {
  const needed: Partial<Record<LocalModelKind, object>> = {
    seasonalNaive: { season: 4 },
    windowAverage: { window: 3 },
    seasonalWindowAverage: { season: 4, window: 2 },
    holtWinters: { season: 4 },
    arima: { order: [1, 1, 0] },
    mstl: { seasons: [4], trend: { name: 'RWD', kind: 'drift', options: {} } },
  };
  const kinds = Object.keys(localModels) as LocalModelKind[];

  test.each(kinds)('rebuilds %s from what a thread can be sent', (kind) => {
    const { y } = seriesNamed('quarters');
    const model = localModels[kind]({ ...needed[kind] });
    expect(model.kind).toBe(kind);
    const again = localModels[kind](structuredClone(model.options));
    expect(again.options).toEqual(model.options);
    expect(again.fit(y).forecast(5).mean).toEqual(model.fit(y).forecast(5).mean);
  });

  test.each(kinds)('%s goes forward, if it does, over the same values to the same forecasts', (kind) => {
    const { y } = seriesNamed('quarters');
    const fitted = localModels[kind]({ ...needed[kind] }).fit(y);
    const again = fitted.forward?.(y);
    // Naive forecasts and averages, and MFLES, are fitted again instead.
    if (!again) return;
    expect(again?.estimates).toEqual(fitted.estimates);
    expect(again?.fitted).toEqual(fitted.fitted);
    expect(again?.forecast(6).mean).toEqual(fitted.forecast(6).mean);
  });

  test('names what it does not know', () => {
    const trend = { name: 'X', kind: 'nothing', options: {} };
    expect(() => localModels.mstl({ seasons: [4], trend })).toThrow(/no model 'nothing' for the trend/);
  });
});
