/** From the CPU's graph to the native kernels': fewer passes over memory, the same values. */
import { type Graph, type RewriteRule, rewriteGraph } from '../../graph/index.js';
import { nativeConv, nativeWeightGradient } from '../../ops/native-convolution.js';
import { nativeMaxPool, nativeMaxUnpool } from '../../ops/native-pools.js';
import type { Precision } from '../../ops/native-product.js';
import { fuseElementwise } from './fuse.js';
import { nativeProducts } from './products.js';
import { nativeRecurrent } from './recurrent.js';

/** Puts the native kernels' layers and gradients into a graph, before it is lowered for the CPU. */
export function nativeLayers(graph: Graph, precision: Precision): Graph {
  return rewriteGraph(nativeRecurrent(graph, precision), [convolutions(precision)]);
}

const convolutions =
  (precision: Precision): RewriteRule =>
  (node) => {
    const key = `${node.operator.domain}.${node.operator.name}`;
    const native = { 'noosphere.ConvWeightGradient': nativeWeightGradient, '.Conv': nativeConv }[key];
    const found = native?.(node, precision);
    return found && [found];
  };

/** Puts the native kernels' operators into a graph that was lowered for the CPU. */
export function lowerForKernels(graph: Graph, precision: Precision): Graph {
  const rules = [poolsWithPositions(graph), unpools, nativeProducts(graph, precision)];
  return fuseElementwise(rewriteGraph(graph, rules));
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
