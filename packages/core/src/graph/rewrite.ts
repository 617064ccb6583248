/** Rewriting graphs: one pass over the nodes that replaces some of them, and the simplifications every program gets. */
import { bytesOf, sameShape } from '../shape/index.js';
import { type Graph, makeGraph } from './graph.js';
import { copyNode, type Node, withTrace } from './node.js';
import type { AttributeValue, LooseAttributes } from './operator.js';
import { hostData, isHostTensor, Tensor } from './tensor.js';

/**
 * Gives the tensors that stand in for a node's outputs, or `undefined` to keep it. Its inputs are rewritten already;
 * `original` is the node as it stood in the graph.
 */
export type RewriteRule = (node: Node, original: Node) => readonly Tensor[] | undefined;

/** A graph with each node offered to the rules in turn; the first that answers wins. Bodies of loops are rewritten too. */
export function rewriteGraph(graph: Graph, rules: readonly RewriteRule[]): Graph {
  const replaced = new Map<Tensor, Tensor>();
  const mapped = (tensor: Tensor) => replaced.get(tensor) ?? tensor;
  for (const node of graph.nodes) {
    const current = rebuilt(node, mapped, rules);
    const substitutes = withTrace(node.trace, () => firstAnswer(rules, current, node)) ?? current.outputs;
    node.outputs.forEach((output, index) => {
      const substitute = substitutes[index];
      if (substitute && substitute !== output) replaced.set(output, substitute);
    });
  }
  return makeGraph(graph.name, graph.inputs, graph.outputs.map(mapped), graph.outputNames);
}

function firstAnswer(
  rules: readonly RewriteRule[],
  node: Node,
  original: Node,
): readonly Tensor[] | undefined {
  for (const rule of rules) {
    const answer = rule(node, original);
    if (answer) return answer;
  }
  return undefined;
}

/** The node on rewritten inputs and bodies; itself where nothing changed. */
function rebuilt(node: Node, mapped: (tensor: Tensor) => Tensor, rules: readonly RewriteRule[]): Node {
  const inputs = node.inputs.map((input) => input && mapped(input));
  const changed = inputs.some((input, index) => input !== node.inputs[index]);
  const bodies = Object.entries(node.attributes).filter(([, value]) => isGraph(value));
  if (bodies.length === 0) return changed ? copyNode(node, inputs) : node;
  const attributes = { ...node.attributes };
  for (const [key, body] of bodies) attributes[key] = rewriteGraph(body as Graph, rules);
  return copyNode(node, inputs, attributes);
}

export function isGraph(value: AttributeValue | undefined): value is Graph {
  return typeof value === 'object' && value !== null && 'nodes' in value;
}

/** Barriers and identities pass their input on; reshapes to the same shape and transposes that change nothing go. */
export const dropPassThrough: RewriteRule = ({ operator, inputs, outputs, attributes }) => {
  const [x] = inputs;
  switch (operator.name) {
    case 'Barrier':
      return inputs.slice(0, outputs.length) as Tensor[];
    case 'Identity':
      return x && [x];
    case 'Reshape':
    case 'Expand':
      return x && sameShape(x.shape, outputs[0]?.shape ?? [])
        ? [x]
        : reshapeOfReshape(operator.name, inputs, outputs);
    case 'Transpose': {
      const permutation = attributes.perm as readonly number[] | undefined;
      return x && permutation?.every((axis, position) => axis === position) ? [x] : undefined;
    }
    default:
      return undefined;
  }
};

/** A reshape of a reshape needs only the last, where its shape is a constant. */
function reshapeOfReshape(
  name: string,
  inputs: Node['inputs'],
  outputs: readonly Tensor[],
): readonly Tensor[] | undefined {
  const [x, shape] = inputs;
  if (name !== 'Reshape' || x?.origin.kind !== 'node' || !shape || !isHostTensor(shape)) return undefined;
  const { node } = x.origin;
  if (node.operator.name !== 'Reshape' || !isFullyNumbered(shape)) return undefined;
  const [output] = outputs;
  return output?.origin.kind === 'node'
    ? copyNode(output.origin.node, [node.inputs[0], shape]).outputs
    : undefined;
}

/** No 0 or -1, whose meaning depends on what they are applied to. */
function isFullyNumbered(shape: Tensor): boolean {
  return isHostTensor(shape) && Array.from(hostData(shape), Number).every((dim) => dim > 0);
}

/** Operators that give something of its own at each use. */
const oneOfAKind: ReadonlySet<string> = new Set([
  'Barrier',
  'Dropout',
  'RandomNormalLike',
  'RandomUniformLike',
]);

/** Answers a node with an equal one seen before: same operator, inputs and attributes. Use a new one for each graph. */
export function commonNodes(): RewriteRule {
  const ids = new Map<Tensor, string>();
  const seen = new Map<string, Node>();
  const idOf = (tensor: Tensor | undefined): string => {
    if (!tensor) return '-';
    let id = ids.get(tensor);
    if (id === undefined) {
      id = constantKey(tensor) ?? `t${ids.size}`;
      ids.set(tensor, id);
    }
    return id;
  };
  return (node) => {
    if (oneOfAKind.has(node.operator.name) || Object.values(node.attributes).some(isGraph)) return undefined;
    const key = `${node.operator.domain}.${node.operator.name}(${node.inputs.map(idOf).join(',')})${attributesKey(node.attributes)}`;
    const equal = seen.get(key);
    if (equal) return equal.outputs;
    seen.set(key, node);
    return undefined;
  };
}

const largeTensorIds = new WeakMap<Tensor, number>();
let nextTensorId = 0;

/** A text that is equal only for equal attributes without bodies. */
export function attributesKey(attributes: LooseAttributes): string {
  return JSON.stringify(attributes, (_, value: unknown) => {
    if (!(value instanceof Tensor)) return value;
    const key = constantKey(value);
    if (key !== undefined) return key;
    const id = largeTensorIds.get(value) ?? nextTensorId++;
    largeTensorIds.set(value, id);
    return `tensor ${id}`;
  });
}

/** A key for small constants, equal for equal values. */
export function constantKey(tensor: Tensor): string | undefined {
  if (!isHostTensor(tensor) || tensor.byteLength > 256) return undefined;
  return `${tensor.dtype}[${tensor.shape.join(',')}]${Buffer.from(bytesOf(hostData(tensor))).toString('base64')}`;
}
