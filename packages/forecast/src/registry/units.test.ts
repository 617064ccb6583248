// Forecasts do not depend on the unit of the values: y → a y gives a times the forecasts and intervals, for every kind of model.
import { describe, expect, test } from 'vitest';
import type { LocalModel } from '../local/local-model.js';
import { autoEnsemble } from '../wrappers/auto-ensemble.js';
import { conformal } from '../wrappers/conformal.js';
import { localModels } from './models.js';

const length = 96;
let state = 7;
/** Even between -1/2 and 1/2. */
const noise = () => {
  state = (state * 16807) % 2147483647;
  return state / 2147483647 - 0.5;
};
const from = (valueAt: (t: number) => number) => Float64Array.from({ length }, (_, t) => valueAt(t));
const series = {
  seasonal: from((t) => 150 + 0.3 * t + 12 * Math.sin((2 * Math.PI * t) / 12) + 8 * noise()),
  level: from(() => 150 + 15 * noise()),
  sparse: from((t) => (t % 4 === 0 || t % 7 === 3 ? 8 + Math.round(6 * noise()) : 0)),
  'around zero': from((t) => 3 * Math.sin(t * t) + noise()),
};

const settings: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  ...Object.fromEntries(
    [
      'seasonalNaive',
      'naive2',
      'classicTheta',
      'holtWinters',
      'autoEts',
      'theta',
      'optimizedTheta',
      'dynamicTheta',
    ]
      .concat(['dynamicOptimizedTheta', 'autoTheta', 'autoArima'])
      .map((kind) => [kind, { season: 12 }]),
  ),
  windowAverage: { window: 4 },
  seasonalWindowAverage: { window: 2, season: 12 },
  arima: { order: [1, 1, 1] },
  mstl: { seasons: [12] },
  mfles: { seasons: [12] },
};
const models: Record<string, LocalModel> = Object.fromEntries(
  Object.entries(localModels).map(([kind, make]) => [kind, make(settings[kind] ?? {})]),
);
models.autoEnsemble = autoEnsemble({ horizon: 6, seasons: [12] });
models.conformal = conformal(localModels.naive({}), { windows: 12 });

/** The likelihood of a GARCH is flat about its top: where the search ends there is a matter of rounding. */
const isVolatility = (kind: string) => /garch|arch$/i.test(kind);

function forecastsOf(model: LocalModel, y: Float64Array): number[] {
  const { mean, intervals } = model.fit(y).forecast(6, model === models.mfles ? {} : { levels: [90] });
  return [mean, ...intervals.flatMap(({ lower, upper }) => [lower, upper])].flatMap((each) =>
    Array.from(each),
  );
}

describe.each(Object.entries(models))('%s', (kind, model) => {
  test.each(Object.entries(series))('%s', (name, y) => {
    if (isVolatility(kind) && name === 'sparse') return;
    let expected: number[];
    try {
      expected = forecastsOf(model, y);
    } catch {
      // Refused in one unit, refused in all.
      for (const unit of [1e-9, 1e9])
        expect(() =>
          forecastsOf(
            model,
            y.map((value) => value * unit),
          ),
        ).toThrow();
      return;
    }
    const size = Math.max(...Array.from(y, Math.abs));
    for (const unit of [1e-9, 1e-4, 1e4, 1e9]) {
      const actual = forecastsOf(
        model,
        y.map((value) => value * unit),
      );
      const off = Math.max(
        ...actual.map((value, at) => Math.abs(value / unit - (expected[at] ?? Number.NaN))),
      );
      expect(off / size, `in units of ${unit}`).toBeLessThan(isVolatility(kind) ? 1e-3 : 1e-6);
    }
  });
});

// What is added to all values is added to all forecasts, but for where a search begins: a hundredth of the noise.
describe.each(
  [
    'naive',
    'seasonalNaive',
    'drift',
    'historicAverage',
    'windowAverage',
    'seasonalWindowAverage',
    'ses',
    'holt',
    'arima',
    'mstl',
  ].map((kind) => [kind, models[kind] as LocalModel] as const),
)('%s, with something added', (_, model) => {
  test.each([-1000, 1e4])('%s', (added) => {
    const y = series.seasonal;
    const expected = forecastsOf(model, y);
    const actual = forecastsOf(
      model,
      y.map((value) => value + added),
    );
    for (const [at, value] of expected.entries())
      expect(Math.abs((actual[at] ?? Number.NaN) - added - value)).toBeLessThan(0.1);
  });
});
