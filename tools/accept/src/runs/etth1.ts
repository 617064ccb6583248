/** DLinear, NLinear and PatchTST on ETTh1, 336 hours in and 96 out, against the published errors. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { dlinear, type NeuralModel, nlinear, patchtst, type SeriesFrame } from '@noosphere/forecast';
import { channels, type Etth1Score, horizon, lookback, readEtth1, scoreOnEtth1 } from '../etth1.js';
import type { AcceptanceRun, Measured, RunContext } from '../run.js';

interface Entry {
  readonly name: string;
  readonly mse: number;
  readonly mae: number;
  make(seed: number): NeuralModel;
  readonly timeLimitMs?: number;
}

const seeds = [1, 2, 3];
const metric = (names: string) =>
  `largest ratio of an error to its bar (MSE, MAE) of ${names} on ETTh1, 336 hours in, 96 out, all test windows, mean of ${seeds.length} seeds`;

/** LTSF-Linear's script: 32 windows of 7 channels, rate 0.005, halved after each of 10 epochs; the weights are those of the best one. */
const epochSteps = Math.ceil((8640 - lookback - horizon + 1) / 32);
const linear = (seed: number) => ({
  horizon,
  lookback,
  loss: 'mse' as const,
  seed,
  steps: 10 * epochSteps,
  rateHalvings: 10,
  learningRate: 0.005,
  windowsPerBatch: 32 * channels,
  validateEvery: epochSteps,
  stepsPerCall: 16,
});

const linearEntries: readonly Entry[] = [
  { name: 'DLinear', mse: 0.378, mae: 0.402, make: (seed) => dlinear(linear(seed)) },
  { name: 'NLinear', mse: 0.377, mae: 0.397, make: (seed) => nlinear(linear(seed)) },
];

/** PatchTST/42's sizes: patches of 16 with stride 8, width 16, 4 heads, dropout 0.3; fewer and larger steps than its 100 epochs. */
const patchEntries: readonly Entry[] = [
  {
    name: 'PatchTST',
    mse: 0.378,
    mae: 0.402,
    timeLimitMs: 380_000,
    make: (seed) =>
      patchtst({
        horizon,
        lookback,
        loss: 'mse',
        seed,
        hiddenSize: 16,
        heads: 4,
        innerSize: 128,
        dropout: 0.3,
        reversibleNorm: true,
        steps: 10 * epochSteps,
        learningRate: 1e-3,
        rateHalvings: 5,
        windowsPerBatch: 32 * channels,
        validateEvery: epochSteps,
      }),
  },
];

export const etth1Linear: AcceptanceRun = {
  name: 'etth1-linear',
  metric: metric('DLinear and NLinear'),
  bar: { is: '<=', value: 1 },
  run: (context) => run(linearEntries, context),
};

export const etth1Patchtst: AcceptanceRun = {
  name: 'etth1-patchtst',
  metric: metric('PatchTST'),
  bar: { is: '<=', value: 1 },
  run: (context) => run(patchEntries, context),
};

async function run(entries: readonly Entry[], { folder, say }: RunContext): Promise<Measured> {
  const frame = readEtth1();
  const notes: string[] = [];
  const all: Record<string, Etth1Score[]> = {};
  const ratios: number[] = [];
  for (const entry of entries) {
    const scores = await scoreSeeds(frame, entry, say);
    all[entry.name] = scores;
    const [mse, mae] = [mean(scores.map((each) => each.mse)), mean(scores.map((each) => each.mae))];
    ratios.push(mse / entry.mse, mae / entry.mae);
    notes.push(
      `${entry.name}: MSE ${mse.toFixed(4)} (bar ${entry.mse}), MAE ${mae.toFixed(4)} (bar ${entry.mae})`,
    );
    say(notes.at(-1) ?? '');
  }
  const report = join(folder, 'scores.json');
  writeFileSync(report, JSON.stringify(all));
  return { value: Math.max(...ratios), artifacts: [report], notes };
}

async function scoreSeeds(frame: SeriesFrame, entry: Entry, say: RunContext['say']): Promise<Etth1Score[]> {
  const scores: Etth1Score[] = [];
  for (const seed of seeds) {
    const limit = entry.timeLimitMs === undefined ? {} : { timeLimitMs: entry.timeLimitMs };
    const score = await scoreOnEtth1(frame, entry.make(seed), limit);
    const { mse, mae, steps, seconds, validation, reason } = score;
    say(
      `${entry.name}, seed ${seed}: MSE ${mse.toFixed(4)}, MAE ${mae.toFixed(4)}, validation ${validation.toFixed(4)}, ${steps} steps in ${seconds.toFixed(0)} s (${reason})`,
    );
    scores.push(score);
  }
  return scores;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
