/**
 * What `fit` costs over the bare loop of train steps: progress, a log row a step and checkpoints, on the same batches, in
 * pairs of one after the other.
 */
import { rmSync, writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { type BenchModel, Cnn, modelOf } from '@noosphere/bench/models';
import { fromNumbers, type HostTensor, type Tensor } from '@noosphere/core';
import {
  adam,
  csvLogger,
  type ForwardContext,
  fit,
  Linear,
  logFit,
  memorySink,
  progress,
  Random,
  stateDict,
  TrainStep,
} from '@noosphere/train';
import type { AcceptanceRun, Measured, RunContext } from '../run.js';

const pairs = 20;

interface Batch {
  readonly x: HostTensor;
  readonly y: HostTensor;
}

interface Workload {
  readonly model: () => BenchModel;
  readonly batches: readonly Batch[];
  /** Steps of one side of a pair; the first one compiles and is not timed. */
  readonly steps: number;
  /** Steps between checkpoints. */
  readonly checkpointEvery: number;
}

const metric = (row: string, every: number) =>
  `share of time that fit with progress, a log row a step and a checkpoint every ${every} steps takes over the bare loop of ${row} steps, k = 1, median of ${pairs} pairs`;

export const fitOverheadMlp: AcceptanceRun = {
  name: 'fit-overhead-mlp',
  metric: metric('mlp', 100),
  bar: { is: '<=', value: 0.25 },
  run: (context) => measure(context, mlp(context.seed)),
};

export const fitOverheadCnn: AcceptanceRun = {
  name: 'fit-overhead-cnn',
  metric: metric('cnn', 10),
  bar: { is: '<=', value: 0.02 },
  run: (context) => measure(context, cnn(context.seed)),
};

/** The benchmark's mlp on batches of 64 rows; its weights are drawn once. */
export function mlp(seed: number): Workload {
  const random = new Random(seed);
  const weights = stateDict({ fc1: new Linear(4, 64, random), fc2: new Linear(64, 1, random) });
  const batches = Array.from({ length: 8 }, () => ({
    x: random.normalTensor([64, 4], 1),
    y: random.normalTensor([64, 1], 1),
  }));
  return { model: () => modelOf('mlp', weights), batches, steps: 2500, checkpointEvery: 100 };
}

function cnn(seed: number): Workload {
  const random = new Random(seed);
  const labels = Array.from({ length: 32 }, (_, index) => index % 5);
  const batches = Array.from({ length: 2 }, () => ({
    x: random.normalTensor([32, 3, 128, 128], 0.02),
    y: fromNumbers('int32', [32], labels),
  }));
  return { model: () => new Cnn(new Random(seed)), batches, steps: 20, checkpointEvery: 10 };
}

async function measure({ folder, say }: RunContext, workload: Workload): Promise<Measured> {
  const found: { bareMs: number; fitMs: number; share: number }[] = [];
  const place = join(folder, 'checkpoints');
  for (let pair = -1; pair < pairs; pair++) {
    // Which one goes first changes from pair to pair.
    const isFitFirst = pair % 2 === 0;
    const early = isFitFirst ? await timeFit(workload, place) : undefined;
    const bareMs = await timeBare(workload);
    const fitMs = early ?? (await timeFit(workload, place));
    // The pair before the first one warms up.
    if (pair < 0) continue;
    found.push({ bareMs, fitMs, share: fitMs / bareMs - 1 });
    say(
      `pair ${pair + 1}: bare ${bareMs.toFixed(0)} ms, fit ${fitMs.toFixed(0)} ms, ${((100 * fitMs) / bareMs - 100).toFixed(1)} %`,
    );
  }
  const shares = found.map(({ share }) => share).sort((a, b) => a - b);
  const report = join(folder, 'pairs.json');
  const load = loadavg();
  writeFileSync(report, JSON.stringify({ pairs: found, load }, null, 1));
  const notes = [
    `${workload.steps - 1} steps a side, from ${percent(shares[0])} to ${percent(shares.at(-1))}; load ${load.map((each) => each.toFixed(1)).join(', ')}`,
  ];
  return { value: medianOf(shares), artifacts: [report], notes };
}

const percent = (share = Number.NaN) => `${(100 * share).toFixed(1)} %`;

function medianOf(sorted: readonly number[]): number {
  const middle = (sorted.length - 1) / 2;
  return ((sorted[Math.floor(middle)] ?? Number.NaN) + (sorted[Math.ceil(middle)] ?? Number.NaN)) / 2;
}

const loss = (model: BenchModel, { x, y }: { x: Tensor; y: Tensor }, context: ForwardContext) =>
  model.loss(x, y, context);

/** Milliseconds of all steps but the first, which compiles, until the memory is given back. */
async function timeBare({ model, batches, steps }: Workload): Promise<number> {
  const step = new TrainStep<BenchModel, Batch>({ model: model(), loss, optimizer: adam() });
  await step.run([batches[0] as Batch]);
  const start = performance.now();
  for (let index = 1; index < steps; index++) await step.run([batches[index % batches.length] as Batch]);
  // A fit gives its memory back before it ends.
  await step.dispose();
  return performance.now() - start;
}

/** The same from the first step's end to the fit's, the last checkpoint included. */
async function timeFit(
  { model, batches, steps, checkpointEvery }: Workload,
  folder: string,
): Promise<number> {
  rmSync(folder, { recursive: true, force: true });
  const stream = new Writable({ write: (_, __, done) => done() });
  let startMs = 0;
  await fit<BenchModel, Batch>({
    model: model(),
    loss,
    optimizer: adam(),
    batches: { batchesPerEpoch: steps, batch: (_, index) => batches[index % batches.length] as Batch },
    epochs: 1,
    checkpoint: { folder, everySteps: checkpointEvery },
    callbacks: [
      {
        onStep: ({ step }) => {
          if (step === 1) startMs = performance.now();
        },
      },
      progress({ stream, everyMs: 100 }),
      logFit(csvLogger(memorySink()), { everySteps: 1 }),
    ],
  });
  return performance.now() - startMs;
}
