// Errors of naive forecasts of a line and of a wave are known in closed form.
import { expect, test } from 'vitest';
import { frameOf } from '../frame/index.js';
import { drift, seasonalNaive } from '../local/index.js';
import { crossValidate } from './cross-validate.js';
import { selectModels } from './select-models.js';

const rows = (id: string, length: number, value: (t: number) => number) =>
  Array.from({ length }, (_, t) => ({ unique_id: id, ds: t, y: value(t) }));
const frame = frameOf([
  ...rows('line', 40, (t) => 2 * t),
  ...rows('wave', 40, (t) => t % 4),
  ...rows('short', 4, (t) => 2 * t),
]);
const plan = { models: [drift(), seasonalNaive({ season: 4 })], horizon: 1, windows: 2, workers: 0 };

test('each series gets its model; one that failed is no candidate', async () => {
  const table = await crossValidate(frame, plan);
  const [line, wave, short] = selectModels(table);
  expect(line).toEqual({ id: 'line', model: 'RWD', errors: { RWD: 0, SeasonalNaive: 8, Naive: 2 } });
  expect(wave?.model).toBe('SeasonalNaive');
  expect(short).toEqual({
    id: 'short',
    model: 'RWD',
    errors: { RWD: 0, SeasonalNaive: Number.NaN, Naive: 2 },
  });
});

test('a series with no finite error has no model, and a metric must have a best end', async () => {
  const constant = frameOf(rows('C', 20, () => 3));
  const table = await crossValidate(constant, plan);
  expect(selectModels(table, { metric: 'mase' })[0]?.model).toBeUndefined();
  expect(selectModels(table)[0]?.model).toBe('RWD');
  expect(() => selectModels(table, { metric: 'owa' as 'mae' })).toThrow(/less is better/);
});
