// Our side of the benchmark: one model, trained step by step, answering the protocol of ../peers/protocol.py.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import * as core from '@noosphere/core';
import { readTensors } from './exchange.js';
import { lossOf, type Parameters } from './models.js';
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

// Adam with PyTorch's defaults on the state m / (1 - β1), v / (1 - β2); the constants move into the step
// size lr (1-β1)/(1-β1ᵗ) / c and into ε / c, c = √((1-β2)/(1-β2ᵗ)).
const [decay, squareDecay, learningRate, epsilon] = [0.9, 0.999, 1e-3, 1e-8];

function adamScalars(step: number): readonly [number, number] {
  const scale = Math.sqrt((1 - squareDecay) / (1 - squareDecay ** (step + 1)));
  return [(learningRate * (1 - decay)) / (1 - decay ** (step + 1)) / scale, epsilon / scale];
}

// A type, not an interface: only types have the index signature that makes them trees.
type Moments = { readonly p: Parameters; readonly m: Parameters; readonly v: Parameters };

function adam({ p, m, v }: Moments, grads: Parameters, size: core.Tensor, floor: core.Tensor): Moments {
  const next = { p: {}, m: {}, v: {} } as { [Part in keyof Moments]: Record<string, core.Tensor> };
  for (const [name, value] of Object.entries(p)) {
    const [g, mean, square] = [grads[name], m[name], v[name]];
    if (g === undefined || mean === undefined || square === undefined) throw new Error(`no state of ${name}`);
    const newMean = core.add(core.mul(mean, decay), g);
    const newSquare = core.add(core.mul(square, squareDecay), core.mul(g, g));
    next.m[name] = newMean;
    next.v[name] = newSquare;
    next.p[name] = core.sub(value, core.div(core.mul(newMean, size), core.add(core.sqrt(newSquare), floor)));
  }
  return next;
}

/** One native call a step. */
function singleStep(model: string, weights: Parameters, batches: readonly Batch[]): Call {
  const lossAndGrads = core.valueAndGrad(lossOf(model));
  const step = core.compile(
    (state: Moments, x: core.Tensor, y: core.Tensor, size: core.Tensor, floor: core.Tensor) => {
      const { value, grads } = lossAndGrads(state.p, x, y);
      return { state: adam(state, grads, size, floor), loss: value };
    },
  );
  const zeros = Object.fromEntries(
    Object.entries(weights).map(([name, { shape }]) => [name, core.zeros(shape as readonly number[])]),
  );
  let state: Moments = { p: weights, m: zeros, v: zeros };
  return async (firstStep) => {
    const batch = batches[firstStep % batches.length] as Batch;
    const [size, floor] = adamScalars(firstStep).map((value) => core.tensor(value)) as [
      core.Tensor,
      core.Tensor,
    ];
    const result = await step(state, batch.x, batch.y, size, floor);
    state = result.state;
    return [await result.loss.item()];
  };
}

async function serve(call: Call, stepsPerCall: number): Promise<void> {
  let done = 0;
  const answer = (message: object) => console.log(JSON.stringify(message));
  answer({ ready: true });
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
const call = singleStep(options.model, weights, batches);
if (options['first-step']) console.log(JSON.stringify({ losses: await call(0) }));
else await serve(call, stepsPerCall);
