// Goldens: tools/goldens/transforms.py (scikit-learn, SciPy, coreforecast, pandas).

import { describe, expect, test } from 'vitest';
import goldens from '../goldens/transforms.json' with { type: 'json' };
import { settingsOf } from '../local/local-model.js';
import { drift, naive } from '../local/naive.js';
import { modelFromSettings } from '../registry/models.js';
import {
  calendarFeatures,
  fitTransform,
  fourierTerms,
  guerreroLambda,
  holidayFeature,
  lagFeatures,
  likelihoodLambda,
  type RollingStatistic,
  rollingFeature,
  type TransformSettings,
  transformed,
  transformFrom,
} from './index.js';

const y = Float64Array.from(goldens.y);

function expectClose(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance = 1e-10): void {
  expect(actual.length).toBe(expected.length);
  for (let row = 0; row < expected.length; row++) {
    const value = expected[row] as number;
    expect(Math.abs((actual[row] as number) - value)).toBeLessThanOrEqual(
      tolerance * Math.max(1, Math.abs(value)),
    );
  }
}

describe('values', () => {
  test.each(['standard', 'minMax', 'robust'] as const)('%s is that of scikit-learn', (kind) => {
    expectClose(fitTransform({ kind }, y).apply(y), goldens[kind]);
  });

  test.each(goldens.boxCox)('Box-Cox of $lambda is that of SciPy', ({ lambda, values }) => {
    expectClose(fitTransform({ kind: 'boxCox', lambda }, y).apply(y), values);
  });

  test('lambda by likelihood and by Guerrero', () => {
    expect(likelihoodLambda(y)).toBeCloseTo(goldens.likelihood, 5);
    // theirs stops at a tolerance of 1e-4 or so
    expect(Math.abs(guerreroLambda(y, 12) - goldens.guerrero)).toBeLessThan(1e-3);
  });

  test('seasonal and regular differences are those of NumPy', () => {
    const twice = fitTransform([{ kind: 'difference', lag: 12 }, { kind: 'difference' }], y);
    expectClose(twice.apply(y), goldens.seasonalDifference);
  });
});

const all: readonly (readonly TransformSettings[])[] = [
  [{ kind: 'standard' }],
  [{ kind: 'minMax' }],
  [{ kind: 'robust' }],
  [{ kind: 'log' }],
  [{ kind: 'log1p' }],
  [{ kind: 'boxCox', season: 12 }],
  [{ kind: 'boxCox', method: 'likelihood' }],
  [{ kind: 'boxCox', lambda: -0.5 }],
  [{ kind: 'difference' }],
  [{ kind: 'difference', order: 2 }],
  [{ kind: 'difference', lag: 12 }],
  [{ kind: 'log' }, { kind: 'difference', lag: 12 }, { kind: 'difference' }, { kind: 'standard' }],
];

describe.each(all.map((settings) => [settings.map(({ kind }) => kind).join(' + '), settings] as const))(
  '%s',
  (_, settings) => {
    const training = y.slice(0, 80);
    const transform = fitTransform(settings, training);

    test('is undone, on the training values and after them', () => {
      expectClose(transform.invert(transform.apply(training)), training, 1e-10);
      const whole = transform.apply(y);
      expectClose(transform.invertAfter(whole.slice(whole.length - 16)), y.slice(80), 1e-9);
    });

    test('knows the training values only, and is plain data', () => {
      const later = y.slice();
      later.fill(1e6, 80);
      expect(fitTransform(settings, later.slice(0, 80)).states).toEqual(transform.states);
      const again = transformFrom(JSON.parse(JSON.stringify(transform.states)));
      expect(again.apply(y)).toEqual(transform.apply(y));
    });
  },
);

describe('models in a transform', () => {
  test('forecast in the series’ units; intervals as well', () => {
    const values = Float64Array.from({ length: 20 }, (_, t) => 3 * 1.5 ** t * (1 + 0.01 * (t % 3)));
    const { mean, intervals } = transformed(drift(), { kind: 'log' })
      .fit(values)
      .forecast(2, { levels: [80] });
    const inside = drift()
      .fit(values.map(Math.log))
      .forecast(2, { levels: [80] });
    expectClose(mean, inside.mean.map(Math.exp));
    expectClose(intervals[0]?.lower ?? [], (inside.intervals[0]?.lower ?? new Float64Array()).map(Math.exp));
  });

  test('the mean of first differences is the drift', () => {
    const { mean } = transformed(naive(), { kind: 'difference' })
      .fit(Float64Array.of(1, 2, 4, 7))
      .forecast(2);
    expect(mean).toEqual(Float64Array.of(10, 13));
  });

  test('one-step forecasts are in the series’ units', () => {
    const values = Float64Array.of(1, 2, 4, 7, 11);
    // naive on differences: y[t-1] + (y[t-1] - y[t-2])
    expect(transformed(naive(), { kind: 'difference' }).fit(values).fitted).toEqual(
      Float64Array.of(NaN, NaN, 3, 6, 10),
    );
    expectClose(transformed(naive(), { kind: 'log' }).fit(values).fitted.slice(1), values.slice(0, -1));
  });

  test('can be made again from settings', () => {
    const model = transformed(drift(), [{ kind: 'boxCox', season: 12 }]);
    const again = modelFromSettings(structuredClone(settingsOf(model)));
    expect(again.fit(y).forecast(5)).toEqual(model.fit(y).forecast(5));
  });
});

describe('features', () => {
  test('calendar parts are those of pandas', () => {
    const { times, ...parts } = goldens.calendar;
    const names = Object.keys(parts) as (keyof typeof parts)[];
    const columns = calendarFeatures(Float64Array.from(times), names);
    for (const name of names) expect(Array.from(columns[name])).toEqual(parts[name]);
    expect(calendarFeatures(Float64Array.of(Date.UTC(2024, 5, 1)), ['isWeekend']).isWeekend[0]).toBe(1);
  });

  test.each(Object.entries(goldens.rolling))('rolling %s is that of pandas', (statistic, expected) => {
    const column = rollingFeature(y, 5, statistic as RollingStatistic);
    expectClose(column.slice(5), expected);
    expect(column.slice(0, 5).every(Number.isNaN)).toBe(true);
  });

  test('Fourier terms go on after the last row; lags and holidays look back', () => {
    const whole = fourierTerms(0, 30, { season: 7, order: 2 });
    const later = fourierTerms(20, 10, { season: 7, order: 2 });
    expect(later.cos2_7).toEqual(whole.cos2_7?.slice(20));
    expect(whole.sin1_7?.[7]).toBeCloseTo(0, 12);
    expect(lagFeatures(y, [3]).lag3?.[10]).toBe(y[7]);
    expect(
      holidayFeature(Float64Array.of(Date.UTC(2024, 0, 1, 23), Date.UTC(2024, 0, 2)), ['2024-01-01']),
    ).toEqual(Float64Array.of(1, 0));
  });
});

test('what cannot be transformed is refused', () => {
  expect(() => fitTransform({ kind: 'log' }, Float64Array.of(1, 0))).toThrow(
    /above zero, got 0 at row 1; use log1p/,
  );
  expect(() => fitTransform({ kind: 'standard' }, Float64Array.of(1, NaN))).toThrow(
    /NaN at row 1; fill gaps/,
  );
  expect(() => fitTransform({ kind: 'difference', lag: 3 }, Float64Array.of(1, 2, 3))).toThrow(
    /more than 3 values/,
  );
  expect(() => fitTransform({ kind: 'cube' } as never, y)).toThrow(/got 'cube'/);
  expect(() => guerreroLambda(Float64Array.of(1, 2, 3), 12)).toThrow(/two seasons of 12/);
  expect(() => fourierTerms(0, 3, { season: 4, order: 3 })).toThrow(/up to half/);
  expect(fitTransform({ kind: 'standard' }, Float64Array.of(5, 5)).apply(Float64Array.of(5, 6))).toEqual(
    Float64Array.of(0, 1),
  );
});
