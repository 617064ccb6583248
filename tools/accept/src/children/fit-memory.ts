// Trains the benchmark's mlp for 10,000 steps through fit and prints the memory at some of them, for the run `fit-memory`.
// Usage: node --expose-gc fit-memory.ts SEED FOLDER

import { Writable } from 'node:stream';
import { setTimeout } from 'node:timers/promises';
import type { BenchModel } from '@noosphere/bench/models';
import type { HostTensor } from '@noosphere/core';
import { adam, fitEvents, progress } from '@noosphere/train';
import { mlp } from '../runs/fit-overhead.js';

const steps = 10_000;
const every = 1000;

/** The least of several readings, each behind a full collection and a pause in which freed pages go back. */
async function settled(): Promise<{ residentBytes: number; heapBytes: number }> {
  let least = { residentBytes: Number.POSITIVE_INFINITY, heapBytes: 0 };
  for (let reading = 0; reading < 5; reading++) {
    globalThis.gc?.();
    await setTimeout(100);
    const { rss, heapUsed } = process.memoryUsage();
    if (rss < least.residentBytes) least = { residentBytes: rss, heapBytes: heapUsed };
  }
  return least;
}

if (globalThis.gc === undefined) throw new Error('start this with --expose-gc');
const [seed = '1', folder = '.'] = process.argv.slice(2);
const { model, batches } = mlp(Number(seed));
type Batch = { readonly x: HostTensor; readonly y: HostTensor };
const bar = progress({ stream: new Writable({ write: (_, __, done) => done() }) });
const readings: object[] = [];
for await (const event of fitEvents<BenchModel, Batch>({
  model: model(),
  loss: (trained, { x, y }, context) => trained.loss(x, y, context),
  optimizer: adam(),
  batches: { batchesPerEpoch: 500, batch: (_, index) => batches[index % batches.length] as Batch },
  epochs: steps / 500,
  checkpoint: { folder, everySteps: 500 },
})) {
  if (event.kind === 'start') bar.onStart?.(event.plan);
  if (event.kind !== 'step') continue;
  bar.onStep?.(event.result);
  const { step } = event.result;
  if (step % every === 0) readings.push({ step, ...(await settled()) });
}
console.log(JSON.stringify(readings));
