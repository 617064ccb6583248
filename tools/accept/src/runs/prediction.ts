/**
 * How well the end of a training is foretold from its beginning: 3 trainings, 10 runs of each, 4 moments, against the
 * time that they took.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { crossEntropy } from '@noosphere/core';
import { footprintMeter } from '@noosphere/footprint';
import {
  adam,
  arrayBatches,
  type FitOptions,
  fit,
  meanSquaredError,
  Random,
  sliceRows,
} from '@noosphere/train';
import { DigitCnn, DigitMlp } from '../digit-models.js';
import { type Digits, readMnist } from '../mnist.js';
import type { AcceptanceRun, Measured, RunContext } from '../run.js';
import { Adder, type AddingBatch, drawBatch } from './lstm-adding.js';

const runsOfEach = 10;
const bars = { medianError: 0.1, missed: 0.15 };
/** When the end is foretold, in epochs of the six that each training has. */
const momentEpochs = [0.1, 0.5, 1, 3] as const;
const epochs = 6;

export const prediction: AcceptanceRun = {
  name: 'prediction',
  metric: `the worst of: median error of the time foretold after 10 % of an epoch / 10 %, share of ${3 * runsOfEach * momentEpochs.length} intervals of 90 % that miss / 15 %`,
  bar: { is: '<=', value: 1 },
  run,
};

/** One look ahead, and what came. */
interface Foretold {
  readonly job: string;
  readonly seed: number;
  readonly epoch: number;
  readonly seconds: number;
  readonly lowSeconds: number;
  readonly highSeconds: number;
  readonly actualSeconds: number;
}

type Job = (seed: number) => Promise<Foretold[]>;

async function run({ folder, seed, count = runsOfEach, say }: RunContext): Promise<Measured> {
  const { train } = await readMnist();
  const jobs: Readonly<Record<string, Job>> = {
    mlp: (jobSeed) => observe('mlp', jobSeed, mlpJob(train, jobSeed)),
    cnn: (jobSeed) => observe('cnn', jobSeed, cnnJob(train, jobSeed)),
    lstm: (jobSeed) => observe('lstm', jobSeed, lstmJob(jobSeed)),
  };
  const all: Foretold[] = [];
  // Jobs take turns: a machine that is slow for minutes is so for each of them.
  for (let index = 0; index < count; index++) {
    for (const job of Object.values(jobs)) all.push(...(await job(seed + index)));
    say(`${index + 1} of ${count} runs of each`);
  }
  const report = join(folder, 'prediction.json');
  writeFileSync(report, JSON.stringify(all, null, 1));
  const early = all.filter(({ epoch }) => epoch === momentEpochs[0]);
  const missed = all.filter((each) => !isCovered(each)).length / all.length;
  const notes = Object.keys(jobs).map((name) => describe(name, all));
  const value = Math.max(medianError(early) / bars.medianError, missed / bars.missed);
  return { value, artifacts: [report], notes };
}

function isCovered({ lowSeconds, highSeconds, actualSeconds }: Foretold): boolean {
  return lowSeconds <= actualSeconds && actualSeconds <= highSeconds;
}

function medianError(foretold: readonly Foretold[]): number {
  const errors = foretold
    .map(({ seconds, actualSeconds }) => Math.abs(seconds / actualSeconds - 1))
    .sort((a, b) => a - b);
  const middle = (errors.length - 1) / 2;
  return ((errors[Math.floor(middle)] ?? Number.NaN) + (errors[Math.ceil(middle)] ?? Number.NaN)) / 2;
}

function describe(job: string, all: readonly Foretold[]): string {
  const parts = momentEpochs.map((epoch) => {
    const own = all.filter((each) => each.job === job && each.epoch === epoch);
    const error = (100 * medianError(own)).toFixed(1);
    return `after ${epoch} epochs ${error} %, ${own.filter(isCovered).length} of ${own.length} intervals hold`;
  });
  const seconds = all.filter((each) => each.job === job).map(({ actualSeconds }) => actualSeconds);
  const range = `${Math.min(...seconds).toFixed(1)} to ${Math.max(...seconds).toFixed(1)} s`;
  return `${job} (${range}), median error ${parts.join('; ')}`;
}

/** Trains under a meter that is asked for the end at each moment. */
async function observe<Model extends object, Batch extends object>(
  job: string,
  seed: number,
  options: FitOptions<Model, Batch>,
): Promise<Foretold[]> {
  const meter = footprintMeter({ place: 'FRA' });
  const { batchesPerEpoch } = options.batches;
  const steps = new Map(momentEpochs.map((epoch) => [Math.round(epoch * batchesPerEpoch), epoch]));
  const looks: Omit<Foretold, 'actualSeconds'>[] = [];
  await fit({
    ...options,
    meters: [meter],
    callbacks: [
      meter.callback,
      {
        onStep: ({ step }) => {
          const epoch = steps.get(step);
          const time = epoch === undefined ? undefined : meter.predict()?.elapsedSeconds;
          if (epoch === undefined || !time) return;
          const [lowSeconds, highSeconds] = time.range;
          looks.push({ job, seed, epoch, seconds: time.value, lowSeconds, highSeconds });
        },
      },
    ],
  });
  const actualSeconds = meter.report?.elapsedSeconds ?? Number.NaN;
  if (looks.length < momentEpochs.length) throw new Error(`${job} foretold ${looks.length} ends only`);
  return looks.map((look) => ({ ...look, actualSeconds }));
}

function mlpJob(train: Digits, seed: number): FitOptions<DigitMlp, Digits> {
  return {
    model: new DigitMlp(new Random(seed)),
    loss: (model, { x, y }) => crossEntropy(model.forward(x), y),
    optimizer: adam(),
    batches: arrayBatches(firstRows(train, 20_000), { batchSize: 128, seed }),
    epochs,
  };
}

function cnnJob(train: Digits, seed: number): FitOptions<DigitCnn, Digits> {
  return {
    model: new DigitCnn(new Random(seed)),
    loss: (model, { x, y }) => crossEntropy(model.forward(x), y),
    optimizer: adam(),
    batches: arrayBatches(firstRows(train, 8000), { batchSize: 64, seed }),
    epochs,
  };
}

function firstRows({ x, y }: Digits, rows: number): { x: Digits['x']; y: Digits['y'] } {
  return { x: sliceRows(x, 0, rows), y: sliceRows(y, 0, rows) };
}

function lstmJob(seed: number): FitOptions<Adder, AddingBatch> {
  return {
    model: new Adder(new Random(seed)),
    loss: (adder, { x, y }) => meanSquaredError(adder.forward(x), y),
    optimizer: adam(),
    batches: {
      batchesPerEpoch: 50,
      batch: (epoch, index) => drawBatch(new Random(1e6 * seed + 1000 * epoch + index), 64),
    },
    epochs,
  };
}
