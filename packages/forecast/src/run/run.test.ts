// Series are written by hand; forecasts of naive models can be read off.
import { describe, expect, test } from 'vitest';
import { frameOf, tradingCalendar } from '../frame/index.js';
import { arima, autoEts, autoTheta, drift, mstl, naive, seasonalNaive } from '../local/index.js';
import { type LocalModel, settingsOf } from '../local/local-model.js';
import { modelFromSettings } from '../registry/models.js';
import { conformal, ensemble } from '../wrappers/index.js';
import { forecastFrame } from './forecast-frame.js';

/** Waves of different length and height; deterministic. */
function manySeries(count: number, length: number) {
  const id: string[] = [];
  const ds: number[] = [];
  const y: number[] = [];
  for (let series = 0; series < count; series++) {
    for (let t = 0; t < length; t++) {
      id.push(`S${series}`);
      ds.push(t);
      y.push(series + Math.sin(t * (1 + series / 7)) + t / 10);
    }
  }
  return frameOf({ unique_id: id, ds, y });
}

const models = [
  naive(),
  seasonalNaive({ season: 4 }),
  conformal(ensemble([naive(), drift()], { combine: 'weighted', horizon: 3 }), { windows: 9, step: 1 }),
];

describe('workers', () => {
  test('rows and bits do not depend on how many there are', { timeout: 60_000 }, async () => {
    const frame = manySeries(37, 40);
    const options = { models, horizon: 3, levels: [80] };
    const seen: number[] = [];
    const { elapsedMs: _, ...here } = await forecastFrame(frame, { ...options, workers: 0 });
    const { elapsedMs, ...threads } = await forecastFrame(frame, {
      ...options,
      workers: 2,
      onProgress: ({ done }) => seen.push(done),
    });
    expect(threads).toEqual(here);
    expect(seen).toEqual(Array.from({ length: 37 }, (_, index) => index + 1));
    expect(here.failures).toEqual([]);
    expect(Object.keys(here.columns)).toHaveLength(9);
    expect(elapsedMs.Naive).toBeGreaterThan(0);
  });

  test('an abort ends them', { timeout: 60_000 }, async () => {
    const abort = new AbortController();
    const frame = manySeries(400, 200);
    const running = forecastFrame(frame, {
      models,
      horizon: 3,
      levels: [80],
      workers: 2,
      signal: abort.signal,
      onProgress: () => abort.abort(new Error('enough')),
    });
    await expect(running).rejects.toThrow('enough');
    await expect(forecastFrame(frame, { models, horizon: 1, signal: abort.signal })).rejects.toThrow(
      'enough',
    );
  });
});

test('estimates of an earlier run are gone on from, in any thread, and nothing is fitted', {
  timeout: 60_000,
}, async () => {
  const frame = manySeries(5, 40);
  const searching = [autoEts(), autoTheta(), arima({ order: [1, 1, 1] }), mstl({ seasons: [4] })];
  const options = { models: searching, horizon: 3, levels: [80], estimates: true };
  const { elapsedMs: _, ...first } = await forecastFrame(frame, { ...options, workers: 0 });
  const told: typeof first.estimates = JSON.parse(JSON.stringify(first.estimates));
  const resume = (model: string, id: string) => told?.[model]?.[first.ids.indexOf(id)];
  const { elapsedMs: __, ...threads } = await forecastFrame(frame, { ...options, resume, workers: 2 });
  expect(threads).toEqual(first);
  const unfit = searching.map(
    (model): LocalModel => ({
      ...model,
      fit: () => {
        throw new Error('fitted');
      },
    }),
  );
  const onlyS1 = (model: string, id: string) => (id === 'S1' ? resume(model, id) : undefined);
  const again = await forecastFrame(frame, { ...options, models: unfit, resume: onlyS1, workers: 0 });
  const rows = (column: Float64Array | undefined) => column?.slice(3, 6);
  expect(again.failures.map(({ id, message }) => `${id} ${message}`)).toEqual(
    ['S0', 'S2', 'S3', 'S4'].flatMap((id) => searching.map(() => `${id} fitted`)),
  );
  for (const [name, column] of Object.entries(first.columns))
    expect(rows(again.columns[name])).toEqual(rows(column));
});

test('times go on by the frequency, and columns have the names of models and levels', async () => {
  const frame = frameOf({ ds: ['2024-01-31', '2024-02-29'], y: [1, 3] });
  const { times, columns } = await forecastFrame(frame, { models: [drift()], horizon: 2, levels: [80, 95] });
  expect(Array.from(times, (time) => new Date(time).toISOString().slice(0, 10))).toEqual([
    '2024-03-31',
    '2024-04-30',
  ]);
  expect(Object.keys(columns)).toEqual(['RWD', 'RWD-lo-80', 'RWD-hi-80', 'RWD-lo-95', 'RWD-hi-95']);
  expect(columns.RWD).toEqual(Float64Array.of(5, 7));
});

/** A model of one's own, which no thread can rebuild. */
const own = (fit: LocalModel['fit']): LocalModel => ({ name: 'Own', kind: 'own', options: {}, fit });

describe('one broken series never stops the rest', () => {
  const frame = frameOf({
    unique_id: ['short', 'gap', 'gap', 'gap', 'good', 'good', 'good'],
    ds: [1, 1, 2, 3, 1, 2, 3],
    y: [1, 1, null, 3, 1, 2, 3],
  });

  test('its reason is told, in the frame’s order', async () => {
    const { columns, failures } = await forecastFrame(frame, {
      models: [seasonalNaive({ season: 2 }), naive()],
      horizon: 1,
    });
    expect(columns.SeasonalNaive).toEqual(Float64Array.of(NaN, NaN, 2));
    expect(columns.Naive).toEqual(Float64Array.of(1, NaN, 3));
    expect(failures).toEqual([
      {
        id: 'short',
        model: 'SeasonalNaive',
        message: expect.stringMatching(/needs at least 2 values, got 1/),
      },
      {
        id: 'gap',
        model: 'SeasonalNaive',
        message: expect.stringMatching(/1 rows without a value and lacks 0 rows/),
      },
      { id: 'gap', model: 'Naive', message: expect.stringMatching(/fillGaps/) },
    ]);
  });

  test('a model that throws anything, or gives what is no forecast', async () => {
    const bad = own(() => {
      throw 'no error object';
    });
    const nan = {
      ...own((y) => ({ ...naive().fit(y), forecast: () => ({ mean: Float64Array.of(NaN), intervals: [] }) })),
      name: 'NaN',
    };
    const { failures } = await forecastFrame(frame, { models: [bad, nan, naive()], horizon: 1, levels: [] });
    expect(failures.filter(({ id }) => id === 'good').map(({ message }) => message)).toEqual([
      'no error object',
      'NaN: expected 1 finite forecasts, got NaN…',
    ]);
  });
});

describe('covariates', () => {
  const frame = frameOf(
    { unique_id: ['A', 'A', 'B', 'B'], ds: [1, 2, 1, 2], y: [1, 2, 3, 4], price: [10, 20, 30, 40] },
    { covariates: { future: ['price'] } },
  );
  // Forecasts the covariate itself.
  const echo = own((_, known) => ({
    estimates: {},
    fitted: new Float64Array(),
    forecast: (_horizon, options) => ({
      mean: (options?.exogenous?.price ?? new Float64Array()).map(
        (value) => value + (known?.price?.at(-1) ?? NaN),
      ),
      intervals: [],
    }),
  }));

  test('the models get those of their rows and of the horizon', async () => {
    const future = { price: Float64Array.of(1, 2, 3, 4) };
    const { columns } = await forecastFrame(frame, { models: [echo], horizon: 2, future });
    expect(columns.Own).toEqual(Float64Array.of(21, 22, 43, 44));
  });

  test('that are missing are named', async () => {
    const forecast = (future?: Record<string, Float64Array>) =>
      forecastFrame(frame, { models: [echo], horizon: 2, ...(future ? { future } : {}) });
    await expect(forecast()).rejects.toThrow(
      /4 values of the future covariate 'price' \(2 series × 2 steps\).*got none/,
    );
    await expect(forecast({ price: new Float64Array(2) })).rejects.toThrow(/got 2/);
    await expect(forecast({ price: Float64Array.of(1, 2, 3, NaN) })).rejects.toThrow(/not finite/);
    await expect(forecast({ price: new Float64Array(4), sale: new Float64Array(4) })).rejects.toThrow(
      /no future covariate 'sale'/,
    );
  });
});

test('what cannot be run is refused', async () => {
  const frame = manySeries(1, 5);
  await expect(forecastFrame(frame, { models: [], horizon: 1 })).rejects.toThrow(/at least one model/);
  await expect(forecastFrame(frame, { models: [naive()], horizon: 0 })).rejects.toThrow(/whole steps from 1/);
  await expect(forecastFrame(frame, { models: [naive()], horizon: 1, levels: [0.9, 100] })).rejects.toThrow(
    /got 100/,
  );
  await expect(forecastFrame(frame, { models: [naive()], horizon: 1, workers: -1 })).rejects.toThrow(
    /threads from 0/,
  );
  await expect(forecastFrame(frame, { models: [naive(), naive()], horizon: 1 })).rejects.toThrow(
    /column 'Naive' comes twice/,
  );
  const shop = tradingCalendar('shop', ['2024-01-01', '2024-01-02']);
  const ending = frameOf({ ds: ['2024-01-01', '2024-01-02'], y: [1, 2] }, { frequency: shop });
  await expect(forecastFrame(ending, { models: [naive()], horizon: 1 })).rejects.toThrow(
    /give it the days to come/,
  );
});

test('settings make the same model again', () => {
  const y = Float64Array.from({ length: 50 }, (_, t) => Math.sin(t) + t / 9);
  for (const model of models) {
    const again = modelFromSettings(structuredClone(settingsOf(model)));
    expect(settingsOf(again)).toEqual(settingsOf(model));
    const forecast = (each: LocalModel) => each.fit(y).forecast(3, { levels: [80] });
    expect(forecast(again)).toEqual(forecast(model));
  }
  expect(() => modelFromSettings({ name: 'X', kind: 'toString', options: {} })).toThrow(
    /no model 'toString'/,
  );
});

describe('what is told on demand', () => {
  test('estimates by model and series', async () => {
    const frame = manySeries(3, 12);
    const plan = { models: [naive(), seasonalNaive({ season: 4 })], horizon: 1, estimates: true } as const;
    const here = await forecastFrame(frame, { ...plan, workers: 0 });
    expect(here.estimates?.Naive?.map((each) => typeof each?.sigma)).toEqual(['number', 'number', 'number']);
    expect((await forecastFrame(frame, { ...plan, workers: 1 })).estimates).toEqual(here.estimates);
  });

  test.each([0, 2])(
    'an aborted run keeps what is done, with %s workers',
    { timeout: 60_000 },
    async (workers) => {
      const stop = new AbortController();
      const slow = ensemble([conformal(drift(), { windows: 9, step: 1 }), naive()], { combine: 'mean' });
      const { columns, failures } = await forecastFrame(manySeries(2000, 60), {
        models: [naive(), slow],
        horizon: 2,
        levels: [80],
        workers,
        signal: stop.signal,
        onAbort: 'keep',
        onProgress: ({ done }) => {
          if (done === 5) stop.abort();
        },
      });
      // Five series of two steps, whichever threads were first.
      expect(columns.Naive?.filter(Number.isFinite).length).toBeGreaterThanOrEqual(10);
      const stopped = failures.filter(({ message }) => message.startsWith('not reached'));
      expect(stopped.length).toBeGreaterThan(0);
      expect(stopped.length).toBe(failures.length);
      expect(columns.Naive?.filter(Number.isNaN).length).toBe(stopped.length);
    },
  );
});
