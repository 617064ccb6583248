/** Reverse-mode differentiation of a graph: graph in, graph out, each operator by its own rule. */
import { GraphError } from '@noosphere/base';
import { isFloat } from '../shape/index.js';
import { sortNodes } from './graph.js';
import { type Node, withTrace } from './node.js';
import type { Inputs } from './operator.js';
import type { Tensor } from './tensor.js';

/**
 * d(Σ seeds · outputs)/d(wrt), as new places in the graph; `undefined` where an output does not depend on a tensor.
 * @param add Sums two gradients that meet at one tensor.
 */
export function pullback(
  outputs: readonly Tensor[],
  seeds: Inputs,
  wrt: readonly Tensor[],
  add: (a: Tensor, b: Tensor) => Tensor,
): (Tensor | undefined)[] {
  const sources = new Set(wrt);
  const nodes = sortNodes(outputs, sources);
  const active = activeTensors(nodes, sources);
  const gradients = new Map<Tensor, Tensor>();
  const accumulate = (tensor: Tensor | undefined, gradient: Tensor | undefined) => {
    if (!tensor || !gradient || !active.has(tensor)) return;
    const before = gradients.get(tensor);
    gradients.set(tensor, before ? add(before, gradient) : gradient);
  };
  outputs.forEach((output, index) => {
    accumulate(output, seeds[index]);
  });
  for (const node of nodes.reverse()) {
    const incoming = node.outputs.map((output) => gradients.get(output));
    if (!node.outputs.some((output) => active.has(output)) || incoming.every((gradient) => !gradient))
      continue;
    const results = withTrace(node.trace, () => differentiate(node, incoming));
    node.inputs.forEach((input, index) => {
      accumulate(input, results[index]);
    });
  }
  return wrt.map((tensor) => gradients.get(tensor));
}

function differentiate(node: Node, outputGradients: Inputs): Inputs {
  const { operator, inputs, outputs, attributes } = node;
  if (typeof operator.gradient !== 'function') {
    throw new GraphError(
      'gradient',
      `${operator.name} cannot be differentiated: ${operator.gradient.reason}; use stopGradient or customGradient around it`,
    );
  }
  // The record's rule reads the attributes of its own schema: apply() checked them.
  return operator.gradient({ inputs, outputs, outputGradients, attributes: attributes as never });
}

/** Float tensors that depend on any source: gradients flow only there. */
function activeTensors(nodes: readonly Node[], sources: ReadonlySet<Tensor>): Set<Tensor> {
  const active = new Set(sources);
  for (const node of nodes) {
    if (!node.inputs.some((input) => input && active.has(input))) continue;
    for (const output of node.outputs) if (isFloat(output.dtype)) active.add(output);
  }
  return active;
}
