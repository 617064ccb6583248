import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FormatError, hostData, loadOnnx } from '@noosphere/core';
import { loadModel, openModel } from '@noosphere/learn';
import { Random, stateDict } from '@noosphere/train';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fitForecaster } from './fit-forecaster.js';
import {
  type Forecaster,
  forecastRange,
  loadForecaster,
  saveForecaster,
  saveForecasterOnnx,
} from './forecaster.js';
import { networkKinds } from './networks.js';
import { type Bars, barHistory, type PriceHistory } from './prices.js';
import { forecastWithOnnx, largestDifference } from './rescore.js';
import { splitByTime } from './split.js';

const folder = mkdtempSync(join(tmpdir(), 'noosphere-forecast-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Bars whose daily return is 0.8 times the one before plus noise: there is something to learn. */
function madeUpHistory(days: number, change = 0): PriceHistory {
  const random = new Random(11);
  const column = () => new Float64Array(days);
  const bars = { open: column(), high: column(), low: column(), close: column(), volume: column() };
  let price = 100;
  let dailyReturn = 0;
  for (let day = 0; day < days; day++) {
    bars.open[day] = price;
    dailyReturn = 0.8 * dailyReturn + 0.01 * random.normal();
    price *= Math.exp(dailyReturn);
    bars.close[day] = price * (day >= 0.8 * days ? 1 + change : 1);
    bars.high[day] = Math.max(bars.open[day] ?? 0, bars.close[day] ?? 0) * 1.01;
    bars.low[day] = Math.min(bars.open[day] ?? 0, bars.close[day] ?? 0) * 0.99;
    bars.volume[day] = 1e6 * Math.exp(random.normal());
  }
  return barHistory(
    'made up',
    Array.from(bars.close, (_, day) => String(day)),
    bars,
  );
}

const history = madeUpHistory(500);
const split = splitByTime(500, { horizon: 1 });
const short = { seed: 5, epochs: 3 };

/** Everything of a forecaster as plain numbers. */
function bitsOf({ network, ...others }: Forecaster): object {
  const weights = Object.entries(stateDict(network)).map(([name, leaf]) => [name, hostData(leaf)]);
  return { ...others, weights };
}

describe.each(networkKinds)('%s', (kind) => {
  test('learns what is there: at most 0.6 of the squared error of a random walk', async () => {
    const { forecaster } = await fitForecaster(kind, history, split, { seed: 1, learningRate: 0.01 });
    const forecast = await forecastRange(forecaster, history, split.test);
    const actual = forecast.map((_, index) => {
      const origin = split.test.first + index;
      return Math.log((history.prices[origin + 1] ?? 0) / (history.prices[origin] ?? 1));
    });
    const squares = (errors: Float64Array) => errors.reduce((sum, error) => sum + error * error, 0);
    // Noise alone leaves 1 - 0.8² = 0.36 of the variance.
    expect(squares(actual.map((value, index) => value - (forecast[index] ?? 0)))).toBeLessThan(
      0.6 * squares(actual),
    );
  });

  test('the same seed gives the same bits, and nothing of the test part is learnt', async () => {
    const first = await fitForecaster(kind, history, split, short);
    const other = await fitForecaster(kind, madeUpHistory(500, 0.5), split, short);
    expect(bitsOf(other.forecaster)).toEqual(bitsOf(first.forecaster));
    if (kind === 'linear') return;
    const reseeded = await fitForecaster(kind, history, split, { ...short, seed: 6 });
    expect(bitsOf(reseeded.forecaster)).not.toEqual(bitsOf(first.forecaster));
  });

  test('the ONNX file forecasts the same from raw prices, for any number of them', async () => {
    const { forecaster } = await fitForecaster(kind, history, split, short);
    const path = join(folder, `${kind}.onnx`);
    await saveForecasterOnnx(path, forecaster, { metadata: { series: 'made up' } });
    const { inputs, outputs, metadata } = await loadOnnx(path);
    const width = kind === 'lstm' ? [5] : [];
    expect(inputs).toEqual([
      { name: kind === 'lstm' ? 'bars' : 'prices', dtype: 'float64', shape: ['batch', 11, ...width] },
    ]);
    expect(outputs.map(({ name }) => name)).toEqual(['log_return']);
    expect(metadata).toMatchObject({ kind, lookback: '10', horizon: '1', series: 'made up' });
    for (const range of [split.test, { first: 400, end: 401 }]) {
      const again = await forecastWithOnnx(path, history, range, forecaster.shape);
      expect(largestDifference(await forecastRange(forecaster, history, range), again)).toBeLessThan(1e-8);
    }
    await expect(saveForecasterOnnx(path, forecaster)).rejects.toThrow(/one is there/);
  });

  test('a model folder brings it back to the same bits, and predicts from raw prices', async () => {
    const { forecaster } = await fitForecaster(kind, history, split, short);
    const place = join(folder, kind);
    await saveForecaster(place, forecaster);
    const copy = await openModel<Forecaster>(place);
    const forecast = await forecastRange(forecaster, history, split.test);
    expect(await forecastRange(copy, history, split.test)).toEqual(forecast);
    expect(bitsOf(copy)).toEqual(bitsOf(forecaster));
    const model = await loadModel(place);
    const { first } = split.test;
    const { open, high, low, close, volume } = history.bars as Bars;
    const days = Array.from({ length: 11 }, (_, day) => first - 10 + day);
    const row =
      kind === 'lstm'
        ? { bars: days.map((day) => [open, high, low, close, volume].map((column) => column[day] as number)) }
        : { prices: days.map((day) => history.prices[day] as number) };
    const [prediction] = await model.predict([row]);
    expect(Math.abs(Number(prediction?.log_return) - (forecast[0] as number))).toBeLessThan(1e-8);
    await model.close();
    await expect(saveForecaster(place, forecaster)).rejects.toThrow('is there already');
  });
});

test('an interrupted training keeps its best weights', async () => {
  const controller = new AbortController();
  const { epochs, bestEpoch, interrupted } = await fitForecaster('mlp', history, split, {
    epochs: 50,
    signal: controller.signal,
    onEpoch: ({ epoch }) => {
      if (epoch === 2) controller.abort();
    },
  });
  expect([epochs, interrupted]).toEqual([2, true]);
  expect(bestEpoch).toBeGreaterThan(0);
});

test('training stops when validation says so', async () => {
  const reports: number[] = [];
  const result = await fitForecaster('mlp', history, split, {
    learningRate: 0.05,
    epochs: 100,
    patience: 4,
    onEpoch: ({ epoch }) => reports.push(epoch),
  });
  expect(result.epochs).toBe(result.bestEpoch + 4);
  expect(reports).toEqual(Array.from({ length: result.epochs }, (_, index) => index + 1));
});

test('bars are needed for an LSTM', async () => {
  const { bars: _, ...closesOnly } = history;
  await expect(fitForecaster('lstm', closesOnly, split)).rejects.toThrow(
    /open, high, low, close and volume are needed/,
  );
});

describe('a folder whose manifest was changed', () => {
  const place = join(folder, 'changed');
  let manifest: { config: { shape: object }; preprocessing: object };
  beforeAll(async () => {
    const { forecaster } = await fitForecaster('mlp', history, split, { epochs: 1, hiddenSize: 4 });
    await saveForecaster(place, forecaster);
    manifest = JSON.parse(readFileSync(join(place, 'model.json'), 'utf8'));
  });

  const changed = (
    shape: object,
    others: object = {},
    scalers: object = {},
    kind = 'forecast/returns/mlp',
  ) => ({
    ...manifest,
    kind,
    config: { ...manifest.config, shape: { ...manifest.config.shape, ...shape }, ...others },
    preprocessing: { ...manifest.preprocessing, ...scalers },
  });
  test.each([
    ['kind', () => changed({}, {}, {}, 'forecast/nhits')],
    ['config.shape', () => changed({ lookback: 1e9 })],
    ['config.shape', () => changed({ hiddenSize: 7 })],
    ['config.shape', () => changed({ kind: 'gru' })],
    ['config.shape', () => changed({}, { shape: undefined })],
    ['config.horizon', () => changed({}, { horizon: 0.5 })],
    ['inputScaler', () => changed({}, {}, { inputScaler: { mean: ['0'], deviation: [1] } })],
    ['targetScaler', () => changed({}, {}, { targetScaler: { mean: [0], deviation: [0] } })],
  ])('%s is refused', async (name, change) => {
    writeFileSync(join(place, 'model.json'), JSON.stringify(change()));
    await expect(loadForecaster(place)).rejects.toThrow(FormatError);
    await expect(loadForecaster(place)).rejects.toThrow(name);
  });
});

test('agreement is not what two NaN have', () => {
  expect(largestDifference([1, Number.NaN, 2], [1, Number.NaN, 5])).toBeNaN();
  expect(largestDifference([1, 2], [1])).toBeNaN();
  expect(largestDifference([1, 2], [1, 2.5])).toBe(0.5);
});
