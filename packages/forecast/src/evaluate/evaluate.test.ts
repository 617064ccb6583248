// Goldens: tools/goldens/backtest.py (statsforecast's cross_validation, utilsforecast's losses of it).
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { dropTail, frameOf } from '../frame/index.js';
import goldens from '../goldens/backtest.json' with { type: 'json' };
import type { LocalModel } from '../local/local-model.js';
import { drift, naive, seasonalNaive } from '../local/naive.js';
import { forecastFrame, writeForecasts } from '../run/index.js';
import {
  assertNoLookAhead,
  compareModels,
  crossValidate,
  differingBits,
  evaluate,
  replaceFuture,
} from './index.js';

const folder = mkdtempSync(join(tmpdir(), 'noosphere-backtest-'));
afterAll(() => rmSync(folder, { recursive: true }));
const { season, horizon, step, windows } = goldens;
const frame = frameOf(goldens.frame);
const plan = { models: [seasonalNaive({ season }), drift()], horizon, step, windows, season, levels: [80] };

function expectClose(actual: ArrayLike<number> | undefined, expected: readonly number[]): void {
  expect(actual?.length).toBe(expected.length);
  expected.forEach((value, row) => {
    expect(Math.abs((actual?.[row] ?? NaN) - value)).toBeLessThan(1e-9 * Math.max(1, Math.abs(value)));
  });
}

describe('against statsforecast', () => {
  test('origins, rows and forecasts', async () => {
    const table = await crossValidate(frame, plan);
    expect(Array.from(table.cutoffs)).toEqual(goldens.cutoffs);
    expect(Array.from(table.times)).toEqual(goldens.ds);
    expect(Array.from(table.y)).toEqual(goldens.y);
    for (const name of ['SeasonalNaive', 'RWD', 'Naive'] as const) {
      expectClose(table.columns[name], goldens.columns[name]);
      expectClose(table.columns[`${name}-lo-80`], goldens.columns[`${name}-lo-80`]);
    }
    expect(table.models).toEqual(['SeasonalNaive', 'RWD', 'Naive']);
    expect(table.manifest).toMatchObject({ horizon, step, windows, season, refit: true, seriesCount: 2 });
  });

  test('scores', async () => {
    const { rows } = evaluate(await crossValidate(frame, plan), { metrics: ['mae', 'mase', 'winkler'] });
    for (const { model, values } of rows) {
      const expected = goldens.scores[model as keyof typeof goldens.scores];
      expectClose(
        [values.mae ?? NaN, values.mase ?? NaN, values.winkler ?? NaN],
        [expected.mae, expected.mase, expected.winkler],
      );
    }
  });
});

test('OWA is 1 for its baseline, and its parts are those of the table', async () => {
  const { rows, legend } = evaluate(await crossValidate(frame, plan));
  const [own, other] = rows.map(({ values }) => values);
  expect(own?.owa).toBe(1);
  const ratios = (name: 'smape200' | 'mase') => (other?.[name] ?? NaN) / (own?.[name] ?? NaN);
  expect(other?.owa).toBeCloseTo((ratios('smape200') + ratios('mase')) / 2, 12);
  expect(Object.fromEntries(legend).owa).toContain('SeasonalNaive');
});

test('windows that one model lacks count for none', async () => {
  const picky: LocalModel = {
    ...naive(),
    name: 'Picky',
    kind: 'picky',
    fit: (y) => {
      if (y.length < 30) throw new Error('too short for me');
      return naive().fit(y);
    },
  };
  const table = await crossValidate(frame, { ...plan, models: [picky], levels: [] });
  const { windowCount, windowsLeftOut } = evaluate(table);
  expect([windowCount, windowsLeftOut]).toEqual([4, 4]);
  expect(table.failures).toEqual([{ id: 'b', model: 'Picky', message: 'too short for me' }]);
});

describe('no model sees what comes after its origin', () => {
  /** Takes what it can get beyond its values. */
  const peeking = (): LocalModel => ({
    ...naive(),
    name: 'Peeking',
    kind: 'peeking',
    fit: (y) => {
      const beyond = new Float64Array(y.buffer).slice(y.length);
      const mean = beyond[0] ?? naive().fit(y).forecast(1).mean[0] ?? NaN;
      return {
        ...naive().fit(y),
        forecast: (steps) => ({ mean: new Float64Array(steps).fill(mean), intervals: [] }),
      };
    },
  });

  test('the buffer of its values ends there', async () => {
    const table = await crossValidate(frame, { ...plan, models: [peeking()], levels: [] });
    expect(table.columns.Peeking).toEqual(table.columns.Naive);
  });

  test('nor writes into the frame', async () => {
    const writing: LocalModel = {
      ...peeking(),
      fit: (y) => {
        y.fill(0);
        return naive().fit(Float64Array.of(1));
      },
    };
    const before = frame.y.slice();
    await crossValidate(frame, { ...plan, models: [writing], levels: [] });
    expect(frame.y).toEqual(before);
  });

  test('a forecast from an origin is the backtest’s there', async () => {
    const table = await crossValidate(frame, { ...plan, windows: 1 });
    const early = await forecastFrame(dropTail(frame, horizon), {
      models: plan.models,
      horizon,
      levels: [80],
    });
    for (const [name, column] of Object.entries(early.columns)) expect(table.columns[name]).toEqual(column);
  });

  test('a planted leak is caught, and honest work is not', async () => {
    const options = { origin: 20, seed: 3 };
    const known = (each: typeof frame) => crossValidate(dropTail(each, 20), { ...plan, windows: 1 });
    // Series a has 40 rows and b 31: 20 and 11 rows are left, all before the origin.
    await assertNoLookAhead(frame, async (each) => Object.values((await known(each)).columns), options);
    // A scaler that is fitted to the whole series.
    const leak = (each: typeof frame) => [
      each.y.slice(0, 20).map((value) => value / Math.max(...each.y.slice(0, 40))),
    ];
    await expect(assertNoLookAhead(frame, leak, options)).rejects.toThrow(
      /bits of the results know the rows from 20 on/,
    );
  });

  test('bits are counted', () => {
    expect(differingBits([Float64Array.of(0, 1)], [Float64Array.of(-0, 1)])).toBe(1);
    expect(differingBits([Float64Array.of(1)], [Float64Array.of(1, 2)])).toBe(128);
    const replaced = replaceFuture(frame, { origin: 5 });
    expect(replaced.y.slice(0, 5)).toEqual(frame.y.slice(0, 5));
    expect(replaced.y[5]).not.toBe(frame.y[5]);
  });
});

describe('refits', () => {
  let fits = 0;
  const counted = (canGoForward: boolean): LocalModel => {
    const fit = (y: Float64Array): ReturnType<LocalModel['fit']> => {
      fits += 1;
      return {
        ...drift().fit(y),
        ...(canGoForward ? { forward: (later: Float64Array) => drift().fit(later) } : {}),
      };
    };
    return { name: 'Counted', kind: 'counted', options: {}, fit };
  };

  test.each([
    [true, true, 8],
    [2, true, 4],
    [false, true, 2],
    [false, false, 8],
  ] as const)('refit %s, forward %s: %i fits of 2 series', async (refit, canGoForward, expected) => {
    fits = 0;
    const table = await crossValidate(frame, { ...plan, models: [counted(canGoForward)], levels: [], refit });
    expect(fits).toBe(expected);
    expect(table.failures).toEqual([]);
  });
});

test('Diebold and Mariano between two models, over series', async () => {
  const table = await crossValidate(frame, { ...plan, windows: 8, step: 3 });
  const test = compareModels(table, 'SeasonalNaive', 'Naive');
  expect(test.statistic).toBeLessThan(-2);
  expect(test.pValue).toBeLessThan(0.05);
  expect(compareModels(table, 'Naive', 'SeasonalNaive').statistic).toBeCloseTo(-test.statistic, 12);
  expect(compareModels(table, 'Naive', 'Naive')).toEqual({ statistic: 0, pValue: 1 });
  expect(() => compareModels(table, 'Naive', 'None')).toThrow(/no model 'None'/);
});

test('tables go out as CSV and JSON, with a manifest', async () => {
  const table = await crossValidate(frame, { ...plan, windows: 1 });
  await writeForecasts(join(folder, 'table.csv'), table);
  const [header, first] = readFileSync(join(folder, 'table.csv'), 'utf8').split('\n');
  expect(header).toBe(
    'unique_id,ds,cutoff,y,SeasonalNaive,SeasonalNaive-lo-80,SeasonalNaive-hi-80,RWD,RWD-lo-80,RWD-hi-80,Naive,Naive-lo-80,Naive-hi-80',
  );
  expect(first?.split(',').slice(0, 4)).toEqual(['a', '37', '36', String(table.y[0])]);
  await writeForecasts(join(folder, 'table.json'), table);
  const { notes, columns } = JSON.parse(readFileSync(join(folder, 'table.json'), 'utf8'));
  expect(notes.manifest.hardware.cores).toBeGreaterThan(0);
  expect(columns.RWD).toEqual(Array.from(table.columns.RWD ?? []));
});

test('coverage of several levels stands by level, never mixed', async () => {
  const y = Array.from({ length: 60 }, (_, t) => 10 + 3 * Math.sin(t * t));
  const frame = frameOf({ ds: y.map((_, t) => t), y });
  const table = await crossValidate(frame, { models: [naive()], horizon: 2, windows: 6, levels: [50, 95] });
  const [row] = evaluate(table).rows;
  // By hand, from the table's own columns.
  const inside = (level: number) => {
    const [low, high] = [`Naive-lo-${level}`, `Naive-hi-${level}`].map(
      (name) => table.columns[name] as Float64Array,
    );
    const hits = Array.from(table.y).filter(
      (value, at) => value >= (low?.[at] ?? 0) && value <= (high?.[at] ?? 0),
    );
    return (100 * hits.length) / table.y.length;
  };
  expect(row?.coverage[50]).toBeCloseTo(inside(50), 9);
  expect(row?.coverage[95]).toBeCloseTo(inside(95), 9);
  expect(row?.values).not.toHaveProperty('coverage');
  const [one] = evaluate({ ...table, levels: [50] }, { metrics: ['coverage'] }).rows;
  expect(one?.values.coverage).toBe(row?.coverage[50]);
});

test('what cannot be evaluated is refused', async () => {
  const short = frameOf({
    unique_id: ['a', 'a', 'b', 'b', 'b', 'b'],
    ds: [1, 2, 1, 2, 3, 4],
    y: [1, 2, 1, 2, 3, 4],
  });
  const table = await crossValidate(short, { models: [drift()], horizon: 1, windows: 2 });
  expect(table.failures.filter(({ model }) => model === 'RWD')).toEqual([
    {
      id: 'a',
      model: 'RWD',
      message: 'has 2 rows, and 2 windows of 1 need more than 2; ask for fewer windows',
    },
  ]);
  expect(() => evaluate(table, { metrics: ['coverage'] })).toThrow(/needs intervals/);
  expect(() => evaluate(table, { baseline: 'None' })).toThrow(/no model 'None'/);
  await expect(crossValidate(short, { models: [], horizon: 1 })).rejects.toThrow(/at least one model/);
  await expect(crossValidate(short, { models: [naive()], horizon: 1, refit: 0 })).rejects.toThrow(/refit/);
});

test('what meters read stands in the manifest, and they are stopped also where a run fails', async () => {
  const events: string[] = [];
  const meter = {
    start: ({ steps }: { readonly steps: number }) => {
      events.push(`start ${steps}`);
    },
    read: () => ({ energyJoules: 7 }),
    stop: () => {
      events.push('stop');
    },
  };
  const frame = frameOf({ ds: [1, 2, 3, 4, 5, 6], y: [1, 2, 3, 4, 5, 6] });
  const options = { models: [drift()], horizon: 1, windows: 2, workers: 0, meters: [meter] };
  const { manifest } = await crossValidate(frame, options);
  expect(manifest.readings).toEqual({ energyJoules: 7 });
  const abort = new AbortController();
  abort.abort(new Error('enough'));
  await expect(crossValidate(frame, { ...options, signal: abort.signal })).rejects.toThrow('enough');
  expect(events).toEqual(['start 2', 'stop', 'start 2', 'stop']);
});
