// What a linear map attributes can be read off its weights; what a planted lag is worth, off the data.
import { type Tensor, tensor } from '@noosphere/core';
import { describe, expect, test } from 'vitest';
import { frameOf } from '../frame/index.js';
import { dlinear, mlp } from '../global/index.js';
import { explainForecasts, lagImportance } from './index.js';

let state = 7;
const noise = () => {
  state = (state * 16807) % 2147483647;
  return state / 2147483647 - 0.5;
};
/** Each value is the one seven steps before, and something new. */
const planted = (count: number) => {
  const y: number[] = [];
  for (let t = 0; t < count; t++) y.push(t < 7 ? noise() : 0.95 * (y[t - 7] as number) + 0.3 * noise());
  return y;
};
const columns = [planted(400), planted(400)];
const frame = frameOf(
  {
    unique_id: columns.flatMap((values, series) => values.map(() => `S${series}`)),
    ds: columns.flatMap((values) => values.map((_, t) => t)),
    y: columns.flat(),
  },
  { frequency: 'step' },
);
const shape = { horizon: 2, lookback: 14, steps: 300, learningRate: 0.01, loss: 'mse', seed: 1 } as const;

describe('integrated gradients', () => {
  test('of a linear model are weights times distances', async () => {
    const model = await dlinear(shape).fit(frame);
    const [first] = await explainForecasts(model, frame, { step: 1 });
    const y = (columns[0] as number[]).slice(-14);
    const mean = y.reduce((sum, value) => sum + value, 0) / 14;
    // The slope of the linear map by finite differences of the model itself.
    const { pipeline } = model;
    const forecastOf = async (values: readonly number[]) => {
      const { mean: out } = pipeline.forecast({ y: tensor(Float32Array.from(values), { shape: [1, 14] }) });
      return (await (out as Tensor).data())[0] as number;
    };
    const base = await forecastOf(y);
    for (const lag of [0, 6, 7, 13]) {
      const moved = y.map((value, at) => (at === lag ? value + 0.5 : value));
      const slope = ((await forecastOf(moved)) - base) / 0.5;
      expect(first?.lags[lag]).toBeCloseTo(slope * ((y[lag] as number) - mean), 4);
    }
    expect(first?.forecast).toBeCloseTo(base, 5);
  });

  test('add up to the distance from the baseline', async () => {
    const model = await mlp({ ...shape, scaler: 'standard', hiddenSize: 32 }).fit(frame);
    for (const { forecast, baseline, lags } of await explainForecasts(model, frame, { points: 64 })) {
      const total = lags.reduce((sum, part) => sum + part, 0);
      expect(total).toBeCloseTo(forecast - baseline, 2);
    }
  });

  test('refuse a step beyond the horizon', async () => {
    const model = await dlinear({ ...shape, steps: 1 }).fit(frame);
    await expect(explainForecasts(model, frame, { step: 3 })).rejects.toThrow(/from 1 to 2, got 3/);
  });
});

test('the planted lag is the most important one', async () => {
  const model = await dlinear(shape).fit(frame);
  const found = await lagImportance(model, frame, { size: 60, lagGroup: 1 });
  expect(found.length).toBe(14);
  // One step ahead it is the 7th value from the end, two steps ahead the 6th.
  expect(
    found
      .slice(0, 2)
      .map(({ input }) => input)
      .sort(),
  ).toEqual(['lags 6 to 6', 'lags 7 to 7']);
  expect(found[0]?.increase).toBeGreaterThan(5 * Math.abs(found[3]?.increase as number));
  await expect(lagImportance(model, frame, { size: 2 })).rejects.toThrow(/size/);
});
