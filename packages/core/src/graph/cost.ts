/** What a graph costs before it runs: arithmetic, memory traffic, and the most memory that its values take at once. */
import { GraphError } from '@noosphere/base';
import { isStatic } from '../shape/index.js';
import type { Graph } from './graph.js';
import type { Node } from './node.js';
import { isHostTensor, type Tensor } from './tensor.js';

export interface GraphCost {
  /** Floating-point operations; a multiply-add counts two. Loops count each of their steps. */
  readonly flops: number;
  /** Bytes that the operators read and write, each tensor once for each operator. */
  readonly bytes: number;
  /** Bytes of the constants: the weights that the graph holds. */
  readonly constantBytes: number;
  /** Bytes of the inputs. */
  readonly inputBytes: number;
  /** Bytes of the results. */
  readonly outputBytes: number;
  /**
   * Most bytes of values that are alive at once when nodes run in the graph's order: constants, inputs, and each result
   * from its node to its last reader. What kernels need inside comes on top.
   */
  readonly peakBytes: number;
}

/**
 * The cost of running a graph once. Throws where a dimension is open: cost needs numbers.
 * @example
 * const x = placeholder('x', 'float32', [10, 20]);
 * const { flops, constantBytes } = costOf(makeGraph('f', [x], [matmul(x, ones([20, 30]))]));
 * console.log(flops, constantBytes); // → 12000 2400
 */
export function costOf(graph: Graph): GraphCost {
  const open = [...graph.inputs, ...graph.nodes.flatMap(({ outputs }) => outputs)].find(
    ({ shape }) => !isStatic(shape),
  );
  if (open)
    throw new GraphError('costOf', `a dimension of ${open} is open; give the inputs shapes of numbers`);
  const constants = constantsOf(graph);
  const [constantBytes, inputBytes, outputBytes] = [[...constants], graph.inputs, graph.outputs].map(
    sumBytes,
  ) as [number, number, number];
  return {
    flops: graph.nodes.reduce((total, node) => total + flopsOf(node), 0),
    bytes: graph.nodes.reduce((total, node) => total + trafficOf(node), 0),
    constantBytes,
    inputBytes,
    outputBytes,
    peakBytes: constantBytes + inputBytes + liveBytes(graph),
  };
}

function constantsOf(graph: Graph): Set<Tensor> {
  return new Set(
    graph.nodes.flatMap(({ inputs }) => inputs.filter((input) => input !== undefined && isHostTensor(input))),
  ) as Set<Tensor>;
}

function sumBytes(tensors: readonly Tensor[]): number {
  return tensors.reduce((total, { byteLength }) => total + byteLength, 0);
}

/** Floating-point operations of one node. */
function flopsOf(node: Node): number {
  return node.operator.flops(node as never);
}

/** Bytes that one node reads and writes; a loop's are those of its operand and results, not of its steps. */
function trafficOf({ inputs, outputs }: Node): number {
  return sumBytes([...inputs.filter((input) => input !== undefined), ...outputs] as Tensor[]);
}

/** Operators whose result is its operand under another shape: no memory of their own. */
const views: ReadonlySet<string> = new Set([
  'Reshape',
  'Squeeze',
  'Unsqueeze',
  'Flatten',
  'Identity',
  'Barrier',
]);

/** The most bytes of computed values that are alive at once. */
function liveBytes(graph: Graph): number {
  const owner = new Map<Tensor, Tensor>();
  const ownerOf = (tensor: Tensor) => owner.get(tensor) ?? tensor;
  const lastUse = new Map<Tensor, number>();
  graph.nodes.forEach((node, index) => {
    const [x] = node.inputs;
    if (views.has(node.operator.name) && x) for (const output of node.outputs) owner.set(output, ownerOf(x));
    for (const input of node.inputs) if (input) lastUse.set(ownerOf(input), index);
  });
  for (const output of graph.outputs) lastUse.set(ownerOf(output), Number.POSITIVE_INFINITY);
  let live = 0;
  let most = 0;
  graph.nodes.forEach((node, index) => {
    const made = node.outputs.filter((output) => ownerOf(output) === output);
    live += sumBytes(made);
    most = Math.max(most, live + bodyBytes(node));
    const dying = new Set(
      [...node.inputs, ...node.outputs].flatMap((tensor) => (tensor ? [ownerOf(tensor)] : [])),
    );
    for (const tensor of dying) {
      const isDead = (lastUse.get(tensor) ?? -1) <= index;
      if (isDead && tensor.origin.kind === 'node') live -= tensor.byteLength;
    }
  });
  return most;
}

/** What the body of a loop has alive inside one step. */
function bodyBytes({ attributes }: Node): number {
  const bodies = Object.values(attributes).filter(
    (value): value is Graph => typeof value === 'object' && value !== null && 'nodes' in value,
  );
  return Math.max(0, ...bodies.map(liveBytes));
}
