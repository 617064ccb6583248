/** Puts fused nodes in the place of chains of elementwise ones. The standard graph gives the same values. */
import {
  apply,
  copyNode,
  type Graph,
  isGraph,
  makeGraph,
  type Node,
  type Tensor,
  withTrace,
} from '../../graph/index.js';
import { Fused } from '../../ops/fused.js';
import { cast } from '../../ops/index.js';
import { stepOf } from './elementwise.js';
import { encodeGroup } from './encode-group.js';
import { groupNodes } from './groups.js';

/** Nodes that are rebuilt together: those of a group, or one alone. */
interface Unit {
  readonly nodes: readonly Node[];
  readonly isGroup: boolean;
}

/** The graph with its chains fused, in the bodies of its loops too. */
export function fuseElementwise(graph: Graph): Graph {
  const unitOf = new Map<Node, Unit>();
  for (const nodes of groupNodes(graph)) {
    const unit = { nodes, isGroup: true };
    for (const node of nodes) unitOf.set(node, unit);
  }
  for (const node of graph.nodes) if (!unitOf.has(node)) unitOf.set(node, { nodes: [node], isGroup: false });
  const wanted = tensorsAcross(graph, unitOf);
  const replaced = new Map<Tensor, Tensor>();
  const mapped = (tensor: Tensor) => replaced.get(tensor) ?? tensor;
  for (const unit of inOrder(graph, unitOf)) {
    const [first] = unit.nodes as [Node];
    const results = unit.isGroup
      ? withTrace(first.trace, () => fused(unit.nodes, wanted, mapped))
      : rebuilt(first, mapped);
    for (const [tensor, result] of results) if (tensor !== result) replaced.set(tensor, result);
  }
  return makeGraph(graph.name, graph.inputs, graph.outputs.map(mapped), graph.outputNames);
}

/** Tensors that a unit makes for others, or for the graph. */
function tensorsAcross(graph: Graph, unitOf: ReadonlyMap<Node, Unit>): Set<Tensor> {
  const wanted = new Set(graph.outputs);
  for (const node of graph.nodes) {
    for (const input of node.inputs) {
      if (input?.origin.kind === 'node' && unitOf.get(input.origin.node) !== unitOf.get(node))
        wanted.add(input);
    }
  }
  return wanted;
}

/** Each unit behind those that it reads. */
function inOrder(graph: Graph, unitOf: ReadonlyMap<Node, Unit>): Unit[] {
  const sorted: Unit[] = [];
  const seen = new Set<Unit>();
  // Explicit stack: a long recurrence would overflow the call stack.
  const stack: { unit: Unit; waiting: Node[] }[] = [];
  const visit = (node: Node) => {
    const unit = unitOf.get(node);
    if (!unit || seen.has(unit)) return;
    seen.add(unit);
    const producers = unit.nodes.flatMap(({ inputs }) =>
      inputs.flatMap((input) => (input?.origin.kind === 'node' ? [input.origin.node] : [])),
    );
    stack.push({ unit, waiting: producers.reverse() });
  };
  for (const node of graph.nodes) {
    visit(node);
    for (let top = stack.at(-1); top; top = stack.at(-1)) {
      const next = top.waiting.pop();
      if (next) visit(next);
      else {
        sorted.push(top.unit);
        stack.pop();
      }
    }
  }
  return sorted;
}

type Results = readonly (readonly [Tensor, Tensor])[];

function rebuilt(node: Node, mapped: (tensor: Tensor) => Tensor): Results {
  const inputs = node.inputs.map((input) => input && mapped(input));
  const bodies = Object.entries(node.attributes).filter(([, value]) => isGraph(value));
  const attributes = { ...node.attributes };
  for (const [key, body] of bodies) attributes[key] = fuseElementwise(body as Graph);
  const isSame = bodies.length === 0 && inputs.every((input, index) => input === node.inputs[index]);
  const { outputs } = isSame ? node : copyNode(node, inputs, attributes);
  return node.outputs.map((output, index) => [output, outputs[index] as Tensor]);
}

function fused(
  nodes: readonly Node[],
  wanted: ReadonlySet<Tensor>,
  mapped: (tensor: Tensor) => Tensor,
): Results {
  const outputs = nodes.flatMap((node) => node.outputs).filter((output) => wanted.has(output));
  const steps = nodes.map((node) => {
    const step = stepOf(node);
    return { code: step?.code ?? 'Identity', inputs: step?.inputs ?? [], output: node.outputs[0] as Tensor };
  });
  const { inputs, attributes } = encodeGroup(steps, outputs);
  const made = apply(Fused, inputs.map(mapped), attributes);
  // Comparisons are 0 and 1 inside the kernel.
  return outputs.map((output, index) => {
    const result = made[index] as Tensor;
    return [output, output.dtype === 'bool' ? cast(result, 'bool') : result];
  });
}
