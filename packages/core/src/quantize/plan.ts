/** Which nodes of a graph can be computed with integers, and which of their inputs are weights. */
import { type Graph, type HostTensor, isHostTensor, type Node, type Tensor } from '../graph/index.js';

/** A node whose product can run on int8. */
export interface QuantizableNode {
  readonly node: Node;
  readonly activation: Tensor;
  readonly weights: HostTensor<'float32'>;
  /** Axis of the weights' output channels. */
  readonly axis: number;
}

/** Weights below this stay as they are: what they would save does not pay for the nodes. */
const leastWeights = 64;

/** The nodes of a graph with constant float32 weights. @param excluded Operators, or names of weights, that stay floats. */
export function quantizableNodes(
  graph: Graph,
  isExcluded: (node: Node) => boolean,
): Map<Node, QuantizableNode> {
  const found = new Map<Node, QuantizableNode>();
  for (const node of graph.nodes) {
    const [activation, weights] = node.inputs;
    if (!activation || !weights || isExcluded(node) || !isFloatConstant(weights)) continue;
    if (isHostTensor(activation) || activation.dtype !== 'float32' || weights.size < leastWeights) continue;
    const axis = channelAxis(node, weights);
    if (axis !== undefined) found.set(node, { node, activation, weights, axis });
  }
  return found;
}

/** The axis of output channels; undefined for nodes that are no products with weights. */
function channelAxis({ operator, attributes }: Node, weights: HostTensor): number | undefined {
  switch (operator.name) {
    case 'Conv':
      return 0;
    case 'MatMul':
      return weights.rank === 2 ? 1 : undefined;
    case 'Gemm': {
      const isPlain = !attributes.transA && (attributes.alpha ?? 1) === 1 && (attributes.beta ?? 1) === 1;
      return isPlain ? (attributes.transB ? 0 : 1) : undefined;
    }
    default:
      return undefined;
  }
}

export function isFloatConstant(tensor: Tensor | undefined): tensor is HostTensor<'float32'> {
  return tensor !== undefined && isHostTensor(tensor) && tensor.dtype === 'float32';
}

/** Tensors read by exactly one node, with that node. */
export function onlyReaders(graph: Graph): Map<Tensor, Node> {
  const readers = new Map<Tensor, Node | undefined>();
  for (const node of graph.nodes)
    for (const input of new Set(node.inputs))
      if (input) readers.set(input, readers.has(input) ? undefined : node);
  for (const output of graph.outputs) readers.set(output, undefined);
  return new Map([...readers].filter((entry): entry is [Tensor, Node] => entry[1] !== undefined));
}

/** Where a node's result is quantised: behind the ReLU that alone reads it, which the runtime then takes into the product. */
export function quantizedOutput(node: Node, readers: ReadonlyMap<Tensor, Node>): Tensor {
  const [output] = node.outputs as [Tensor];
  const reader = readers.get(output);
  const [behind] = reader?.outputs ?? [];
  return reader?.operator.name === 'Relu' && behind ? behind : output;
}
