// Our side of the benchmark: one model, trained step by step, answering the protocol of ../peers/protocol.py.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import * as core from '@noosphere/core';
import { adam, TrainStep } from '@noosphere/train';
import { readTensors } from './exchange.js';
import { type BenchModel, modelOf } from './models.js';
import { measureProductRate } from './product-rate.js';

const importMb = statusMb('VmRSS');

/** VmRSS (now) or VmHWM (peak) of this process in 10^6 bytes; elsewhere than on Linux the peak for both. */
function statusMb(field: string): number {
  try {
    const line = readFileSync('/proc/self/status', 'utf8').match(new RegExp(`^${field}:\\s+(\\d+)`, 'm'));
    return (Number(line?.[1]) * 1024) / 1e6;
  } catch {
    return (process.resourceUsage().maxRSS * 1024) / 1e6;
  }
}

type Parameters = Readonly<Record<string, core.Tensor>>;
type Call = (firstStep: number) => Promise<number[]>;

interface Batch {
  readonly x: core.Tensor;
  readonly y: core.Tensor;
}

/** The weights and batches that every side starts from. */
function load(folder: string): { weights: Parameters; batches: Batch[] } {
  const asTensor = ({ shape, data }: { shape: readonly number[]; data: Float32Array | Int32Array }) =>
    data instanceof Int32Array ? core.tensor(data, { shape }) : core.tensor(data, { shape });
  const read = (name: string) =>
    [...readTensors(join(folder, name))].map(([key, host]) => [key, asTensor(host)] as const);
  const parts: Parameters = Object.fromEntries(read('batches.safetensors'));
  const batches: Batch[] = [];
  for (let index = 0; ; index++) {
    const [x, y] = [parts[`x${index}`], parts[`y${index}`]];
    if (x === undefined || y === undefined) break;
    batches.push({ x, y });
  }
  return { weights: Object.fromEntries(read('weights.safetensors')), batches };
}

/** Steps of the model in calls of k, each call one native run. */
function trainer(model: string, weights: Parameters, batches: readonly Batch[], stepsPerCall: number): Call {
  const step = new TrainStep({
    model: modelOf(model, weights),
    loss: (current: BenchModel, { x, y }: Batch, context) => current.loss(x, y, context),
    optimizer: adam(),
  });
  return async (firstStep) => {
    const chosen = Array.from(
      { length: stepsPerCall },
      (_, index) => batches[(firstStep + index) % batches.length] as Batch,
    );
    return (await step.run(chosen)).map((result) => result.loss);
  };
}

async function serve(call: Call, stepsPerCall: number, precision: string): Promise<void> {
  let done = 0;
  const answer = (message: object) => console.log(JSON.stringify(message));
  answer({ ready: true, precision });
  for await (const line of createInterface({ input: process.stdin })) {
    const message = JSON.parse(line) as { cmd: string; n?: number };
    if (message.cmd === 'quit') return;
    if (message.cmd === 'memory') answer({ peakMb: statusMb('VmHWM'), importMb });
    if (message.cmd === 'rate') answer({ flopsPerSecond: await measureProductRate() });
    if (message.cmd !== 'steps') continue;
    const ms: number[] = [];
    const losses: number[] = [];
    for (let index = 0; index < (message.n ?? 1); index++) {
      const start = performance.now();
      const result = await call(done);
      ms.push((performance.now() - start) / stepsPerCall);
      losses.push(...result);
      done += stepsPerCall;
    }
    answer({ ms, losses });
  }
}

const { values: options } = parseArgs({
  options: {
    model: { type: 'string', default: 'mlp' },
    data: { type: 'string', default: '.' },
    'steps-per-call': { type: 'string', default: '1' },
    'first-step': { type: 'boolean', default: false },
  },
});
const { weights, batches } = load(options.data);
const stepsPerCall = Number(options['steps-per-call']);
const call = trainer(options.model, weights, batches, stepsPerCall);
if (options['first-step']) console.log(JSON.stringify({ losses: await call(0) }));
else await serve(call, stepsPerCall, await core.productPrecision());
