/** Takes out of scans what nobody reads: slices collected for a gradient that was never asked for, and inputs only they needed. */
import { apply, copyNode, type Graph, makeGraph, type Node, type Tensor } from '../graph/index.js';
import { Scan, type ScanAttributes, scanParts } from './control.js';

/** A scan without its unread parts; `kept` are the outputs that stay, by their old positions. */
interface PrunedScan {
  readonly inputs: readonly Tensor[];
  readonly attributes: ScanAttributes;
  readonly kept: readonly number[];
}

/** The graph with every scan cut down to what is read, those inside the bodies of other scans too. */
export function pruneScans(graph: Graph): Graph {
  const live = new Set<Tensor>(graph.outputs);
  const plans = new Map<Node, PrunedScan>();
  for (const node of [...graph.nodes].reverse()) {
    if (!node.outputs.some((output) => live.has(output))) continue;
    const plan = node.operator.name === 'Scan' ? prunedScan(node, live) : undefined;
    if (plan) plans.set(node, plan);
    for (const input of plan?.inputs ?? node.inputs) if (input) live.add(input);
  }
  return plans.size === 0 ? graph : rebuild(graph, plans);
}

function rebuild(graph: Graph, plans: ReadonlyMap<Node, PrunedScan>): Graph {
  const replaced = new Map<Tensor, Tensor>();
  const mapped = (tensor: Tensor) => replaced.get(tensor) ?? tensor;
  for (const node of graph.nodes) {
    const plan = plans.get(node);
    const inputs = (plan?.inputs ?? node.inputs).map((input) => input && mapped(input));
    if (plan) {
      const outputs = apply(Scan, inputs, {
        ...plan.attributes,
        scan_input_axes: undefined,
        scan_output_axes: undefined,
      });
      plan.kept.forEach((position, index) => {
        replaced.set(node.outputs[position] as Tensor, outputs[index] as Tensor);
      });
    } else if (inputs.some((input, index) => input !== node.inputs[index])) {
      const { outputs } = copyNode(node, inputs);
      node.outputs.forEach((output, index) => {
        replaced.set(output, outputs[index] as Tensor);
      });
    }
  }
  return makeGraph(graph.name, graph.inputs, graph.outputs.map(mapped), graph.outputNames);
}

/** What is left of a scan; `undefined` where all of it is read, or its axes are not the plain ones. */
function prunedScan(node: Node, live: ReadonlySet<Tensor>): PrunedScan | undefined {
  // The record's own attributes: apply() checked them.
  const attributes = node.attributes as unknown as ScanAttributes;
  const { body } = attributes;
  const isPlain = [...(attributes.scan_input_axes ?? []), ...(attributes.scan_output_axes ?? [])].every(
    (axis) => axis === 0,
  );
  if (!isPlain) return undefined;
  const { states, sequences } = scanParts(node.inputs, attributes);
  const kept = node.outputs.flatMap((output, index) =>
    index < states.length || live.has(output) ? [index] : [],
  );
  const cut = pruneScans(
    makeGraph(
      body.name,
      body.inputs,
      kept.map((index) => body.outputs[index] as Tensor),
    ),
  );
  const read = new Set<Tensor | undefined>([...cut.outputs, ...cut.nodes.flatMap((each) => each.inputs)]);
  const isRead = (index: number) => index < states.length || read.has(body.inputs[index]);
  const positions = node.inputs.map((_, index) => index);
  // One sequence must stay, whoever reads it: it tells the length.
  const walked = positions.slice(states.length, states.length + sequences.length).filter(isRead);
  if (walked.length === 0) walked.push(states.length);
  const captured = positions.slice(states.length + sequences.length).filter(isRead);
  const used = [...positions.slice(0, states.length), ...walked, ...captured];
  if (used.length === node.inputs.length && kept.length === node.outputs.length) return undefined;
  return {
    inputs: used.map((index) => node.inputs[index] as Tensor),
    kept,
    attributes: {
      ...attributes,
      body: makeGraph(
        body.name,
        used.map((index) => body.inputs[index] as Tensor),
        cut.outputs,
      ),
      num_scan_inputs: walked.length,
      scan_input_directions:
        attributes.scan_input_directions &&
        walked.map((index) => attributes.scan_input_directions?.[index - states.length] ?? 0),
      scan_output_directions:
        attributes.scan_output_directions &&
        kept
          .slice(states.length)
          .map((index) => attributes.scan_output_directions?.[index - states.length] ?? 0),
      captures: captured.length,
    },
  };
}
