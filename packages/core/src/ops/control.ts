/**
 * Loops inside a graph. A body is a graph of its own; what it reads from outside is passed in explicitly behind the
 * operator's own inputs (`captures` counts them) and becomes an outer-scope name only when the graph is encoded.
 */
import { ArgumentError, knownOptions, ShapeError } from '@noosphere/base';
import {
  apply,
  defineOperator,
  type GradientContext,
  type Graph,
  type Inputs,
  makeGraph,
  type Node,
  placeholder,
  pullback,
  sortNodes,
  type Tensor,
} from '../graph/index.js';
import { type Dim, formatShape, isFloat, sameShape } from '../shape/index.js';
import { add } from './arithmetic.js';
import { zerosLike } from './joining.js';

const scanSchema = {
  body: 'graph',
  num_scan_inputs: 'int',
  scan_input_directions: 'ints?',
  scan_output_directions: 'ints?',
  scan_input_axes: 'ints?',
  scan_output_axes: 'ints?',
  captures: 'int',
} as const;

export interface ScanAttributes {
  readonly body: Graph;
  readonly num_scan_inputs: number;
  readonly scan_input_directions: readonly number[] | undefined;
  readonly scan_output_directions: readonly number[] | undefined;
  readonly scan_input_axes?: readonly number[] | undefined;
  readonly scan_output_axes?: readonly number[] | undefined;
  readonly captures: number;
}

/** A scan's inputs by their roles. */
export function scanParts(inputs: Inputs, { num_scan_inputs: sequences, captures }: ScanAttributes) {
  const states = inputs.length - captures - sequences;
  return {
    states: inputs.slice(0, states) as Tensor[],
    sequences: inputs.slice(states, states + sequences) as Tensor[],
    captured: inputs.slice(states + sequences) as Tensor[],
  };
}

export const Scan = defineOperator({
  name: 'Scan',
  opset: 21,
  attributes: scanSchema,
  defaults: { captures: 0 },
  allOutputs: true,
  infer: ({ inputs, attributes }) => {
    const { states, sequences } = scanParts(inputs, attributes);
    const length = sequences[0]?.shape[attributes.scan_input_axes?.[0] ?? 0] ?? 0;
    return attributes.body.outputs.map((output, index) => {
      if (index < states.length) return { dtype: output.dtype, shape: output.shape };
      const axis = attributes.scan_output_axes?.[index - states.length] ?? 0;
      const shape: Dim[] = [...output.shape];
      shape.splice(axis < 0 ? axis + output.rank + 1 : axis, 0, length);
      return { dtype: output.dtype, shape };
    });
  },
  gradient: (context) => scanGradient(context),
  flops: ({ inputs, attributes }) => {
    const length = Number(scanParts(inputs, attributes).sequences[0]?.shape[0] ?? 0);
    return (
      length * attributes.body.nodes.reduce((total, node) => total + node.operator.flops(node as never), 0)
    );
  },
  doc: 'A loop over time: state and one slice of each sequence go in, state and slices come out. Gradient: a scan backwards through the body.',
});

/**
 * The gradient of a scan: a scan the other way. A step recomputes the body from the state it began with, pulls the
 * gradients of its results back, and adds what falls to captured tensors to a running sum.
 */
function scanGradient({
  inputs,
  outputs,
  outputGradients,
  attributes,
}: GradientContext<ScanAttributes>): Inputs {
  const { body } = attributes;
  const { states, sequences, captured } = scanParts(inputs, attributes);
  const history = stateHistory(inputs, outputs, attributes);
  const floatStates = states.filter((tensor) => isFloat(tensor.dtype));
  const floatCaptured = captured.filter((tensor) => isFloat(tensor.dtype));
  const collected = outputs.slice(states.length);
  const given = collected.map((_, index) => outputGradients[states.length + index]);
  const like = (name: string) => (tensor: Tensor, index: number) =>
    placeholder(`${name}_${index}`, tensor.dtype, tensor.shape);
  const sliceLike = (name: string) => (tensor: Tensor, index: number) =>
    placeholder(`${name}_${index}`, tensor.dtype, tensor.shape.slice(1));

  const stateGradients = floatStates.map(like('state_gradient'));
  const capturedSums = floatCaptured.map(like('captured_gradient'));
  const stateSlices = history.map(sliceLike('state'));
  const inputSlices = sequences.map(sliceLike('slice'));
  const presentGradients = given.filter((gradient) => gradient !== undefined);
  const gradientSlices = presentGradients.map(sliceLike('output_gradient'));
  const capturedInputs = captured.map(like('captured'));

  const results = inlineGraph(body, [...stateSlices, ...inputSlices, ...capturedInputs]);
  const nextSlice = gradientSlices.values();
  const nextState = stateGradients.values();
  const seeds = [
    ...states.map((tensor) => (isFloat(tensor.dtype) ? nextState.next().value : undefined)),
    ...given.map((gradient) => (gradient ? nextSlice.next().value : undefined)),
  ];
  const sources = [...stateSlices, ...inputSlices, ...capturedInputs].filter((tensor) =>
    isFloat(tensor.dtype),
  );
  const pulled = pullback(results, seeds, sources, add).map(
    (gradient, index) => gradient ?? zerosLike(sources[index] as Tensor),
  );
  const newStates = pulled.slice(0, floatStates.length);
  const inputGradients = pulled.slice(floatStates.length, pulled.length - floatCaptured.length);
  const newSums = capturedSums.map((total, index) =>
    add(total, pulled[pulled.length - floatCaptured.length + index] as Tensor),
  );

  const { graph, captured: more } = closeBody(
    'scan gradient',
    [
      ...stateGradients,
      ...capturedSums,
      ...stateSlices,
      ...inputSlices,
      ...gradientSlices,
      ...capturedInputs,
    ],
    [...newStates, ...newSums, ...inputGradients],
  );
  const walked = [...history, ...sequences, ...presentGradients];
  const direction = 1 - (attributes.scan_input_directions?.[0] ?? 0);
  const startStates = states.flatMap((tensor, index) =>
    isFloat(tensor.dtype) ? [outputGradients[index] ?? zerosLike(tensor)] : [],
  );
  const backward = apply(
    Scan,
    [...startStates, ...floatCaptured.map(zerosLike), ...walked, ...captured, ...more],
    {
      body: graph,
      num_scan_inputs: walked.length,
      scan_input_directions: walked.map(() => direction),
      scan_output_directions: inputGradients.map(() => direction),
      scan_input_axes: undefined,
      scan_output_axes: undefined,
      captures: captured.length + more.length,
    },
  );
  const forStates = backward.slice(0, floatStates.length).values();
  const forCaptured = backward.slice(floatStates.length, floatStates.length + floatCaptured.length).values();
  const forSequences = backward.slice(floatStates.length + floatCaptured.length).values();
  return [
    ...states.map((tensor) => (isFloat(tensor.dtype) ? forStates.next().value : undefined)),
    ...sequences.map((tensor) => (isFloat(tensor.dtype) ? forSequences.next().value : undefined)),
    ...captured.map((tensor) => (isFloat(tensor.dtype) ? forCaptured.next().value : undefined)),
  ];
}

/** The state before each step: collected already by `scan`, or by running the loop once more with that added. */
function stateHistory(inputs: Inputs, outputs: readonly Tensor[], attributes: ScanAttributes): Tensor[] {
  const { body } = attributes;
  const { states, sequences, captured } = scanParts(inputs, attributes);
  const count = states.length;
  const last = body.outputs.slice(-count);
  const collects =
    body.outputs.length >= 2 * count && last.every((tensor, index) => tensor === body.inputs[index]);
  if (collects) return outputs.slice(-count);
  const stateInputs = body.inputs.slice(0, count);
  const direction = attributes.scan_input_directions?.[0] ?? 0;
  const graph = makeGraph('scan history', body.inputs, [...body.outputs.slice(0, count), ...stateInputs]);
  return apply(Scan, [...states, ...sequences, ...captured], {
    body: graph,
    num_scan_inputs: sequences.length,
    scan_input_directions: attributes.scan_input_directions,
    scan_output_directions: stateInputs.map(() => direction),
    scan_input_axes: undefined,
    scan_output_axes: undefined,
    captures: attributes.captures,
  }).slice(count);
}

/** One step of a scan: receives state and the slices of one time, returns the next state and slices to collect. */
export type ScanBody<S extends readonly Tensor[], Q extends readonly Tensor[]> = (
  state: { readonly [K in keyof S]: Tensor },
  slices: { readonly [K in keyof Q]: Tensor },
) => ScanStep;

/** What a step of a scan returns. */
export interface ScanStep {
  readonly state: readonly Tensor[];
  readonly outputs?: readonly Tensor[];
}

export interface ScanOptions<S extends readonly Tensor[], Q extends readonly Tensor[]> {
  /** The state before the first step. */
  readonly state: S;
  /** Read slice by slice along axis 0; all of one length. */
  readonly sequences: Q;
  /** Walk from the last slice to the first; collected outputs stay in the order of time. @default false */
  readonly reverse?: boolean;
}

/**
 * A loop over time inside the graph, with a gradient: its length does not change the graph's size.
 * @example
 * const running = scan(([total], [x]) => ({ state: [add(total, x)], outputs: [add(total, x)] }), {
 *   state: [scalar('float32', 0)],
 *   sequences: [tensor([1, 2, 3])],
 * });
 * console.log(await running.outputs[0].array()); // → [ 1, 3, 6 ]
 */
export function scan<const S extends readonly Tensor[], const Q extends readonly Tensor[]>(
  body: ScanBody<S, Q>,
  options: ScanOptions<S, Q>,
): { state: { [K in keyof S]: Tensor }; outputs: Tensor[] } {
  const { state, sequences, reverse = false } = knownOptions('scan', options, 'state sequences reverse');
  checkSequences(sequences);
  const stateInputs = state.map((each, index) => placeholder(`state_${index}`, each.dtype, each.shape));
  const sliceInputs = sequences.map((each, index) =>
    placeholder(`slice_${index}`, each.dtype, each.shape.slice(1)),
  );
  // One placeholder for each state and sequence, which the tuple types cannot follow through map().
  const result = body(stateInputs as never, sliceInputs as never);
  checkState(state, result.state);
  // The state before each step is collected too: the gradient reads it; where nobody does, the collecting is dropped.
  const collected = [...(result.outputs ?? []), ...stateInputs];
  const { graph, captured } = closeBody(
    'scan body',
    [...stateInputs, ...sliceInputs],
    [...result.state, ...collected],
  );
  const direction = reverse ? 1 : 0;
  const outputs = apply(Scan, [...state, ...sequences, ...captured], {
    body: graph,
    num_scan_inputs: sequences.length,
    scan_input_directions: sequences.map(() => direction),
    scan_output_directions: collected.map(() => direction),
    scan_input_axes: undefined,
    scan_output_axes: undefined,
    captures: captured.length,
  });
  return {
    state: outputs.slice(0, state.length) as { [K in keyof S]: Tensor },
    outputs: outputs.slice(state.length, outputs.length - state.length),
  };
}

function checkSequences(sequences: readonly Tensor[]): void {
  const length = sequences[0]?.shape[0];
  if (length === undefined) {
    throw new ArgumentError('scan', 'needs at least one sequence with a time axis to walk along; got none');
  }
  for (const each of sequences) {
    if (each.shape[0] !== length) {
      throw new ShapeError(
        'scan',
        `sequences must have one length, got ${sequences.map((sequence) => formatShape(sequence.shape)).join(' and ')}`,
      );
    }
  }
}

function checkState(before: readonly Tensor[], after: readonly Tensor[]): void {
  const fits =
    before.length === after.length &&
    before.every(
      (each, index) => each.dtype === after[index]?.dtype && sameShape(each.shape, after[index].shape),
    );
  if (!fits) {
    throw new ShapeError(
      'scan',
      `the body must return the state as it came, expected ${before.join(', ')}, got ${after.join(', ')}`,
    );
  }
}

/** Makes a body a closed graph: nodes that depend on its inputs stay inside, other tensors they read become captures. */
export function closeBody(
  name: string,
  inputs: readonly Tensor[],
  outputs: readonly Tensor[],
): { graph: Graph; captured: Tensor[] } {
  const inside = dependents(inputs, outputs);
  const replaced = new Map<Tensor, Tensor>();
  const captured: Tensor[] = [];
  const inner = (tensor: Tensor): Tensor => {
    if (inputs.includes(tensor) || tensor.origin.kind === 'data') return tensor;
    if (tensor.origin.kind === 'node' && inside.has(tensor.origin.node))
      return replaced.get(tensor) ?? tensor;
    let entry = replaced.get(tensor);
    if (!entry) {
      entry = placeholder(`captured_${captured.length}`, tensor.dtype, tensor.shape);
      captured.push(tensor);
      replaced.set(tensor, entry);
    }
    return entry;
  };
  for (const node of sortNodes(outputs)) {
    if (inside.has(node)) rebuildInto(node, inner, replaced);
  }
  const ends = outputs.map(inner);
  const entries = captured.map((tensor) => replaced.get(tensor) as Tensor);
  return { graph: makeGraph(name, [...inputs, ...entries], ends), captured };
}

/** Copies a node onto mapped inputs and records its outputs in the map. */
function rebuildInto(node: Node, map: (tensor: Tensor) => Tensor, into: Map<Tensor, Tensor>): void {
  const copies = apply(
    node.operator,
    node.inputs.map((input) => input && map(input)),
    node.attributes as never,
  );
  node.outputs.forEach((output, index) => {
    into.set(output, copies[index] as Tensor);
  });
}

/** Nodes on the way to `outputs` that depend on any of `inputs`. */
function dependents(inputs: readonly Tensor[], outputs: readonly Tensor[]): Set<Node> {
  const reached = new Set<Tensor>(inputs);
  const nodes = new Set<Node>();
  for (const node of sortNodes(outputs)) {
    if (!node.inputs.some((input) => input && reached.has(input))) continue;
    nodes.add(node);
    for (const output of node.outputs) reached.add(output);
  }
  return nodes;
}

/** Rebuilds a graph's outputs on other tensors in place of its inputs. */
export function inlineGraph(graph: Graph, inputs: readonly Tensor[]): Tensor[] {
  const map = new Map<Tensor, Tensor>();
  graph.inputs.forEach((input, index) => {
    map.set(input, inputs[index] as Tensor);
  });
  const mapped = (tensor: Tensor) => map.get(tensor) ?? tensor;
  for (const node of graph.nodes) rebuildInto(node, mapped, map);
  return graph.outputs.map(mapped);
}
