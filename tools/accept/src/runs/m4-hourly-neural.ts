/**
 * An ensemble of neural models on M4 Hourly. Everything is chosen on the last 48 training values (the weights of each
 * model, and how much it counts); the test values are read once, for the score.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { dlinear, frameOf, mlp, type NeuralModel, nbeats, neuralEnsemble, nhits } from '@noosphere/forecast';
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

/** Models of several kinds, histories of one and two weeks, sizes and seeds; all trained for the error they are scored by. */
function members(seed: number): readonly NeuralModel[] {
  const common = { horizon, windowsPerBatch: 512, seriesPerBatch: 64, validateEvery: 100 } as const;
  const shared = {
    ...common,
    scaler: 'standard',
    loss: 'smape',
    learningRate: 2e-3,
    rateHalvings: 6,
  } as const;
  const coarse = { pooling: [8, 4, 1], downsampling: [24, 12, 1], hiddenSize: 256, layers: 2 };
  return [
    mlp({ ...shared, lookback: 2 * week, hiddenSize: 256, steps: 4000, seed }),
    mlp({ ...shared, lookback: week, hiddenSize: 256, steps: 4000, seed: seed + 1 }),
    mlp({ ...shared, lookback: 2 * week, hiddenSize: 512, steps: 4000, seed: seed + 2 }),
    dlinear({ ...shared, lookback: 2 * week, learningRate: 1e-2, steps: 4000, seed: seed + 3 }),
    nhits({ ...shared, ...coarse, lookback: 2 * week, steps: 2000, seed: seed + 4 }),
    nhits({ ...shared, ...coarse, lookback: week, scaler: 'robust', steps: 2000, seed: seed + 5 }),
    nbeats({
      ...shared,
      lookback: 2 * week,
      stacks: ['identity', 'identity', 'identity'],
      hiddenSize: 256,
      layers: 2,
      steps: 2000,
      seed: seed + 6,
    }),
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
