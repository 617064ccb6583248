// Trains a row of the benchmark for a few steps and prints how far the process's memory grew, for the run `flops`.
// Usage: node step-memory.ts MODEL SCALE

import { readFileSync } from 'node:fs';
import { add, tensor } from '@noosphere/core';
import { TrainStep } from '@noosphere/train';
import { type BenchModelName, benchJob } from '../bench-job.js';

/** VmRSS (now) or VmHWM (peak) in bytes. */
function statusBytes(field: 'VmRSS' | 'VmHWM'): number {
  const line = readFileSync('/proc/self/status', 'utf8').match(new RegExp(`^${field}:\\s+(\\d+)`, 'm'));
  return Number(line?.[1]) * 1024;
}

const [name = 'mlp', scale = '1'] = process.argv.slice(2);
const { options, batch } = benchJob(name as BenchModelName, 1, Number(scale));
// The runtime itself is loaded before.
await add(tensor([1]), tensor([2])).data();
const before = statusBytes('VmRSS');
const step = new TrainStep(options);
for (let index = 0; index < 5; index++) await step.run([batch]);
console.log(JSON.stringify({ grownBytes: statusBytes('VmHWM') - before }));
