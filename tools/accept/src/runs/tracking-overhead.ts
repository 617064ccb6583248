/** What tracking costs a training: time of samples and callbacks at 1 Hz, one sample alone, the import. */
import { execFileSync, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { relu, type Tensor, tensor } from '@noosphere/core';
import { footprintMeter, jsonLinesSink, track } from '@noosphere/footprint';
import { adam, arrayBatches, fit, Linear, meanSquaredError, Random } from '@noosphere/train';
import type { AcceptanceRun, Measured, RunContext } from '../run.js';

const bars = { overheadPercent: 1, sampleMs: 1, importMs: 30 };

export const trackingOverhead: AcceptanceRun = {
  name: 'tracking-overhead',
  metric: 'the worst of: % of a training at 1 Hz, ms a sample, ms of import / 30',
  bar: { is: '<=', value: 1 },
  run: measureOverhead,
};

async function measureOverhead({ folder, say }: RunContext): Promise<Measured> {
  say('import of the built package, 15 processes');
  const importMs = measureImport(join(folder, 'dist'));
  say('samples, 200');
  const sampleMs = await measureSamples(200);
  say('a training of 20 s with a meter, and one without');
  const tracked = await train(20, join(folder, 'record.jsonl'));
  const plain = await train(20, undefined);
  // The timer's samples are counted at the price of one alone.
  const trackingMs = tracked.trackingMs + tracked.samples * sampleMs;
  const overheadPercent = (100 * trackingMs) / tracked.elapsedMs;
  const values = { overheadPercent, sampleMs, importMs };
  const report = join(folder, 'tracking-overhead.json');
  writeFileSync(report, JSON.stringify({ ...values, tracked, plain }, null, 1));
  const value = Math.max(
    overheadPercent / bars.overheadPercent,
    sampleMs / bars.sampleMs,
    importMs / bars.importMs,
  );
  return {
    value,
    artifacts: [report],
    notes: [
      `tracking took ${trackingMs.toFixed(1)} ms of ${(tracked.elapsedMs / 1000).toFixed(1)} s: ${overheadPercent.toFixed(3)} % at 1 Hz (${tracked.steps} steps, ${tracked.samples} samples); beginning and end took ${tracked.onceMs.toFixed(1)} ms; interruptions by other programs count as ours`,
      `a sample takes ${sampleMs.toFixed(3)} ms, median of 200; import ${importMs.toFixed(1)} ms, median of 15`,
      `steps: median ${tracked.stepMs.toFixed(3)} ms with, ${plain.stepMs.toFixed(3)} ms without a meter`,
    ],
  };
}

/** Milliseconds that a process waits for the built package. */
function measureImport(target: string): number {
  const packageFolder = fileURLToPath(new URL('../../../../packages/footprint/', import.meta.url));
  const build = spawnSync('npx', ['tsup', '--out-dir', target], {
    cwd: packageFolder,
    shell: process.platform === 'win32',
  });
  if (build.status !== 0) throw new Error(`tracking-overhead: the build failed: ${build.stderr}`);
  const entry = pathToFileURL(join(target, 'index.js')).href;
  const program = `const start = performance.now(); await import('${entry}'); console.log(performance.now() - start)`;
  const times = Array.from({ length: 15 }, () =>
    Number(execFileSync(process.execPath, ['--input-type=module', '-e', program]).toString()),
  );
  return median(times);
}

async function measureSamples(count: number): Promise<number> {
  const run = track({ manual: true, place: 'FRA' });
  const times: number[] = [];
  for (let index = 0; index < count; index++) {
    const start = performance.now();
    run.sample();
    times.push(performance.now() - start);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  await run.stop();
  return median(times);
}

/** Trains a small network; time in tracking is all that its methods take on the main thread. */
async function train(seconds: number, record: string | undefined) {
  const isTracked = record !== undefined;
  const inputs = Array.from({ length: 1024 }, (_, row) =>
    Array.from({ length: 64 }, (_, column) => Math.sin(row * column)),
  );
  const data = { x: tensor(inputs), y: tensor(inputs.map(([first = 0]) => [first])) };
  const random = new Random(1);
  const model = { hidden: new Linear(64, 256, random), out: new Linear(256, 1, random) };
  let trackingMs = 0;
  const timed = <Arguments extends unknown[], Result>(call: (...values: Arguments) => Result) => {
    return (...values: Arguments): Result => {
      const start = performance.now();
      const result = call(...values);
      trackingMs += performance.now() - start;
      return result;
    };
  };
  // Beginning and end are paid once, whatever the length of the training.
  let onceMs = 0;
  const once = <Arguments extends unknown[], Result>(call: (...values: Arguments) => Result) => {
    return (...values: Arguments): Result => {
      const before = trackingMs;
      const result = timed(call)(...values);
      onceMs += trackingMs - before;
      trackingMs = before;
      return result;
    };
  };
  const file = record === undefined ? undefined : jsonLinesSink(record);
  let samples = 0;
  const append = (line: object) => {
    samples++;
    timed(() => file?.append(line))();
  };
  const meter = footprintMeter({ place: 'FRA', record: { append } });
  const stepTimes: number[] = [];
  let lastMs = performance.now();
  const startMs = performance.now();
  const { steps } = await fit({
    model,
    loss: (network, batch: { x: Tensor; y: Tensor }) =>
      meanSquaredError(network.out.forward(relu(network.hidden.forward(batch.x))), batch.y),
    optimizer: adam(),
    batches: arrayBatches(data, { batchSize: 64 }),
    epochs: 1_000_000,
    timeLimitMs: 1000 * seconds,
    meters: isTracked
      ? [
          {
            start: once((plan: Parameters<typeof meter.start>[0]) => meter.start(plan)),
            read: timed(() => meter.read()),
            isExhausted: timed(() => meter.isExhausted()),
            stop: once(() => meter.stop()),
          },
        ]
      : [],
    callbacks: [
      {
        onStep: (result) => {
          if (isTracked) timed(meter.callback.onStep)(result);
          const nowMs = performance.now();
          stepTimes.push(nowMs - lastMs);
          lastMs = nowMs;
        },
      },
    ],
  });
  const elapsedMs = performance.now() - startMs;
  return { steps, samples, elapsedMs, trackingMs, onceMs, stepMs: median(stepTimes) };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
