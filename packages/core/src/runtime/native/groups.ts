/** Which nodes run in one pass: chains over one shape, none of whose inputs waits for one of them. */
import type { Graph, Node, Tensor } from '../../graph/index.js';
import { sameShape } from '../../shape/index.js';
import { constantOf, stepOf } from './elementwise.js';
import { rowLayout } from './row-layout.js';

/** A kernel with more inputs would keep more rows than its cache holds. */
const mostInputs = 24;
const mostNodes = 48;
/** Shorter rows cost more for their bookkeeping than the pass saves. */
const leastWidth = 32;

/** Nodes that become one, in the graph's order. */
class Group {
  nodes: readonly Node[];
  readonly shape: readonly number[];

  constructor(node: Node) {
    this.nodes = [node];
    this.shape = node.outputs[0]?.shape as readonly number[];
  }
}

/** The groups of two nodes or more. */
export function groupNodes(graph: Graph): (readonly Node[])[] {
  const places = new Map(graph.nodes.map((node, place) => [node, place]));
  const groups = new Map<Node, Group>();
  for (const node of graph.nodes) {
    const step = stepOf(node);
    if (!step || !hasLongRows([node], node.outputs[0]?.shape as readonly number[])) continue;
    const own = new Group(node);
    groups.set(node, own);
    for (const input of step.inputs) {
      const other = input.origin.kind === 'node' ? groups.get(input.origin.node) : undefined;
      const current = groups.get(node) as Group;
      if (!other || other === current || !sameShape(other.shape, current.shape)) continue;
      const joined = [...other.nodes, ...current.nodes].sort(
        (a, b) => (places.get(a) ?? 0) - (places.get(b) ?? 0),
      );
      if (!fits(joined, current.shape) || waitsForItself(joined, groups, places)) continue;
      other.nodes = joined;
      for (const each of current.nodes) groups.set(each, other);
    }
  }
  const found = [...new Set(groups.values())].map(({ nodes }) => nodes);
  return found.filter((nodes) => nodes.length > 1 && inputsOf(nodes).length > 0);
}

function fits(nodes: readonly Node[], shape: readonly number[]): boolean {
  if (nodes.length > mostNodes || inputsOf(nodes).length > mostInputs) return false;
  return hasLongRows(nodes, shape);
}

/** What the nodes read and do not make themselves, constants of one element left out. */
export function inputsOf(nodes: readonly Node[]): Tensor[] {
  const own = new Set(nodes.flatMap(({ outputs }) => outputs));
  const read = nodes.flatMap((node) => stepOf(node)?.inputs ?? []);
  return [...new Set(read)].filter((input) => !own.has(input) && constantOf(input) === undefined);
}

function hasLongRows(nodes: readonly Node[], shape: readonly number[]): boolean {
  const { outer, width } = rowLayout(
    shape,
    inputsOf(nodes).map((input) => input.shape as readonly number[]),
  );
  return width >= leastWidth || outer.length === 0;
}

/** Whether an input depends on one of the nodes by way of others; a group gives nothing before all of its inputs are there. */
function waitsForItself(
  nodes: readonly Node[],
  groups: ReadonlyMap<Node, Group>,
  places: ReadonlyMap<Node, number>,
): boolean {
  const inside = new Set(nodes);
  const placeOf = (node: Node) => places.get(node) ?? 0;
  const first = Math.min(...nodes.map(placeOf));
  const seen = new Set<Node>();
  const waiting = nodes.flatMap(producersOf).filter((node) => !inside.has(node));
  for (let node = waiting.pop(); node; node = waiting.pop()) {
    if (inside.has(node)) return true;
    if (seen.has(node)) continue;
    const unit = groups.get(node)?.nodes ?? [node];
    for (const each of unit) seen.add(each);
    // What ends before the first of the nodes reads none of them.
    if (unit.every((each) => placeOf(each) < first)) continue;
    waiting.push(...unit.flatMap(producersOf));
  }
  return false;
}

function producersOf({ inputs }: Node): Node[] {
  return inputs.flatMap((input) => (input?.origin.kind === 'node' ? [input.origin.node] : []));
}
