/**
 * Training steps next to neuralforecast's: the same sizes and defaults, in turns within one run, medians. A step of ours
 * draws its windows too.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import {
  frameOf,
  lstm,
  type NeuralModel,
  nbeats,
  nhits,
  type Pipeline,
  patchtst,
  type TrainingWindows,
} from '@noosphere/forecast';
import { adam, TrainStep } from '@noosphere/train';
import { Random } from '../random.js';
import { type AcceptanceRun, type Measured, type RunContext, required } from '../run.js';

const [series, length, lookback, horizon, windows] = [32, 1000, 96, 48, 1024];
const rounds = 7;

interface Contest {
  /** Their class. */
  readonly name: string;
  readonly model: NeuralModel;
  /** Steps of one turn. */
  readonly steps: number;
}

const sizes = { horizon, lookback, windowsPerBatch: windows, steps: 1000 };
const contests: readonly Contest[] = [
  { name: 'NHITS', model: nhits(sizes), steps: 4 },
  { name: 'NBEATS', model: nbeats(sizes), steps: 4 },
  { name: 'PatchTST', model: patchtst(sizes), steps: 2 },
  { name: 'LSTM', model: lstm(sizes), steps: 1 },
];

export const neuralforecastSpeed: AcceptanceRun = {
  name: 'neuralforecast-speed',
  metric: `smallest of the ratios neuralforecast's milliseconds a training step / ours, over N-HiTS, N-BEATS, PatchTST and LSTM: ${series} series, ${windows} windows, ${lookback} in, ${horizon} out, medians of turns in one run`,
  bar: { is: '>=', value: 1.3 },
  run,
};

async function run({ folder, seed, say }: RunContext): Promise<Measured> {
  // Threads that wait for work would take it from the other side.
  process.env.NOOSPHERE_SPINNING ??= 'in-runs';
  const random = new Random(seed);
  const y = Float64Array.from({ length: series * length }, (_, row) => {
    const own = Math.floor(row / length);
    return 10 * own + 5 * Math.sin((2 * Math.PI * (row % length)) / 24) + random.next();
  });
  const frame = frameOf({
    unique_id: Array.from(y, (_, row) => `s${Math.floor(row / length)}`),
    ds: Array.from(y, (_, row) => row % length),
    y,
  });
  const theirs = startPython([series, length, lookback, horizon, windows]);
  const notes: string[] = [];
  const all: Record<string, { ours: number[]; theirs: number[] }> = {};
  try {
    for (const { name, model, steps } of contests) {
      const batches = model.batches(frame);
      const step = new TrainStep<Pipeline, TrainingWindows>({
        model: model.withWeights({}, { strict: false }).pipeline,
        loss: (pipeline, batch, context) => pipeline.loss(batch, context),
        optimizer: adam(),
      });
      const times = { ours: [] as number[], theirs: [] as number[] };
      // The first turn compiles and warms up.
      for (let round = 0; round <= rounds; round++) {
        const their = await theirs.time(name, steps);
        const own: number[] = [];
        for (let index = 0; index < steps; index++) {
          const begun = performance.now();
          await step.run([await batches.batch(0, step.step)]);
          own.push(performance.now() - begun);
        }
        if (round === 0) continue;
        times.theirs.push(...their);
        times.ours.push(...own);
      }
      await step.dispose();
      all[name] = times;
      const [our, their] = [median(times.ours), median(times.theirs)];
      notes.push(
        `${name}: ${our.toFixed(1)} ms, neuralforecast ${their.toFixed(1)} ms: ${(their / our).toFixed(2)}x`,
      );
      say(notes.at(-1) ?? '');
    }
  } finally {
    theirs.end();
  }
  const report = join(folder, 'times.json');
  writeFileSync(report, JSON.stringify(all));
  const ratios = Object.values(all).map(({ ours, theirs: other }) => median(other) / median(ours));
  return { value: Math.min(...ratios), artifacts: [report], notes };
}

/** Their side: one process that times steps when asked. */
function startPython(args: readonly number[]) {
  const python = required('NOOSPHERE_PYTHON', 'a Python with tools/accept/python/requirements.txt installed');
  const script = fileURLToPath(new URL('../../python/neuralforecast_speed.py', import.meta.url));
  const child: ChildProcess = spawn(python, [script, ...args.map(String)], {
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const errors: string[] = [];
  child.stderr?.on('data', (chunk: Buffer) => errors.push(chunk.toString()));
  if (!child.stdout) throw new Error('no output of Python to read');
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    time: async (name: string, steps: number): Promise<number[]> => {
      child.stdin?.write(`${name} ${steps}\n`);
      const { value, done } = await lines.next();
      if (done) throw new Error(`neuralforecast_speed.py ended: ${errors.join('').slice(-2000)}`);
      return JSON.parse(value) as number[];
    },
    end: () => child.stdin?.end(),
  };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
