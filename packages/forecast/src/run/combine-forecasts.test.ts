// Forecasts of naive models can be read off; the ensemble of tables is held against the ensemble that fits its members.
import { describe, expect, test } from 'vitest';
import { crossValidate } from '../evaluate/index.js';
import { frameOf } from '../frame/index.js';
import { drift, historicAverage, naive, seasonalNaive } from '../local/index.js';
import { ensemble } from '../wrappers/index.js';
import { combineForecasts, selectForecasts } from './combine-forecasts.js';
import { forecastFrame } from './forecast-frame.js';

const y = Array.from({ length: 30 }, (_, t) => 5 + t + 3 * Math.sin(t * t));
const frame = frameOf({
  unique_id: [...y.map(() => 'A'), 'B', 'B'],
  ds: [...y.map((_, t) => t), 0, 1],
  y: [...y, 2, 4],
});
const members = [naive(), drift(), historicAverage(), seasonalNaive({ season: 4 })];

describe('combineForecasts', () => {
  test.each(['mean', 'median'] as const)(
    'the %s equals the ensemble that fits its members',
    async (combine) => {
      const plan = { horizon: 3, levels: [80, 95], workers: 0 };
      const fitted = await forecastFrame(frame, {
        ...plan,
        models: [ensemble(members, { combine, name: 'E' })],
      });
      const table = await forecastFrame(frame, { ...plan, models: members });
      const combined = combineForecasts(table, { combine, name: 'E' });
      // Series A, which every member forecasts; B is too short for one of them.
      for (const [name, column] of Object.entries(fitted.columns))
        combined.columns[name]?.slice(0, 3).forEach((value, row) => {
          expect(value).toBeCloseTo(column[row] as number, 10);
        });
      expect(combined.columns.E?.every(Number.isFinite)).toBe(true);
      expect(combined.models.at(-1)).toBe('E');
    },
  );

  test('serves backtests, and refuses names that are taken or unknown', async () => {
    const table = await crossValidate(frame, {
      models: [drift()],
      horizon: 2,
      windows: 2,
      workers: 0,
      season: 1,
    });
    const combined = combineForecasts(table, { models: ['RWD', 'Naive'], combine: 'mean' });
    const [first, second] = [table.columns.RWD?.[0] ?? 0, table.columns.Naive?.[0] ?? 0];
    expect(combined.columns.EnsembleMean?.[0]).toBe((first + second) / 2);
    expect(() => combineForecasts(table, { name: 'RWD' })).toThrow(/there already/);
    expect(() => combineForecasts(table, { models: ['X'] })).toThrow(
      /no column 'X'; the models are RWD, Naive/,
    );
  });
});

test('selectForecasts: series without a choice are failures', async () => {
  const table = await forecastFrame(frame, {
    models: [naive(), drift()],
    horizon: 1,
    levels: [80],
    workers: 0,
  });
  const selected = selectForecasts(table, new Map([['B', 'RWD']]));
  expect(Array.from(selected.columns.Selected ?? [])).toEqual([Number.NaN, 6]);
  expect(selected.columns['Selected-hi-80']?.[1]).toBe(table.columns['RWD-hi-80']?.[1]);
  expect(selected.failures).toEqual([
    { id: 'A', model: 'Selected', message: 'no model was chosen, or that one failed' },
  ]);
});
