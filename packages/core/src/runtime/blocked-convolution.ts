/** Puts convolutions on blocked channels into CPU programs, where the processor has them. */
import { fromNumbers, type Graph, makeGraph, placeholder, type RewriteRule } from '../graph/index.js';
import { blockedConv, windowOf } from '../ops/index.js';
import { isStatic, staticShape } from '../shape/index.js';
import type { Program } from './executor.js';

/** Channels side by side in this processor's kernels, or `undefined` where it has none. */
let detected: Promise<number | undefined> | undefined;

/**
 * Finds the block size by trial: the runtime has no way to ask, and a wrong size gives wrong values, not an error.
 * @param load Loads a graph as it is.
 */
export function channelBlock(load: (graph: Graph) => Promise<Program>): Promise<number | undefined> {
  detected ??= firstThatAgrees(load, [16, 8]);
  return detected;
}

async function firstThatAgrees(
  load: (graph: Graph) => Promise<Program>,
  blocks: readonly number[],
): Promise<number | undefined> {
  for (const block of blocks) {
    if (await agrees(load, block).catch(() => false)) return block;
  }
  return undefined;
}

/** A 1x1 convolution of one pixel by a matrix of distinct numbers shows whether the order of channels is understood. */
async function agrees(load: (graph: Graph) => Promise<Program>, block: number): Promise<boolean> {
  const channels = 2 * block;
  const x = placeholder('x', 'float32', [1, channels, 1, 1]);
  const w = placeholder('w', 'float32', [channels, channels, 1, 1]);
  const window = { strides: [1, 1], pads: [0, 0, 0, 0], dilations: [1, 1] };
  const program = await load(
    makeGraph('block size', [x, w], [blockedConv(x, w, { block, bias: undefined, ...window })]),
  );
  const pixel = Float32Array.from({ length: channels }, (_, index) => (index % 7) - 3);
  const matrix = Float32Array.from({ length: channels * channels }, (_, index) => ((index * 31) % 11) - 5);
  const [result] = await program.run([
    fromNumbers('float32', [1, channels, 1, 1], pixel),
    fromNumbers('float32', [channels, channels, 1, 1], matrix),
  ]);
  const found = await result?.data();
  await program.dispose();
  return pixel.every((_, row) => {
    const expected = pixel.reduce(
      (sum, value, column) => sum + value * (matrix[row * channels + column] as number),
      0,
    );
    return Number(found?.[row]) === expected;
  });
}

/** Whether a graph has convolutions that blocks could speed up. */
export function hasConvolutions(graph: Graph): boolean {
  return graph.nodes.some(({ operator }) => operator.name === 'Conv');
}

/** The runtime blocks convolutions with constant weights itself; this rule does the others. */
export function blockConvolutions(block: number): RewriteRule {
  return ({ operator, inputs, attributes }) => {
    const [x, w, bias] = inputs;
    if (
      operator.name !== 'Conv' ||
      operator.domain !== '' ||
      !x ||
      !w ||
      x.rank !== 4 ||
      x.dtype !== 'float32'
    )
      return undefined;
    if (w.origin.kind === 'data' || attributes.group !== 1 || !isStatic(w.shape) || !isStatic(x.shape))
      return undefined;
    const [outputs, channels, ...kernel] = staticShape('conv', w.shape) as [number, number, ...number[]];
    if (outputs % block !== 0 || (channels % block !== 0 && channels >= block)) return undefined;
    const { strides, pads, dilations } = windowOf(
      x.shape.slice(2),
      kernel,
      attributes as unknown as Parameters<typeof windowOf>[2],
    );
    return [blockedConv(x, w, { block, bias, strides, pads, dilations })];
  };
}
