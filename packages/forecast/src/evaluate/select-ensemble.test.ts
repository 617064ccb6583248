// Expected weights are read off: the data are sums of what single models know.
import { expect, test } from 'vitest';
import { frameOf } from '../frame/index.js';
import { drift, historicAverage, naive, seasonalNaive } from '../local/index.js';
import { combineForecasts, forecastFrame } from '../run/index.js';
import { crossValidate } from './cross-validate.js';
import { evaluate } from './evaluate.js';
import { selectEnsemble } from './select-ensemble.js';

const steps = Array.from({ length: 80 }, (_, t) => t);
const season = frameOf({ ds: steps, y: steps.map((t) => [0, 5, 1, 9][t % 4] as number) });

test('a model that knows all gets all the weight', async () => {
  const table = await crossValidate(season, {
    models: [seasonalNaive({ season: 4 }), historicAverage()],
    horizon: 4,
    windows: 3,
    season: 2,
  });
  expect(selectEnsemble(table)).toEqual({ SeasonalNaive: 1 });
});

test('models that are off to either side are mixed, and the mixture is better than each', async () => {
  // A line with steps of 1: naive is one short of it a step ahead, twice the drift is one too far.
  const line = frameOf({ ds: steps, y: steps.map((t) => 3 * t) });
  const table = await crossValidate(line, { models: [naive()], horizon: 1, windows: 10 });
  const far = table.y.map((value, row) => 2 * value - (table.columns.Naive?.[row] ?? 0));
  const both = {
    ...table,
    models: ['Naive', 'Far'],
    columns: { Naive: table.columns.Naive as Float64Array, Far: far },
  };
  const weights = selectEnsemble(both, { picks: 4 });
  expect(weights).toEqual({ Naive: 0.5, Far: 0.5 });
  const joined = combineForecasts(both, { weights });
  const [naiveRow, , own] = evaluate(joined, { metrics: ['mase'] }).rows;
  expect(own?.values.mase).toBeCloseTo(0, 12);
  expect(naiveRow?.values.mase).toBeGreaterThan(0.9);
});

test('what cannot be mixed is refused with the way out', async () => {
  const table = await crossValidate(season, { models: [drift()], horizon: 2, windows: 2, season: 2 });
  expect(() => selectEnsemble(table, { models: ['ARIMA'] })).toThrow(/no model 'ARIMA'; there are RWD/);
  expect(() => selectEnsemble(table, { picks: 0 })).toThrow(/picks/);
  const forecasts = await forecastFrame(season, { models: [naive()], horizon: 1 });
  expect(() => combineForecasts(forecasts, { weights: { Naive: 1 }, name: 'Naive' })).toThrow(/another name/);
  expect(() => combineForecasts(forecasts, { weights: { Naive: 1 }, combine: 'median' })).toThrow(
    /no weights/,
  );
});
