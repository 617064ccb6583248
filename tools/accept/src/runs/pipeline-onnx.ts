/** Exported pipelines in Python onnxruntime: raw values in, the package's forecasts out, for any number of series. */
import { writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { encodeSafetensors, fromData, type HostTensor, hostData, readSafetensors } from '@noosphere/core';
import {
  cnn1d,
  dlinear,
  frameOf,
  gru,
  lstm,
  mlp,
  type NeuralModel,
  type NeuralOptions,
  nbeats,
  nhits,
  nlinear,
  patchtst,
  type SeriesFrame,
  tcn,
  tide,
  tsmixer,
} from '@noosphere/forecast';
import { runPython } from '../python.js';
import { Random } from '../random.js';
import type { AcceptanceRun, Measured, RunContext } from '../run.js';

const [count, length, lookback, horizon] = [5, 160, 36, 12];
const covariates = { past: ['load'], future: ['holiday'], static: ['size'] };
const levels = [80, 95];

export const pipelineOnnx: AcceptanceRun = {
  name: 'pipeline-onnx',
  metric:
    'largest deviation of Python onnxruntime from the package, |difference| / max(1, |forecast|), over 12 models, all scalers, 6 losses, with gaps in the history',
  bar: { is: '<=', value: 1e-4 },
  run,
};

function pipelines(): readonly NeuralModel[] {
  const plain: NeuralOptions = { horizon, lookback, steps: 12, windowsPerBatch: 64 };
  const known = { ...plain, covariates };
  return [
    nhits({ ...known, scaler: 'robust', loss: { kind: 'quantiles', levels } }),
    mlp({ ...known, scaler: 'standard', loss: 'gaussian', hiddenSize: 64 }),
    tide({ ...known, scaler: 'minmax', hiddenSize: 64 }),
    lstm({ ...known, loss: 'studentT', hiddenSize: 16 }),
    gru({ ...known, hiddenSize: 16 }),
    tcn({ ...known, hiddenSize: 16 }),
    cnn1d({ ...known, channels: [8, 8] }),
    dlinear({ ...plain, scaler: 'robust' }),
    nlinear({ ...plain, reversibleNorm: { affine: true } }),
    nbeats({ ...plain, scaler: 'standard', loss: 'smape', hiddenSize: 64 }),
    patchtst({ ...plain, hiddenSize: 16, heads: 4, innerSize: 32 }),
    tsmixer({ ...plain, loss: { kind: 'huber' } }),
  ];
}

async function run({ folder, seed, say }: RunContext): Promise<Measured> {
  const frame = makeFrame(new Random(seed));
  const future = {
    holiday: Float64Array.from({ length: count * horizon }, (_, place) => (place % 7 === 0 ? 1 : 0)),
  };
  const notes: string[] = [];
  const artifacts: string[] = [];
  let worst = 0;
  for (const model of pipelines()) {
    const fitted = await model.fit(frame);
    const knows = model.settings.covariates.future.length > 0;
    const forecasts = await fitted.forecast(frame, knows ? { future } : {});
    const [file, inputs, outputs] = ['onnx', 'inputs.safetensors', 'outputs.safetensors'].map((end) =>
      join(folder, `${model.name}.${end}`),
    ) as [string, string, string];
    writeFileSync(file, fitted.toOnnx());
    writeFileSync(inputs, encodeSafetensors(rawInputs(frame, knows ? future.holiday : undefined)));
    await runPython('run_model.py', [file, inputs, outputs, '--check']);
    const mean = readSafetensors(await readFile(outputs)).tensors.mean as HostTensor | undefined;
    const theirs = mean ? (hostData(mean) as Float32Array) : new Float32Array();
    const ours = forecasts.flatMap((each) => Array.from(each.mean));
    const far = deviation(ours, theirs);
    worst = Math.max(worst, far);
    artifacts.push(file, inputs, outputs);
    notes.push(`${model.name}: ${far.toExponential(1)}`);
    say(notes.at(-1) ?? '');
  }
  return { value: worst, artifacts, notes };
}

/** Waves with noise, a gap, a constant series, and covariates. */
function makeFrame(random: Random): SeriesFrame {
  const rows = Array.from({ length: count * length }, (_, row) => {
    const [series, t] = [Math.floor(row / length), row % length];
    const value = 100 * series + 5 * Math.sin((2 * Math.PI * t) / 12) + random.next();
    const isGap = series === 1 && t > length - 9 && t < length - 4;
    return {
      unique_id: `s${series}`,
      ds: t,
      y: isGap ? null : series === 2 ? 7 : value,
      load: random.next(),
      holiday: t % 7 === 0 ? 1 : 0,
      size: series,
    };
  });
  return frameOf(rows, { frequency: 'step', covariates });
}

/** The last windows, cut here once more: nothing of the package prepares them. */
function rawInputs(frame: SeriesFrame, holiday: Float64Array | undefined): Record<string, HostTensor> {
  const tail = (column: Float64Array, series: number) =>
    column.subarray((series + 1) * length - lookback, (series + 1) * length);
  const all = (values: (series: number) => ArrayLike<number>) =>
    Float32Array.from(Array.from({ length: count }, (_, series) => Array.from(values(series))).flat());
  const y = fromData(
    'float32',
    [count, lookback],
    all((series) => tail(frame.y, series)),
  );
  if (!holiday) return { y };
  const column = (role: 'past' | 'future', name: string) => frame[role][name] ?? new Float64Array();
  return {
    y,
    past: fromData(
      'float32',
      [count, lookback, 1],
      all((series) => tail(column('past', 'load'), series)),
    ),
    future: fromData(
      'float32',
      [count, lookback + horizon, 1],
      all((series) => [
        ...tail(column('future', 'holiday'), series),
        ...holiday.subarray(series * horizon, (series + 1) * horizon),
      ]),
    ),
    static: fromData(
      'float32',
      [count, 1],
      all((series) => [frame.static.size?.[series] ?? Number.NaN]),
    ),
  };
}

/** Largest |ours - theirs| / max(1, |ours|). */
function deviation(ours: readonly number[], theirs: Float32Array): number {
  if (theirs.length !== ours.length) return Number.POSITIVE_INFINITY;
  const each = ours.map(
    (value, place) => Math.abs(value - (theirs[place] ?? Number.NaN)) / Math.max(1, Math.abs(value)),
  );
  const worst = Math.max(...each);
  return Number.isNaN(worst) ? Number.POSITIVE_INFINITY : worst;
}
