/** A node: one use of an operator. Plain data; its outputs are tensors that point back at it. */
import { ArgumentError } from '@noosphere/base';
import type { AttributeSchema, AttributesOf, Inputs, LooseAttributes, Operator } from './operator.js';
import { Tensor } from './tensor.js';

/** A place in the user's source, taken when the node was made; formatted only when someone asks. */
export interface Trace {
  readonly stack?: string | undefined;
}

export interface Node {
  readonly operator: Operator;
  readonly inputs: Inputs;
  readonly attributes: LooseAttributes;
  readonly outputs: readonly Tensor[];
  readonly trace: Trace;
}

/** What to say of a value where a tensor belongs. */
export function notTensor(value: unknown): string {
  const kind = Array.isArray(value)
    ? 'an array'
    : value === null || typeof value !== 'object'
      ? String(value)
      : 'an object';
  const isData = typeof value === 'number' || typeof value === 'boolean' || Array.isArray(value);
  return `expects a tensor, got ${kind}${isData ? '; tensor(…) makes one of it' : ''}`;
}

/** Uses an operator: infers its outputs and returns them as tensors. */
export function apply<S extends AttributeSchema>(
  operator: Operator<S>,
  inputs: Inputs,
  attributes: AttributesOf<S>,
): Tensor[] {
  const wrong = inputs.find((input) => input !== undefined && !(input instanceof Tensor));
  if (wrong !== undefined) throw new ArgumentError(operator.name, notTensor(wrong));
  const infos = operator.infer({ inputs, attributes });
  const outputs: Tensor[] = [];
  const node: Node = {
    // A record's own functions only ever see attributes of its own schema: apply() is where that is checked.
    operator: operator as unknown as Operator,
    inputs,
    attributes: attributes as LooseAttributes,
    outputs,
    trace: captureTrace(),
  };
  infos.forEach(({ dtype, shape }, index) => {
    outputs.push(new Tensor(dtype, shape, { kind: 'node', node, index }));
  });
  return outputs;
}

/** A node like another on other inputs of the same dtypes and shapes; nothing is inferred anew. */
export function copyNode(node: Node, inputs: Inputs, attributes: LooseAttributes = node.attributes): Node {
  const outputs: Tensor[] = [];
  const copy: Node = { operator: node.operator, inputs, attributes, outputs, trace: node.trace };
  node.outputs.forEach(({ dtype, shape }, index) => {
    outputs.push(new Tensor(dtype, shape, { kind: 'node', node: copy, index }));
  });
  return copy;
}

/** `apply` for operators with one output. */
export function apply1<S extends AttributeSchema>(
  operator: Operator<S>,
  inputs: Inputs,
  attributes: AttributesOf<S>,
): Tensor {
  return apply(operator, inputs, attributes)[0] as Tensor;
}

let inherited: Trace | undefined;

/** Runs `build` with every node credited to the source line of `trace`: gradients belong to the line they differentiate. */
export function withTrace<T>(trace: Trace, build: () => T): T {
  const before = inherited;
  inherited = trace;
  try {
    return build();
  } finally {
    inherited = before;
  }
}

function captureTrace(): Trace {
  if (inherited) return inherited;
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 12;
  const holder: Trace = {};
  Error.captureStackTrace(holder, captureTrace);
  Error.stackTraceLimit = limit;
  return holder;
}

/** `file.ts:12:5` of the first stack frame outside Noosphere's packages, where there is one. */
export function sourceLine(trace: Trace): string | undefined {
  const frames = (trace.stack ?? '').split('\n').slice(1);
  const frame = frames.find(
    (line) => !ownFrame.test(line) && !line.includes('(node:') && !line.includes('at node:'),
  );
  return frame?.match(/\(?((?:file:\/\/)?[^\s()]+:\d+:\d+)\)?$/)?.[1]?.replace(/^file:\/\//, '');
}

/** Frames of the library itself: installed under node_modules, or run from this workspace's sources. */
const ownFrame = /@noosphere[/\\]|packages[/\\](?:core|train)[/\\](?:src|dist)[/\\](?!.*\.test\.)/;
