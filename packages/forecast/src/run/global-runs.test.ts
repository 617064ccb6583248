// What the tables hold is what the models give when they are asked by hand.
import { expect, test } from 'vitest';
import { crossValidate } from '../evaluate/index.js';
import { dropTail, frameOf } from '../frame/index.js';
import type { FittedGlobalModel, GlobalModel } from '../global/global-model.js';
import { mlp, neuralEnsemble, nlinear } from '../global/index.js';
import { drift } from '../local/naive.js';
import { forecastFrame } from './forecast-frame.js';

const length = 40;
const frame = frameOf(
  {
    unique_id: Array.from({ length: 2 * length }, (_, row) => (row < length ? 'A' : 'B')),
    ds: Array.from({ length: 2 * length }, (_, row) => row % length),
    y: Array.from({ length: 2 * length }, (_, row) => Math.sin(row) + (row % 5)),
    sale: Array.from({ length: 2 * length }, (_, row) => (row % 5 === 2 ? 1 : 0)),
  },
  { covariates: { future: ['sale'] } },
);
const small = { horizon: 2, lookback: 8, steps: 4 };
const ahead = { sale: Float64Array.of(1, 0, 0, 1) };
const withSale = mlp({
  ...small,
  covariates: { future: ['sale'] },
  loss: { kind: 'quantiles', levels: [80] },
});

test('a neural model stands beside local ones, with its intervals and its future covariates', async () => {
  const table = await forecastFrame(frame, {
    models: [withSale, drift()],
    horizon: 2,
    levels: [80],
    future: ahead,
    workers: 0,
  });
  const fitted = await withSale.fit(frame);
  const [first, second] = await fitted.forecast(frame, { levels: [80], future: ahead });
  expect(Array.from(table.columns.MLP ?? [])).toEqual([...(first?.mean ?? []), ...(second?.mean ?? [])]);
  expect(table.columns['MLP-hi-80']?.[3]).toBe(second?.intervals[0]?.upper[1]);
  expect(table.models).toEqual(['MLP', 'RWD']);
  expect(table.elapsedMs.MLP).toBeGreaterThan(0);
  expect(table.failures).toEqual([]);
});

test('a backtest trains on what was known at each origin', async () => {
  const told: string[] = [];
  const losses: (number | undefined)[] = [];
  const options = { models: [withSale, nlinear(small)], horizon: 2, windows: 3, workers: 0 } as const;
  const table = await crossValidate(frame, {
    ...options,
    onProgress: ({ unit, model, loss }) => {
      told.push(`${unit} ${model ?? ''}`.trim());
      if (unit === 'step') losses.push(loss);
    },
  });
  expect(new Set(told)).toEqual(new Set(['series', 'step MLP', 'step NLinear']));
  expect(losses.every((loss) => Number.isFinite(loss))).toBe(true);
  expect(table.models).toEqual(['MLP', 'NLinear', 'Naive']);
  const known = dropTail(frame, 4);
  const [, forecast] = await (await withSale.fit(known)).forecast(known, {
    future: { sale: Float64Array.of(0, 1, 0, 1) },
  });
  // Series B, the second origin.
  expect(Array.from(table.columns.MLP?.subarray(8, 10) ?? [])).toEqual(Array.from(forecast?.mean ?? []));
  const once = await crossValidate(frame, { ...options, refit: false });
  expect(once.columns.MLP?.slice(0, 2)).toEqual(table.columns.MLP?.slice(0, 2));
  expect(once.columns.MLP?.slice(2, 4)).not.toEqual(table.columns.MLP?.slice(2, 4));
  expect(table.manifest.models[0]).toMatchObject({
    name: 'MLP',
    kind: 'mlp',
    options: { steps: 4, seed: 1 },
  });
});

test('tells the loss of each step, and that of the last validation once there was one', async () => {
  const told: (readonly [number, boolean])[] = [];
  await forecastFrame(frame, {
    models: [neuralEnsemble({ members: [nlinear({ ...small, steps: 6, validateEvery: 2 })] })],
    horizon: 2,
    future: ahead,
    workers: 0,
    onProgress: ({ unit, done, validationLoss }) => {
      if (unit === 'step') told.push([done, Number.isFinite(validationLoss)]);
    },
  });
  expect(told).toEqual([1, 2, 3, 4, 5, 6].map((step) => [step, step > 2]));
});

test('series with gaps are left out, and a training that fails is the failure of every series', async () => {
  const gappy = frameOf({
    unique_id: ['A', 'A', 'A', 'A', 'B', 'B'],
    ds: [1, 2, 3, 4, 1, 2],
    y: [1, 2, 3, 4, 1, Number.NaN],
  });
  const told: (readonly string[])[] = [];
  const model: GlobalModel = {
    name: 'Own',
    kind: 'own',
    options: {},
    horizon: 1,
    fit: async ({ ids }): Promise<FittedGlobalModel> => {
      told.push(ids);
      if (told.length > 1) throw new Error('no memory');
      return { forecast: async () => [{ mean: Float64Array.of(7), intervals: [] }] };
    },
  };
  const first = await forecastFrame(gappy, { models: [model], horizon: 1 });
  expect(told).toEqual([['A']]);
  expect(first.columns.Own).toEqual(Float64Array.of(7, Number.NaN));
  expect(first.failures).toHaveLength(1);
  const second = await forecastFrame(gappy, { models: [model], horizon: 1 });
  expect(second.failures.map(({ id, message }) => `${id}: ${message.slice(0, 9)}`)).toEqual([
    'A: no memory',
    'B: has 1 row',
  ]);
  await expect(forecastFrame(gappy, { models: [model], horizon: 3 })).rejects.toThrow(
    'Own forecasts 1 steps, and the horizon is 3; make the model with horizon 3',
  );
});

test('a run that is stopped keeps what was learnt', async () => {
  const abort = new AbortController();
  const table = await forecastFrame(frame, {
    models: [nlinear({ ...small, steps: 100_000, name: 'N0' }), nlinear({ ...small, name: 'N1' })],
    horizon: 2,
    future: ahead,
    signal: abort.signal,
    onAbort: 'keep',
    onProgress: ({ done, unit }) => {
      if (unit === 'step' && done === 3) abort.abort();
    },
  });
  expect(table.columns.N0?.every(Number.isFinite)).toBe(true);
  expect(table.failures.map(({ model, message }) => `${model} ${message}`)).toEqual(
    Array(2).fill('N1 not reached before the run was stopped'),
  );
});
