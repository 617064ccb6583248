/**
 * Trainings that are stopped in the middle of an epoch and go on, against one that never stopped: every parameter, buffer,
 * optimizer slot and average must have the same bits, with one step a call or many.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type HostTensor, hostData, readSafetensors, relu, type Tensor } from '@noosphere/core';
import { bytesOf } from '@noosphere/core/operators';
import {
  adamW,
  arrayBatches,
  averaged,
  BatchNorm1d,
  cosineDecay,
  Dropout,
  type FitCallback,
  type ForwardContext,
  fit,
  Linear,
  meanSquaredError,
  reduceOnPlateau,
  Random as TensorRandom,
  warmUp,
} from '@noosphere/train';
import { Random } from '../random.js';
import type { AcceptanceRun, Measured, RunContext } from '../run.js';

const stepsPerCalls = [1, 8, 32];
/** Stops of each kind for each k. */
const stopsEach = 4;
const batchSize = 4;
const accumulate = 2;
const rowCount = 800;
const epochs = 2;
/** Steps between checkpoints and between validations: calls of 32 steps fit in between. */
const every = 40;
const stepsPerEpoch = rowCount / batchSize / accumulate;
const steps = epochs * stepsPerEpoch;

export const resumeBitwise: AcceptanceRun = {
  name: 'resume-bitwise',
  metric:
    'tensors (parameters, buffers, slots, averages, best weights) whose bits differ from the uninterrupted run, k = 1, 8, 32',
  bar: { is: '<=', value: 0 },
  run,
};

/** How a training is stopped: after the step under way, or by an error at once, behind the last checkpoint. */
type StopKind = 'abort' | 'error';

interface Trial {
  readonly stepsPerCall: number;
  readonly resumedWith: number;
  readonly kind: StopKind;
  readonly stops: readonly number[];
  readonly compared: number;
  readonly differing: readonly string[];
}

async function run({ folder, seed, say }: RunContext): Promise<Measured> {
  const random = new Random(seed);
  const reference = await finish(join(folder, 'whole-1'), 1);
  const trials: Trial[] = [];
  const note = (trial: Omit<Trial, 'compared' | 'differing'>, found: ReadonlyMap<string, Uint8Array>) => {
    const differing = differences(reference, found);
    trials.push({ ...trial, compared: reference.size, differing });
    const { stepsPerCall, resumedWith, kind, stops } = trial;
    say(
      `k = ${stepsPerCall}, then ${resumedWith}; ${stops.length === 0 ? 'no stop' : `${kind} at ${stops.join(', ')}`}: ${differing.length} of ${reference.size} differ`,
    );
  };
  for (const stepsPerCall of stepsPerCalls) {
    if (stepsPerCall !== 1) {
      const whole = await finish(join(folder, `whole-${stepsPerCall}`), stepsPerCall);
      note({ stepsPerCall, resumedWith: stepsPerCall, kind: 'abort', stops: [] }, whole);
    }
    for (const kind of ['abort', 'error'] as const) {
      for (let index = 0; index < stopsEach; index++) {
        const place = join(folder, `${kind}-${stepsPerCall}-${index}`);
        // The last one is stopped three times, and goes on with another k.
        const isLast = index === stopsEach - 1;
        const stops = drawStops(random, isLast ? 3 : 1);
        const resumedWith = isLast ? (stepsPerCalls.find((k) => k !== stepsPerCall) ?? 1) : stepsPerCall;
        for (const stop of stops) await stopAt(place, stepsPerCall, stop, kind);
        note({ stepsPerCall, resumedWith, kind, stops }, await finish(place, resumedWith));
      }
    }
  }
  // The comparison itself: other dropout masks must show in it.
  const control = differences(reference, await finish(join(folder, 'control'), 1, { seed: 8 })).length;
  say(`control with another seed: ${control} of ${reference.size} differ`);
  if (control === 0) throw new Error('another seed gave the same bits: the comparison sees nothing');
  const report = join(folder, 'trials.json');
  writeFileSync(report, JSON.stringify({ steps, stepsPerEpoch, trials }, null, 1));
  const differing = trials.reduce((sum, trial) => sum + trial.differing.length, 0);
  const notes = [
    `${trials.length} trainings of ${steps} steps, ${reference.size} tensors each: dropout, batch norm, AdamW with an average, ${accumulate} batches accumulated, warm-up and cosine, plateaus, clipping, shuffling`,
  ];
  return { value: differing, artifacts: [report], notes };
}

/** Rising steps, none at the end of an epoch. */
function drawStops(random: Random, count: number): number[] {
  const found = new Set<number>();
  while (found.size < count) {
    const step = 2 + random.below(steps - 3);
    if (step % stepsPerEpoch !== 0) found.add(step);
  }
  return [...found].sort((a, b) => a - b);
}

class Net {
  readonly fc1: Linear;
  readonly norm = new BatchNorm1d(24);
  readonly dropout = new Dropout(0.3);
  readonly fc2: Linear;
  /** Large enough to be kept apart from the vector of small parameters. */
  readonly wide: Linear;

  constructor(random: TensorRandom) {
    this.fc1 = new Linear(6, 24, random);
    this.fc2 = new Linear(24, 800, random);
    this.wide = new Linear(800, 21, random);
  }

  forward(x: Tensor, context: ForwardContext): Tensor {
    const hidden = this.dropout.forward(relu(this.norm.forward(this.fc1.forward(x), context)), context);
    return this.wide.forward(relu(this.fc2.forward(hidden)));
  }
}

/** The training, from where the folder stands. */
async function train(
  folder: string,
  stepsPerCall: number,
  { callback, signal, seed = 7 }: { callback?: FitCallback; signal?: AbortSignal; seed?: number } = {},
): Promise<void> {
  const random = new TensorRandom(3);
  const data = {
    x: random.normalTensor([rowCount, 6], 1),
    y: random.normalTensor([rowCount, 21], 1),
  };
  const rate = warmUp(20, cosineDecay({ learningRate: 0.01, steps: steps - 20 }));
  await fit({
    model: new Net(random),
    loss: (model: Net, { x, y }: typeof data, context) => meanSquaredError(model.forward(x, context), y),
    optimizer: averaged(adamW({ learningRate: rate, weightDecay: 0.1 }), { decay: 0.95 }),
    batches: arrayBatches(data, { batchSize, seed: 5 }),
    epochs,
    seed,
    stepsPerCall,
    accumulate,
    clipNorm: 0.5,
    validate: async (model) => ({ weight: absoluteSum(model.wide.weight as HostTensor) }),
    validateEvery: every,
    plateau: reduceOnPlateau({ factor: 0.5, patience: 1 }),
    checkpoint: { folder, everySteps: every },
    ...(callback && { callbacks: [callback] }),
    ...(signal && { signal }),
  });
}

/** Any number that depends on the weights alone, to judge by. */
function absoluteSum(tensor: HostTensor): number {
  return Array.from(hostData(tensor) as Float32Array).reduce((sum, value) => sum + Math.abs(value), 0);
}

async function stopAt(folder: string, stepsPerCall: number, stop: number, kind: StopKind): Promise<void> {
  const controller = new AbortController();
  const stopped = new Error('stopped on purpose');
  const onStep: FitCallback['onStep'] = ({ step }) => {
    if (step < stop) return;
    if (kind === 'error') throw stopped;
    controller.abort();
  };
  try {
    await train(folder, stepsPerCall, { callback: { onStep }, signal: controller.signal });
  } catch (error) {
    if (error !== stopped) throw error;
  }
}

/** Trains to the end and gives the bytes of every tensor of the last checkpoint and of the best weights. */
async function finish(
  folder: string,
  stepsPerCall: number,
  options: { seed?: number } = {},
): Promise<Map<string, Uint8Array>> {
  await train(folder, stepsPerCall, options);
  const last = readdirSync(folder)
    .filter((name) => name.startsWith('step-'))
    .sort()
    .at(-1);
  if (last !== `step-${String(steps).padStart(10, '0')}.safetensors`)
    throw new Error(`${folder} ends with ${last}, expected step ${steps}`);
  const found = new Map<string, Uint8Array>();
  for (const name of [last, 'best.safetensors']) {
    const { tensors, metadata } = readSafetensors(readFileSync(join(folder, name)));
    for (const [key, tensor] of Object.entries(tensors))
      found.set(`${name} ${key}`, bytesOf(hostData(tensor)));
    // What the run remembers beside its tensors: the step, the scale of the rate, all validations.
    found.set(`${name} metadata`, new TextEncoder().encode(metadata.checkpoint ?? ''));
  }
  return found;
}

function differences(
  expected: ReadonlyMap<string, Uint8Array>,
  found: ReadonlyMap<string, Uint8Array>,
): string[] {
  const names = new Set([...expected.keys(), ...found.keys()]);
  return [...names].filter((name) => {
    const [a, b] = [expected.get(name), found.get(name)];
    return !a || !b || Buffer.compare(a, b) !== 0;
  });
}
