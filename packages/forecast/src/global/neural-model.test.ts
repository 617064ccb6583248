/** What all neural models do alike: windows, seeds, validation, covariates, intervals, folders, ONNX, refusals. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compile, hostData, importOnnx, tensor } from '@noosphere/core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { frameOf, headRows, type SeriesFrame, takeSeries } from '../frame/index.js';
import { loadNeuralModel } from '../registry/index.js';
import { dlinear, gru, lstm, mlp, nbeats, nhits, nlinear, patchtst, tsmixer } from './index.js';
import type { TrainingWindows } from './pipeline.js';
import { trainingWindows } from './window-batches.js';
import { validationWindows, WindowIndex } from './windows.js';

const [lookback, horizon] = [12, 4];
const size = { lookback, horizon, steps: 20, windowsPerBatch: 32, threads: 1 };

/** Series of these lengths, y[t] = 100 · series + t. */
function lines(...lengths: number[]): SeriesFrame {
  return frameOf(
    {
      unique_id: lengths.flatMap((length, own) => Array<string>(length).fill(`s${own}`)),
      ds: lengths.flatMap((length) => Array.from({ length }, (_, t) => t)),
      y: lengths.flatMap((length, own) => Array.from({ length }, (_, t) => 100 * own + t)),
    },
    { frequency: 'step' },
  );
}

const waves = frameOf(
  Array.from({ length: 3 * 90 }, (_, row) => {
    const [own, t] = [Math.floor(row / 90), row % 90];
    return {
      unique_id: `w${own}`,
      ds: t,
      y: own + Math.sin(t / 2 + own) + 0.1 * Math.sin(t * t),
      load: Math.cos(t),
      plan: t % 3,
      size: own,
    };
  }),
  { frequency: 'step', covariates: { past: ['load'], future: ['plan'], static: ['size'] } },
);
const covariates = { past: ['load'], future: ['plan'], static: ['size'] };
const future = { plan: Float64Array.from({ length: 3 * horizon }, (_, place) => place % 3) };

let root = '';
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'noosphere-neural-'));
});
afterAll(() => rm(root, { recursive: true }));

const rowsOf = ({ y, target }: TrainingWindows) => {
  const [a, b] = [hostData(y) as Float32Array, hostData(target) as Float32Array];
  return Array.from({ length: y.shape[0] as number }, (_, row) => [
    ...a.subarray(row * lookback, (row + 1) * lookback),
    ...b.subarray(row * horizon, (row + 1) * horizon),
  ]);
};

test('windows hold a series in order, missing where it has not begun, has ended or is held out', async () => {
  const frame = lines(40, 9);
  const heldOut = 5;
  const model = dlinear({ ...size, windowsPerBatch: 500 });
  const rows = rowsOf(await model.batches(frame, heldOut).batch(0, 0));
  expect(rows).toHaveLength(500);
  for (const row of rows) {
    const known = row.filter((value) => !Number.isNaN(value));
    const first = row.findIndex((value) => !Number.isNaN(value));
    known.forEach((value, place) => {
      expect(value - (known[0] as number)).toBe(place);
    });
    const series = Math.floor((known[0] as number) / 100);
    expect(Math.max(...known) % 100).toBeLessThan((series === 0 ? 40 : 9) - heldOut);
    // A window begins before its series only where the series is too short for whole windows.
    if (series === 0) expect(first).toBe(0);
    expect(row.slice(lookback).some((value) => !Number.isNaN(value))).toBe(true);
  }
  expect(rows.some((row) => (row[lookback] as number) >= 100)).toBe(true);
});

test('windows are drawn without repetition where there are enough, by seed and step alone', async () => {
  const frame = lines(80);
  const index = new WindowIndex('test', frame, { lookback, horizon, heldOut: 0, isMultivariate: false });
  expect(index.usable()).toEqual(Uint32Array.of(0));
  const batches = nlinear({ ...size, windowsPerBatch: 68 }).batches(frame);
  const ends = rowsOf(await batches.batch(0, 3)).map((row) => row[lookback] as number);
  expect([...ends].sort((a, b) => a - b)).toEqual(Array.from({ length: 68 }, (_, place) => lookback + place));
  const again = nlinear({ ...size, windowsPerBatch: 68 }).batches(frame);
  expect(rowsOf(await again.batch(0, 3))).toEqual(rowsOf(await batches.batch(0, 3)));
  const other = nlinear({ ...size, windowsPerBatch: 10, seed: 2 }).batches(frame);
  expect(rowsOf(await other.batch(0, 3))).not.toEqual(rowsOf(await other.batch(0, 4)));
});

test('validation sees every window whose horizon lies in the last values', () => {
  const frame = lines(30, 20);
  const rows = validationWindows(frame, 6, horizon);
  expect([...rows.ends]).toEqual([24, 44, 25, 45, 26, 46]);
  const targets = rowsOf(
    trainingWindows(
      { frame, plan: { lookback, horizon }, columns: { past: [], future: [], static: [] } },
      rows,
    ),
  );
  expect(targets.at(-1)?.slice(lookback)).toEqual([116, 117, 118, 119]);
});

test('the same seed gives the same bits, also with several steps a call; another seed does not', async () => {
  const forecast = async (options: object) => {
    const [first] = await (
      await nhits({ ...size, hiddenSize: 16, dropout: 0.1, ...options }).fit(waves)
    ).forecast(waves);
    return first?.mean;
  };
  const one = await forecast({});
  expect(await forecast({})).toEqual(one);
  expect(await forecast({ stepsPerCall: 5 })).toEqual(one);
  expect(await forecast({ seed: 2 })).not.toEqual(one);
});

test('the best validation’s weights are kept, and patience stops', async () => {
  const model = mlp({
    ...size,
    hiddenSize: 8,
    steps: 400,
    validateEvery: 5,
    patience: 2,
    learningRate: 0.05,
  });
  const { report } = await model.fit(waves, { validationSize: 12 });
  expect(report.reason).toBe('early stopping');
  const losses = report.validations.map(({ metrics }) => metrics.loss as number);
  const best = report.validations.filter(({ isBest }) => isBest).at(-1);
  expect(best?.metrics.loss).toBe(Math.min(...losses));
  await expect(model.fit(waves, { validationSize: 3 })).rejects.toThrow(
    'validationSize must be 0 or a whole number from the horizon, got 3',
  );
});

test('an abort ends the training with what was learnt', async () => {
  const abort = new AbortController();
  const callbacks = [{ onStep: ({ step }: { step: number }) => (step === 3 ? abort.abort() : undefined) }];
  const fitted = await nlinear(size).fit(waves, { signal: abort.signal, callbacks });
  expect(fitted.report).toMatchObject({ steps: 3, reason: 'aborted' });
  expect((await fitted.forecast(waves))[2]?.mean).toHaveLength(horizon);
});

test('future covariates are needed for the forecast and change it', async () => {
  const fitted = await nhits({ ...size, hiddenSize: 16, covariates }).fit(waves);
  const [first] = await fitted.forecast(waves, { future });
  const turned = { plan: future.plan.map((value) => 2 - value) };
  expect((await fitted.forecast(waves, { future: turned }))[0]?.mean).not.toEqual(first?.mean);
  await expect(fitted.forecast(waves)).rejects.toThrow(
    /expects 12 finite values of the future covariate 'plan' \(3 series × 4 steps\)/,
  );
  await expect(fitted.forecast(lines(30), { future })).rejects.toThrow(
    "the frame has no past covariate 'load'",
  );
  expect(() => nbeats({ ...size, covariates })).toThrow("nbeats: takes no past covariates, got 'load'");
});

test('quantiles and distributions give intervals that widen with the level; points give none', async () => {
  const levels = [80, 95];
  for (const model of [
    mlp({ ...size, hiddenSize: 8, loss: { kind: 'quantiles', levels } }),
    lstm({ ...size, hiddenSize: 4, decoderSize: 4, loss: 'studentT' }),
    gru({ ...size, hiddenSize: 4, decoderSize: 4, loss: 'gaussian' }),
  ]) {
    const [first] = await (await model.fit(waves)).forecast(waves, { levels });
    const [narrow, wide] = first?.intervals ?? [];
    expect(first?.intervals.map(({ level }) => level)).toEqual(levels);
    for (let step = 0; step < horizon; step++) {
      expect(wide?.lower[step]).toBeLessThanOrEqual(narrow?.lower[step] as number);
      expect(narrow?.lower[step]).toBeLessThanOrEqual(narrow?.upper[step] as number);
      expect(wide?.upper[step]).toBeGreaterThanOrEqual(narrow?.upper[step] as number);
    }
  }
  const points = await nlinear(size).fit(waves);
  await expect(points.forecast(waves, { levels })).rejects.toThrow('a model of points has no intervals');
});

test('a model forecasts series it has not seen, and fine-tunes from its weights', async () => {
  const fitted = await dlinear({ ...size, steps: 100, learningRate: 0.01 }).fit(
    takeSeries(waves, ['w0', 'w1']),
  );
  const other = takeSeries(waves, ['w2']);
  const [before] = await fitted.forecast(other);
  const tuned = await fitted.fineTune(other, { steps: 1, learningRate: 1e-9 });
  const [after] = await tuned.forecast(other);
  after?.mean.forEach((value, step) => {
    expect(value).toBeCloseTo(before?.mean[step] as number, 5);
  });
  const further = await fitted.fineTune(other, { steps: 30 });
  expect((await further.forecast(other))[0]?.mean).not.toEqual(before?.mean);
});

test('a series shorter than the lookback is forecast from what it has', async () => {
  const fitted = await patchtst({ ...size, hiddenSize: 8, heads: 2, innerSize: 8, patch: 4, stride: 2 }).fit(
    waves,
  );
  const [short, long] = [headRows(waves, 5), headRows(waves, 60)];
  for (const frame of [short, long])
    for (const { mean } of await fitted.forecast(frame)) expect(mean.every(Number.isFinite)).toBe(true);
});

test('a multivariate model sees all series and refuses others', async () => {
  const fitted = await tsmixer({ ...size, dropout: 0.1, innerSize: 4 }).fit(waves);
  expect(await fitted.forecast(waves)).toHaveLength(3);
  await expect(fitted.forecast(takeSeries(waves, ['w1']))).rejects.toThrow(
    'was trained on 3 series side by side, got a frame of 1',
  );
  await expect(tsmixer(size).fit(lines(40, 50))).rejects.toThrow("40 rows of 's0' and 50 of 's1'");
});

test('a saved model comes back with its forecasts, and its ONNX file takes raw values with gaps', async () => {
  const fitted = await nhits({ ...size, hiddenSize: 16, scaler: 'robust' }).fit(waves);
  const folder = join(root, 'model');
  await fitted.save(folder);
  const loaded = await loadNeuralModel(folder);
  expect(await loaded.forecast(waves)).toEqual(await fitted.forecast(waves));
  const network = importOnnx<'mean'>(fitted.toOnnx());
  expect(network.inputs.map(({ name, shape }) => [name, ...(shape ?? [])])).toEqual([
    ['y', 'batch', lookback],
  ]);
  const y = waves.y.slice(90 - lookback, 90).fill(Number.NaN, 2, 5);
  const gapped: SeriesFrame = {
    ...takeSeries(waves, ['w0']),
    y: Float64Array.from([...waves.y.slice(0, 90 - lookback), ...y]),
  };
  const run = compile((input: ReturnType<typeof tensor>) => ({ mean: network.apply({ y: input }).mean }));
  const { mean } = await run(tensor(Float32Array.from(y), { shape: [1, lookback] }));
  const [expected] = await fitted.forecast(gapped);
  expected?.mean.forEach((value, step) => {
    expect((hostData(mean) as Float32Array)[step]).toBeCloseTo(value, 5);
  });
  await run.dispose();
});

test('what cannot be is refused before anything is read', () => {
  const refused = (options: object, message: string | RegExp) =>
    expect(() => nhits({ ...size, ...options })).toThrow(message);
  refused({ horizon: 0 }, 'nhits: horizon must be a whole number from 1, got 0');
  refused({ learningRate: Number.NaN }, 'learningRate must be above 0');
  refused({ scaler: 'zscore' }, "scaler must be one of identity, standard, robust, minmax, got 'zscore'");
  refused({ loss: 'rmse' }, "expects a loss 'mae', 'mse'");
  refused({ loss: { kind: 'quantiles', levels: [] } }, 'quantiles need levels');
  refused({ loss: 'negativeBinomial', scaler: 'robust' }, "set scaler to 'identity'");
  refused({ pooling: [2] }, 'needs blocks, pooling and downsampling for each stack');
  refused({ activation: 'swish' }, 'activation must be one of relu');
});
