/**
 * Costs that are counted before anything runs: FLOPs of the benchmark's five models against counts by hand, and the
 * memory that training them takes against what is foretold.
 */
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Graph } from '@noosphere/core';
import { costOf, makeGraph, type Node, placeholder } from '@noosphere/core/operators';
import { defineStep, inference, stepCost, traceStep } from '@noosphere/train';
import { type BenchModelName, benchJob, benchModels } from '../bench-job.js';
import type { AcceptanceRun, Measured, RunContext } from '../run.js';

/** Most that a count may be off, and most that a foretold memory may. */
const bars = { flops: 0.01, memory: 0.25 };

export const flops: AcceptanceRun = {
  name: 'flops',
  metric:
    'the worst of: FLOPs of forward passes and of steps off the count by hand / 1 %, foretold growth of memory off the measured / 25 %',
  bar: { is: '<=', value: 1 },
  run,
};

interface HandCount {
  /** The forward pass with its loss. */
  readonly forward: number;
  /** Matrix products and convolutions of a step, forward and backward. */
  readonly products: number;
}

/** A product of [m, k] by [k, n]: a multiply-add is two operations. */
const product = (m: number, k: number, n: number) => 2 * m * k * n;

/**
 * Counts by hand. A bias starts its sum and costs nothing; ReLU, sums and products of elements are one an element; a
 * max-pool reads its window. Softmax, GELU, layer norm and cross-entropy: 10, 10, 8 and 15 an element.
 * Backward is two more products of each forward one's size, but a first layer's input needs no gradient.
 */
const handCounts: Readonly<Record<BenchModelName, HandCount>> = {
  mlp: countMlp(),
  'small-cnn': countSmallCnn(),
  cnn: countCnn(),
  lstm: countLstm(),
  encoder: countEncoder(),
};

function countMlp(): HandCount {
  const [first, second] = [product(64, 4, 64), product(64, 64, 1)];
  // ReLU of 64 x 64; difference, square and mean of 64.
  return { forward: first + second + 64 * 64 + 3 * 64, products: 2 * first + 3 * second };
}

function countSmallCnn(): HandCount {
  const first = product(64 * 24 * 24, 25, 10);
  const second = product(64 * 8 * 8, 250, 20);
  const dense = product(64, 320, 50) + product(64, 50, 10);
  // Each pool reads all pixels once; ReLU comes behind it.
  const pools = 64 * (10 * 24 * 24 + 20 * 8 * 8);
  const relus = 64 * (10 * 12 * 12 + 20 * 4 * 4 + 50);
  return {
    forward: first + second + dense + pools + relus + 15 * 640,
    products: 2 * first + 3 * (second + dense),
  };
}

function countCnn(): HandCount {
  const first = product(32 * 128 * 128, 27, 32);
  const others = product(32 * 64 * 64, 32 * 9, 64) + product(32 * 32 * 32, 64 * 9, 128);
  const dense = product(32, 32768, 128) + product(32, 128, 5);
  const pixels = 32 * (32 * 128 * 128 + 64 * 64 * 64 + 128 * 32 * 32);
  return {
    // ReLU before each pool.
    forward: first + others + dense + 2 * pixels + 32 * 128 + 15 * 160,
    products: 2 * first + 3 * (others + dense),
  };
}

function countLstm(): HandCount {
  const [input, recurrent] = [product(60 * 64, 5, 256), product(60 * 64, 64, 256)];
  const head = product(64, 64, 1);
  return {
    forward: input + recurrent + head + 3 * 64,
    // The backward pass does the gates again: only states are kept.
    products: 3 * input + 4 * recurrent + 3 * head,
  };
}

function countEncoder(): HandCount {
  const tokens = 16 * 128;
  const projections = product(tokens, 384, 4 * 384) + 2 * product(tokens, 384, 1536);
  // Scores and their sums over values, all heads together.
  const attention = 2 * product(tokens, 384, 128);
  const head = product(tokens, 384, 9);
  const scores = 16 * 12 * 128 * 128;
  // Scaling of queries, four sums (two residuals, two halves of the first position's) are small; softmax, GELU and norms are not.
  const elements = 10 * scores + 10 * tokens * 1536 + 2 * 8 * tokens * 384 + 4 * tokens * 384;
  return {
    forward: 6 * (projections + attention + elements) + head + 15 * tokens * 9,
    products: 3 * (6 * (projections + attention) + head),
  };
}

async function run({ folder, seed, say }: RunContext): Promise<Measured> {
  const counts = benchModels.map((name) => ({ name, ...countModel(name, seed) }));
  const memory = [];
  for (const [name, scale] of memoryCases) {
    say(`memory of ${name}${scale === 1 ? '' : `, batch x${scale}`}`);
    memory.push({ name, scale, ...(await measureMemory(name, scale)) });
  }
  const report = join(folder, 'flops.json');
  writeFileSync(report, JSON.stringify({ counts, memory }, null, 1));
  const flopsOff = Math.max(...counts.flatMap(({ forwardOff, productsOff }) => [forwardOff, productsOff]));
  const memoryOff = Math.max(...memory.map(({ off }) => off));
  return {
    value: Math.max(flopsOff / bars.flops, memoryOff / bars.memory),
    artifacts: [report],
    notes: [
      ...counts.map(
        ({ name, forward, forwardOff, products, productsOff }) =>
          `${name}: forward ${forward} FLOPs, ${percent(forwardOff)} off; products of a step ${products}, ${percent(productsOff)} off`,
      ),
      ...memory.map(
        ({ name, scale, foretoldBytes, grownBytes, off }) =>
          `${name} x${scale}: foretold ${(foretoldBytes / 1e6).toFixed(1)} MB, grew ${(grownBytes / 1e6).toFixed(1)} MB, ${percent(off)} off`,
      ),
    ],
  };
}

const percent = (share: number) => `${(100 * share).toFixed(2)} %`;
const offBy = (found: number, expected: number) => Math.abs(found / expected - 1);

function countModel(name: BenchModelName, seed: number) {
  const { options, batch } = benchJob(name, seed);
  const [x, y] = [
    placeholder('x', batch.x.dtype, batch.x.shape),
    placeholder('y', batch.y.dtype, batch.y.shape),
  ];
  const forward = costOf(makeGraph(name, [x, y], [options.model.loss(x, y, inference)])).flops;
  const products = productsOf(traceStep(defineStep(options), batch).graph);
  const hand = handCounts[name];
  return {
    forward,
    forwardOff: offBy(forward, hand.forward),
    products,
    productsOff: offBy(products, hand.products),
    step: stepCost(options, batch),
  };
}

const productNames: ReadonlySet<string> = new Set(['MatMul', 'Gemm', 'Conv', 'ConvTranspose', 'LSTM']);

/** Operations of the matrix products and convolutions, those in loops included. */
function productsOf(graph: Graph): number {
  return graph.nodes.reduce((sum, node) => sum + productsOfNode(node), 0);
}

function productsOfNode(node: Node): number {
  const own = node.operator.flops(node as never);
  if (productNames.has(node.operator.name)) return own;
  const body = Object.values(node.attributes).find(isGraph);
  if (!body) return 0;
  const once = body.nodes.reduce((sum, inner) => sum + inner.operator.flops(inner as never), 0);
  return once === 0 ? 0 : (own / once) * productsOf(body);
}

function isGraph(value: unknown): value is Graph {
  return typeof value === 'object' && value !== null && 'nodes' in value;
}

/** The five rows, and other sizes: the constants of `cpuResidentBytes` were found on the rows. */
const memoryCases: readonly (readonly [BenchModelName, number])[] = [
  ...benchModels.map((name) => [name, 1] as const),
  ['small-cnn', 8],
  ['cnn', 0.25],
  ['lstm', 8],
  ['encoder', 0.25],
];

async function measureMemory(name: BenchModelName, scale: number) {
  const script = fileURLToPath(new URL('../children/step-memory.ts', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [
    ...process.execArgv,
    script,
    name,
    String(scale),
  ]);
  const { grownBytes } = JSON.parse(stdout) as { grownBytes: number };
  const { options, batch } = benchJob(name, 1, scale);
  const foretoldBytes = stepCost(options, batch).residentBytes;
  return { foretoldBytes, grownBytes, off: offBy(foretoldBytes, grownBytes) };
}
