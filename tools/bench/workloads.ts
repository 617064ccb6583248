// What is measured: for each row the weights by PyTorch's names, the batches, the matrix-product FLOPs of a
// step and the bars. How a side computes the model is that side's business (`models.ts`, `../peers`).

import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import type { HostTensor } from './exchange.js';
import { normalGenerator, uniformGenerator } from './random.js';

/** How a weight starts: uniform in ±bound, normal, or one value throughout. */
export type Start = { readonly bound: number } | { readonly deviation: number } | { readonly value: number };

/** What a batch holds: normal numbers, or whole numbers below `classes`. */
export interface BatchPart {
  readonly shape: readonly number[];
  /** @default 1 */
  readonly deviation?: number;
  readonly classes?: number;
}

export interface Workload {
  readonly name: string;
  readonly stepsPerCall: number;
  /** Dropout makes the losses of two sides differ, so they are not compared. */
  readonly random: boolean;
  readonly weights: ReadonlyMap<string, { readonly shape: readonly number[]; readonly start: Start }>;
  readonly x: BatchPart;
  readonly y: BatchPart;
  /** Floating-point operations of the matrix products of one step, forward and backward; 0: not reported. */
  readonly productFlops: number;
  /** The least ratio to `torch` (eager, defaults). */
  readonly bar: number | undefined;
}

type WeightList = [string, readonly number[], Start][];

/** PyTorch's default for Linear, Conv and their biases: uniform in ±1/sqrt(inputs of one output). */
function layer(name: string, shape: readonly number[], biasStart?: Start): WeightList {
  const bound = 1 / Math.sqrt(shape.slice(1).reduce((product, size) => product * size, 1));
  return [
    [`${name}.weight`, shape, { bound }],
    [`${name}.bias`, shape.slice(0, 1), biasStart ?? { bound }],
  ];
}

function encoderLayer(name: string): WeightList {
  const norm = (which: string): WeightList => [
    [`${name}.${which}.weight`, [384], { value: 1 }],
    [`${name}.${which}.bias`, [384], { value: 0 }],
  ];
  return [
    [`${name}.self_attn.in_proj_weight`, [1152, 384], { bound: Math.sqrt(6 / (1152 + 384)) }],
    [`${name}.self_attn.in_proj_bias`, [1152], { value: 0 }],
    ...layer(`${name}.self_attn.out_proj`, [384, 384]),
    ...layer(`${name}.linear1`, [1536, 384]),
    ...layer(`${name}.linear2`, [384, 1536]),
    ...norm('norm1'),
    ...norm('norm2'),
  ];
}

const mlpWeights = [...layer('fc1', [64, 4]), ...layer('fc2', [1, 64])];
const smallCnnWeights = [
  ...layer('conv1', [10, 1, 5, 5]),
  ...layer('conv2', [20, 10, 5, 5]),
  ...layer('fc1', [50, 320]),
  ...layer('fc2', [10, 50]),
];
// Adam moves all 32768 weights of an fc1 unit by 1e-3 at once. From PyTorch's default biases and pixels of deviation
// 1 that throws the loss about and kills units, and a unit dies in one implementation a step before it does in another:
// PyTorch in float32 is 6e-3 away from PyTorch in float64 within 20 steps, and comparing losses would say nothing.
// With no bias before fc1, living units and small pixels two implementations stay within 1e-5.
const cnnWeights = [
  ...layer('conv1', [32, 3, 3, 3], { value: 0 }),
  ...layer('conv2', [64, 32, 3, 3], { value: 0 }),
  ...layer('conv3', [128, 64, 3, 3], { value: 0 }),
  ...layer('fc1', [128, 32768], { value: 0.5 }),
  ...layer('fc2', [5, 128]),
];
const lstmBound = { bound: 1 / Math.sqrt(64) };
const lstmWeights: WeightList = [
  ['lstm.weight_ih_l0', [256, 5], lstmBound],
  ['lstm.weight_hh_l0', [256, 64], lstmBound],
  ['lstm.bias_ih_l0', [256], lstmBound],
  ['lstm.bias_hh_l0', [256], lstmBound],
  ...layer('head', [1, 64]),
];
const encoderWeights: WeightList = [
  ['token.weight', [30522, 384], { deviation: 1 }],
  ['position.weight', [128, 384], { deviation: 1 }],
  ...[0, 1, 2, 3, 4, 5].flatMap((index) => encoderLayer(`encoder.layers.${index}`)),
  ...layer('head', [9, 384]),
];

// A product of [m, k] by [k, n] is 2mkn operations. Backward takes two more of the size of the forward one,
// but the first convolution's input needs no gradient.
const convolution = (pixels: number, inputs: number, outputs: number) =>
  2 * 32 * pixels * inputs * 9 * outputs;
const cnnFlops =
  2 * convolution(128 * 128, 3, 32) +
  3 * (convolution(64 * 64, 32, 64) + convolution(32 * 32, 64, 128) + 2 * 32 * (32768 * 128 + 128 * 5));
const tokens = 16 * 128;
const encoderFlops =
  3 * 2 * tokens * (6 * (384 * 1152 + 384 * 384 + 2 * 384 * 1536 + 2 * 128 * 384) + 384 * 9);

/** Whether this CPU has AVX-512: the encoder's bar depends on it. */
function hasAvx512(): boolean {
  try {
    return readFileSync('/proc/cpuinfo', 'utf8').includes('avx512f');
  } catch {
    return cpus().some(({ model }) => /AVX-?512/i.test(model));
  }
}

function workload(
  name: string,
  weights: WeightList,
  x: BatchPart,
  y: BatchPart,
  rest: Partial<Pick<Workload, 'stepsPerCall' | 'random' | 'productFlops' | 'bar'>>,
): Workload {
  return {
    name,
    x,
    y,
    weights: new Map(weights.map(([key, shape, start]) => [key, { shape, start }])),
    stepsPerCall: 1,
    random: false,
    productFlops: 0,
    bar: undefined,
    ...rest,
  };
}

const mlpBatch = [{ shape: [64, 4] }, { shape: [64, 1] }] as const;
const encoderBatch = [
  { shape: [16, 128], classes: 30522 },
  { shape: [16, 128], classes: 9 },
] as const;
const cnnBatch = [
  { shape: [32, 3, 128, 128], deviation: 0.02 },
  { shape: [32], classes: 5 },
] as const;
const lstmBatch = [{ shape: [60, 64, 5] }, { shape: [64, 1] }] as const;

/** The rows of the benchmark, in the order they are printed. */
export const workloads: readonly Workload[] = [
  workload('mlp', mlpWeights, ...mlpBatch, { bar: 3 }),
  workload(
    'small-cnn',
    smallCnnWeights,
    { shape: [64, 1, 28, 28] },
    { shape: [64], classes: 10 },
    { bar: 1.3 },
  ),
  workload('cnn', cnnWeights, ...cnnBatch, { bar: 1.5, productFlops: cnnFlops }),
  workload('lstm', lstmWeights, ...lstmBatch, { bar: 1 }),
  workload('encoder', encoderWeights, ...encoderBatch, {
    bar: hasAvx512() ? 1.6 : 1.15,
    productFlops: encoderFlops,
  }),
  workload('encoder-dropout', encoderWeights, ...encoderBatch, { random: true, productFlops: encoderFlops }),
  workload('mlp-k32', mlpWeights, ...mlpBatch, { stepsPerCall: 32 }),
];

/** A workload's first weights, drawn from a seed. */
export function makeWeights({ weights }: Workload, seed: number): Map<string, HostTensor> {
  const uniform = uniformGenerator(seed);
  const normal = normalGenerator(uniform);
  const draw = (start: Start): number => {
    if ('value' in start) return start.value;
    return 'bound' in start ? (2 * uniform() - 1) * start.bound : normal() * start.deviation;
  };
  const entries = [...weights].map(([name, { shape, start }]): [string, HostTensor] => {
    const data = new Float32Array(sizeOf(shape));
    for (let i = 0; i < data.length; i++) data[i] = draw(start);
    return [name, { shape, data }];
  });
  return new Map(entries);
}

/** Eight different batches, named x0, y0, x1, y1, … */
export function makeBatches({ x, y }: Workload, seed: number): Map<string, HostTensor> {
  const uniform = uniformGenerator(seed);
  const normal = normalGenerator(uniform);
  const draw = ({ shape, classes, deviation = 1 }: BatchPart): HostTensor => {
    const data = classes === undefined ? new Float32Array(sizeOf(shape)) : new Int32Array(sizeOf(shape));
    for (let i = 0; i < data.length; i++)
      data[i] = classes === undefined ? normal() * deviation : Math.floor(uniform() * classes);
    return { shape, data };
  };
  const batches = new Map<string, HostTensor>();
  for (let index = 0; index < 8; index++) batches.set(`x${index}`, draw(x)).set(`y${index}`, draw(y));
  return batches;
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}
