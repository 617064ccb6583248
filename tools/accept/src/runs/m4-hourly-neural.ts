/**
 * An ensemble of neural models on M4 Hourly. Everything is chosen on the last 48 training values (the weights of each
 * model, and how much it counts); the test values are read once, for the score.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  dlinear,
  frameOf,
  mlp,
  type NeuralModel,
  nbeats,
  neuralEnsemble,
  nhits,
  nlinear,
} from '@noosphere/forecast';
import { horizon, type M4Series, readM4Hourly, scoreAll, season } from '../m4-hourly.js';
import type { AcceptanceRun, Measured, RunContext } from '../run.js';

/** Of all fits; forecasts and reading take the rest of 20 minutes. */
const timeBudgetMs = 17 * 60_000;
const week = 7 * season;

export const m4HourlyNeural: AcceptanceRun = {
  name: 'm4-hourly-neural',
  metric: `sMAPE (200) of an ensemble of neural models on the 414 series of M4 Hourly, trained within ${timeBudgetMs / 60_000} minutes`,
  bar: { is: '<=', value: 13.9 },
  run,
};

/** Models of several kinds, histories of a week and two, losses and seeds. */
function members(seed: number): readonly NeuralModel[] {
  const common = {
    horizon,
    windowsPerBatch: 512,
    seriesPerBatch: 64,
    validateEvery: 50,
    scaler: 'standard',
  } as const;
  const linear = { ...common, steps: 4000, learningRate: 2e-3, rateHalvings: 5, validateEvery: 250 };
  const deep = { ...common, steps: 1500, learningRate: 1e-3, rateHalvings: 5 };
  return [
    nlinear({ ...linear, lookback: 2 * week, loss: 'mae', seed }),
    dlinear({ ...linear, lookback: 2 * week, loss: 'mae', seed }),
    nhits({ ...deep, lookback: week, pooling: [8, 4, 1], downsampling: [24, 12, 1], loss: 'mae', seed }),
    nbeats({
      ...deep,
      lookback: week,
      stacks: ['identity', 'identity', 'identity'],
      loss: 'mae',
      seed: seed + 1,
    }),
    nhits({
      ...deep,
      lookback: 2 * week,
      pooling: [8, 4, 1],
      downsampling: [24, 12, 1],
      loss: 'smape',
      seed: seed + 2,
    }),
    nbeats({
      ...deep,
      lookback: 2 * week,
      stacks: ['identity', 'identity', 'identity'],
      loss: 'smape',
      seed: seed + 3,
    }),
    mlp({ ...deep, lookback: 2 * week, hiddenSize: 512, loss: { kind: 'mase', season }, seed: seed + 4 }),
  ];
}

async function run({ folder, seed, say }: RunContext): Promise<Measured> {
  const series = readM4Hourly();
  const frame = frameOfSeries(series);
  const models = members(seed);
  let last = 0;
  const progress = {
    onValidation: ({ step, metrics }: { step: number; metrics: Readonly<Record<string, number>> }) => {
      if (performance.now() - last < 10_000) return;
      last = performance.now();
      say(`step ${step}: validation ${metrics.loss?.toFixed(4)}`);
    },
  };
  const fitted = await neuralEnsemble({ members: models, timeBudgetMs }).fit(frame, {
    callbacks: [progress],
  });
  const notes = fitted.members.map(
    ({ model, smape, weight }) =>
      `${model.name} of ${model.description.settings.lookback}: sMAPE ${smape.toFixed(2)} on the last training values, drawn ${weight} times, ${model.report.steps} steps in ${(model.report.elapsedMs / 1000).toFixed(0)} s`,
  );
  const forecasts = (await fitted.forecast(frame)).map(({ mean }) => mean);
  const { smape, mase } = scoreAll(series, forecasts);
  notes.push(`test: sMAPE ${smape.toFixed(3)}, MASE ${mase.toFixed(3)}`);
  for (const note of notes) say(note);
  const report = join(folder, 'forecasts.json');
  writeFileSync(
    report,
    JSON.stringify(series.map(({ id }, index) => ({ id, mean: Array.from(forecasts[index] ?? []) }))),
  );
  return { value: smape, artifacts: [report], notes };
}

function frameOfSeries(series: readonly M4Series[]) {
  return frameOf(
    {
      unique_id: series.flatMap(({ id, train }) => Array<string>(train.length).fill(id)),
      ds: series.flatMap(({ train }) => Array.from(train.keys())),
      y: series.flatMap(({ train }) => Array.from(train)),
    },
    { frequency: 'step' },
  );
}
