/** From the CPU's graph to the native kernels': fewer passes over memory, the same values. */
import { type Graph, type RewriteRule, rewriteGraph } from '../../graph/index.js';
import { nativeMaxPool, nativeMaxUnpool } from '../../ops/native-pools.js';
import { fuseElementwise } from './fuse.js';

/** Puts the native kernels' operators into a graph that was lowered for the CPU. */
export function lowerForKernels(graph: Graph): Graph {
  return fuseElementwise(rewriteGraph(graph, [poolsWithPositions(graph), unpools]));
}

/** Pools whose positions someone reads: without them the runtime's own kernel is as fast. */
function poolsWithPositions(graph: Graph): RewriteRule {
  const read = new Set([...graph.outputs, ...graph.nodes.flatMap(({ inputs }) => inputs)]);
  return (node, original) =>
    node.operator.name === 'MaxPool' && node.operator.domain === '' && read.has(original.outputs[1])
      ? nativeMaxPool(node)
      : undefined;
}

const unpools: RewriteRule = (node) =>
  node.operator.name === 'MaxUnpool' && node.operator.domain === '' ? nativeMaxUnpool(node) : undefined;
