/** A graph: named inputs, outputs, and the nodes between them in an order that can run. Plain data. */
import { GraphError } from '@noosphere/base';
import type { Node } from './node.js';
import type { Tensor } from './tensor.js';

export interface Graph {
  readonly name: string;
  readonly inputs: readonly Tensor[];
  readonly outputs: readonly Tensor[];
  readonly outputNames: readonly string[];
  /** Every node that the outputs need, each after the nodes it reads. */
  readonly nodes: readonly Node[];
}

/** The name of a graph input. */
export function inputName(tensor: Tensor): string {
  if (tensor.origin.kind !== 'input') throw new GraphError('inputName', `expects an input, got ${tensor}`);
  return tensor.origin.name;
}

/** Collects the nodes between inputs and outputs. A placeholder that is not among the inputs is an error. */
export function makeGraph(
  name: string,
  inputs: readonly Tensor[],
  outputs: readonly Tensor[],
  outputNames: readonly string[] = outputs.map((_, index) => `output_${index}`),
): Graph {
  const known = new Set(inputs);
  const nodes = sortNodes(outputs, known);
  for (const tensor of freeInputs(nodes, outputs)) {
    if (!known.has(tensor)) {
      throw new GraphError(
        name,
        `uses the placeholder '${inputName(tensor)}' of another trace; pass tensors into the function as arguments`,
      );
    }
  }
  return { name, inputs, outputs, outputNames, nodes };
}

/** Nodes that the tensors need, in a depth-first order that respects their inputs; stops at `boundary`. */
export function sortNodes(outputs: readonly Tensor[], boundary: ReadonlySet<Tensor> = new Set()): Node[] {
  const sorted: Node[] = [];
  const seen = new Set<Node>();
  // Explicit stack: a long recurrence would overflow the call stack.
  const stack: { node: Node; next: number }[] = [];
  const visit = (tensor: Tensor | undefined) => {
    if (tensor?.origin.kind !== 'node' || boundary.has(tensor)) return;
    const { node } = tensor.origin;
    if (!seen.has(node)) {
      seen.add(node);
      stack.push({ node, next: 0 });
    }
  };
  for (const output of outputs) {
    visit(output);
    for (let top = stack.at(-1); top; top = stack.at(-1)) {
      if (top.next < top.node.inputs.length) visit(top.node.inputs[top.next++]);
      else {
        sorted.push(top.node);
        stack.pop();
      }
    }
  }
  return sorted;
}

/** Placeholders that nodes or outputs read. */
export function freeInputs(nodes: readonly Node[], outputs: readonly Tensor[]): Set<Tensor> {
  const found = new Set<Tensor>();
  const add = (tensor: Tensor | undefined) => {
    if (tensor?.origin.kind === 'input') found.add(tensor);
  };
  for (const node of nodes) node.inputs.forEach(add);
  outputs.forEach(add);
  return found;
}
