/** ETTh1 by the protocol of Informer and LTSF-Linear: 12, 4 and 4 months; z-scores of the training part; every test window. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { frameOf, headRows, type NeuralModel, type SeriesFrame } from '@noosphere/forecast';
import { required } from './run.js';

export const lookback = 336;
export const horizon = 96;
export const channels = 7;
/** Hours of the training, validation and test parts. */
const [training, validation, test] = [8640, 2880, 2880];

/** All hours, scaled by mean and deviation of the training part: one series a channel. */
export function readEtth1(): SeriesFrame {
  const folder = join(required('NOOSPHERE_DATA', 'the folder with series/ett/ETTh1.csv'), 'series', 'ett');
  const [head = '', ...lines] = readFileSync(join(folder, 'ETTh1.csv'), 'utf8').trim().split('\n');
  const names = head.trim().split(',').slice(1);
  const rows = lines
    .slice(0, training + validation + test)
    .map((line) => line.split(',').slice(1).map(Number));
  const columns = names.map((_, column) => standardized(rows.map((row) => row[column] ?? Number.NaN)));
  return frameOf(
    {
      unique_id: names.flatMap((name) => rows.map(() => name)),
      ds: names.flatMap(() => rows.map((_, hour) => hour)),
      y: columns.flat(),
    },
    { frequency: 'step' },
  );
}

function standardized(values: readonly number[]): number[] {
  const seen = values.slice(0, training);
  const mean = seen.reduce((sum, value) => sum + value, 0) / training;
  const deviation = Math.sqrt(seen.reduce((sum, value) => sum + (value - mean) ** 2, 0) / training);
  return values.map((value) => (value - mean) / deviation);
}

export interface Etth1Score {
  readonly mse: number;
  readonly mae: number;
  readonly steps: number;
  readonly seconds: number;
  /** Best validation loss. */
  readonly validation: number;
  readonly reason: string;
}

/** Trains on the first part, chooses weights on the second, and scores every window of the third, stride 1. */
export async function scoreOnEtth1(
  frame: SeriesFrame,
  model: NeuralModel,
  options: { readonly timeLimitMs?: number; readonly say?: (line: string) => void } = {},
): Promise<Etth1Score> {
  const { timeLimitMs, say } = options;
  const fitted = await model.fit(headRows(frame, training + validation), {
    validationSize: validation,
    ...(timeLimitMs === undefined ? {} : { timeLimitMs }),
    callbacks: [
      {
        onValidation: ({ step, metrics, isBest }) =>
          say?.(`step ${step}: ${metrics.loss?.toFixed(4)}${isBest ? ' *' : ''}`),
      },
    ],
  });
  const windows = test - horizon + 1;
  const size = channels * windows;
  const series = Uint32Array.from({ length: size }, (_, row) => Math.floor(row / windows));
  const ends = series.map((own, row) => (frame.offsets[own] ?? 0) + training + validation + (row % windows));
  const forecasts = await fitted.forecastAt(frame, { series, ends });
  let [squares, distances] = [0, 0];
  forecasts.forEach((value, place) => {
    const error =
      value - (frame.y[(ends[Math.floor(place / horizon)] ?? 0) + (place % horizon)] ?? Number.NaN);
    squares += error * error;
    distances += Math.abs(error);
  });
  const { report } = fitted;
  return {
    mse: squares / forecasts.length,
    mae: distances / forecasts.length,
    steps: report.steps,
    seconds: report.elapsedMs / 1000,
    validation: Math.min(...report.validations.map(({ metrics }) => metrics.loss ?? Number.NaN)),
    reason: report.reason,
  };
}
