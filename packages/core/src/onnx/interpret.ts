/** From nodes in a file to tensors: each node is brought to its present form, folded where it is a constant, and applied. */
import { FormatError, NoosphereError } from '@noosphere/base';
import {
  type AttributeValue,
  apply,
  type HostTensor,
  type Inputs,
  isHostTensor,
  type LooseAttributes,
  type Operator,
  Tensor,
} from '../graph/index.js';
import { findOperator } from '../ops/index.js';
import { isFloat } from '../shape/index.js';
import { functionKey } from './check.js';
import { composed } from './composed.js';
import { type ExternalData, hostTensor } from './decode-tensor.js';
import { foldNode } from './fold.js';
import type { OnnxAttribute, OnnxFunction, OnnxGraph, OnnxNode, OnnxTensor } from './model.js';
import { sequenceRules } from './sequences.js';
import { type Call, upgrade } from './upgrade.js';

/** Values by name, and those of the graphs around. */
export class Scope {
  readonly #values = new Map<string, Tensor>();
  readonly #sequences = new Map<string, readonly Tensor[]>();
  readonly #outer: ((name: string) => Tensor | undefined) | undefined;

  constructor(outer?: (name: string) => Tensor | undefined) {
    this.#outer = outer;
  }

  set(name: string, tensor: Tensor): void {
    this.#values.set(name, tensor);
  }

  /** Whether the name is one of this graph's own. */
  owns(name: string): boolean {
    return this.#values.has(name);
  }

  find(name: string): Tensor | undefined {
    return this.#values.get(name) ?? this.#outer?.(name);
  }

  get(name: string, place: string): Tensor {
    const found = this.find(name);
    if (found) return found;
    const what = this.#sequences.has(name)
      ? 'is a sequence; only operators on sequences take one'
      : 'has no value';
    throw new FormatError('onnx', place, `reads '${name}', which ${what}`);
  }

  setSequence(name: string, tensors: readonly Tensor[]): void {
    this.#sequences.set(name, tensors);
  }

  sequence(name: string, place: string): readonly Tensor[] {
    const found = this.#sequences.get(name);
    if (found) return found;
    throw new FormatError(
      'onnx',
      place,
      `reads '${name}', which is no sequence made in the same graph; others are not carried`,
    );
  }
}

/** Makes the results of If, Loop and Scan, whose bodies are graphs in the file. */
export type ControlRule = (
  node: OnnxNode,
  inputs: Inputs,
  scope: Scope,
  interpreter: Interpreter,
  opset: number,
) => readonly Tensor[];

export interface InterpreterOptions {
  readonly opset: number;
  readonly functions: readonly OnnxFunction[];
  readonly external: ExternalData | undefined;
  readonly control: Readonly<Record<string, ControlRule>>;
}

/** Interprets the graphs of one file, any number of times. */
export class Interpreter {
  readonly #options: InterpreterOptions;
  readonly #functions: ReadonlyMap<string, OnnxFunction>;
  /** One tensor for each in the file, so that a parameter can be told by its identity. */
  readonly #tensors = new Map<OnnxTensor, HostTensor>();
  /** Values that must stay places in the graph although their data is known: what a gradient may be asked for. */
  #kept: ReadonlySet<Tensor> = new Set();

  constructor(options: InterpreterOptions) {
    this.#options = options;
    this.#functions = new Map(options.functions.map((each) => [functionKey(each.domain, each.name), each]));
  }

  tensor(tensor: OnnxTensor): HostTensor {
    let found = this.#tensors.get(tensor);
    if (!found) {
      found = hostTensor(tensor, this.#options.external);
      this.#tensors.set(tensor, found);
    }
    return found;
  }

  /** Interprets a graph whose inputs are in the scope already; `kept` are not folded into constants. */
  run(graph: OnnxGraph, scope: Scope, kept: ReadonlySet<Tensor>): Tensor[] {
    this.#kept = kept;
    return this.graph(graph, scope);
  }

  graph(graph: OnnxGraph, scope: Scope): Tensor[] {
    for (const tensor of graph.initializers) {
      if (!scope.owns(tensor.name)) scope.set(tensor.name, this.tensor(tensor));
    }
    this.#nodes(graph.nodes, scope, this.#options.opset, new Map());
    return graph.outputs.map(({ name, place }) => scope.get(name, place));
  }

  /** Whether a tensor's values may be read while the graph is built. */
  isConstant(tensor: Tensor): tensor is HostTensor {
    return isHostTensor(tensor) && !this.#kept.has(tensor);
  }

  #nodes(
    nodes: readonly OnnxNode[],
    scope: Scope,
    opset: number,
    references: ReadonlyMap<string, OnnxAttribute>,
  ): void {
    for (const node of nodes) {
      if (node.domain === '' && Object.hasOwn(sequenceRules, node.operator)) {
        located(node, () => this.#sequence(node, scope));
        continue;
      }
      const results = located(node, () => this.#node(node, scope, opset, references));
      node.outputs.forEach((name, index) => {
        const result = results[index];
        if (name === '' || (scope.owns(name) && node.operator === 'Constant')) return;
        if (!result)
          throw new FormatError(
            'onnx',
            node.place,
            `has ${results.length} results, but the file names '${name}' too`,
          );
        scope.set(name, result);
      });
    }
  }

  #sequence(node: OnnxNode, scope: Scope): readonly Tensor[] {
    const { inputs, place, operator, outputs } = node;
    const named = (index: number) => inputs[index] || undefined;
    const made = sequenceRules[operator]?.({
      node,
      tensor: (index) => {
        const name = named(index);
        return name === undefined ? undefined : scope.get(name, place);
      },
      sequence: (index) => scope.sequence(named(index) ?? '', place),
    });
    const [name = ''] = outputs;
    if (made instanceof Tensor) {
      scope.set(name, made);
      return [made];
    }
    scope.setSequence(name, made ?? []);
    return [];
  }

  #node(
    node: OnnxNode,
    scope: Scope,
    opset: number,
    references: ReadonlyMap<string, OnnxAttribute>,
  ): readonly Tensor[] {
    const inputs = node.inputs.map((name) => (name === '' ? undefined : scope.get(name, node.place)));
    const called = this.#functions.get(functionKey(node.domain, node.operator));
    if (called) return this.#call(called, node, inputs, resolved(node.attributes, references));
    const control = this.#options.control[node.operator];
    if (control) return control(node, inputs, scope, this, opset);
    const attributes = this.#attributes(node, resolved(node.attributes, references));
    const call = upgrade({
      operator: node.operator,
      opset,
      place: node.place,
      inputs,
      attributes,
      outputs: node.outputs,
    });
    if (!('operator' in call)) return call;
    const composer = Object.hasOwn(composed, call.operator) ? composed[call.operator] : undefined;
    if (!composer) return this.applied(call);
    const { place, outputs } = call;
    const use = (name: string, given: Inputs, more: Call['attributes'] = {}) =>
      this.applied({ operator: name, opset, place, inputs: given, attributes: more, outputs })[0] as Tensor;
    return [composer(call, use)];
  }

  /** Uses an operator, or computes it now where everything it reads is a small constant. */
  applied(call: Call): readonly Tensor[] {
    const { operator: name, place } = call;
    const operator = findOperator('', name);
    if (!operator) throw new FormatError('onnx', place, `there is no operator ${name}`);
    const last = call.inputs.findLastIndex((input) => input !== undefined);
    const inputs = call.inputs.slice(0, last + 1);
    // An alias of a parameter is the parameter.
    if (name === 'Identity' && inputs[0]) return [inputs[0]];
    const outputs = apply(operator, inputs, completed(operator, call) as never);
    const [first] = outputs;
    if (first?.origin.kind !== 'node') return outputs;
    return foldNode(first.origin.node, (tensor) => this.isConstant(tensor)) ?? outputs;
  }

  /** A function of the file's own: its body in place of the call. */
  #call(
    called: OnnxFunction,
    node: OnnxNode,
    inputs: Inputs,
    attributes: ReadonlyMap<string, OnnxAttribute>,
  ): readonly Tensor[] {
    const scope = new Scope();
    called.inputs.forEach((name, index) => {
      const tensor = inputs[index];
      if (tensor) scope.set(name, tensor);
    });
    const opset = called.opsets.get('') ?? this.#options.opset;
    this.#nodes(
      withoutMissing(called.nodes, scope),
      scope,
      opset,
      new Map([...called.defaults, ...attributes]),
    );
    return called.outputs.map((name) => scope.get(name, node.place));
  }

  #attributes(
    node: OnnxNode,
    attributes: ReadonlyMap<string, OnnxAttribute>,
  ): Record<string, AttributeValue> {
    const values: Record<string, AttributeValue> = {};
    for (const [name, attribute] of attributes) {
      const value = this.#value(attribute);
      if (value === undefined)
        throw new FormatError(
          'onnx',
          `${node.place}, attribute '${name}'`,
          `is ${attribute.kind}, which is not carried`,
        );
      values[name] = value;
    }
    return values;
  }

  #value(attribute: OnnxAttribute): AttributeValue | undefined {
    switch (attribute.kind) {
      case 'int':
        return clamped(attribute.value);
      case 'ints':
        return attribute.value.map(clamped);
      case 'tensor':
        return this.tensor(attribute.value);
      case 'graph':
      case 'reference':
      case 'other':
        return undefined;
      default:
        return attribute.value;
    }
  }
}

/** A body may read an input that the call leaves out, where its operator takes it as left out too. */
function withoutMissing(nodes: readonly OnnxNode[], scope: Scope): OnnxNode[] {
  const made = new Set(nodes.flatMap(({ outputs }) => outputs));
  return nodes.map((node) => ({
    ...node,
    inputs: node.inputs.map((name) => (made.has(name) || scope.find(name) ? name : '')),
  }));
}

/** 64-bit sentinels (INT64_MAX means 'to the end') stay beyond every size, as numbers that are exact. */
function clamped(value: bigint): number {
  const limit = BigInt(Number.MAX_SAFE_INTEGER);
  return Number(value > limit ? limit : value < -limit ? -limit : value);
}

/** Attributes with references to those of the function's call filled in; one that the call leaves out is left out. */
function resolved(
  attributes: ReadonlyMap<string, OnnxAttribute>,
  references: ReadonlyMap<string, OnnxAttribute>,
): Map<string, OnnxAttribute> {
  const result = new Map<string, OnnxAttribute>();
  for (const [name, attribute] of attributes) {
    const value = attribute.kind === 'reference' ? references.get(attribute.value) : attribute;
    if (value) result.set(name, value);
  }
  return result;
}

/** Attributes as the record's schema asks for them: defaults filled in, kinds checked. */
function completed(operator: Operator, { attributes, place }: Call): LooseAttributes {
  for (const name of Object.keys(attributes)) {
    if (!Object.hasOwn(operator.attributes, name))
      throw new FormatError('onnx', place, `${operator.name} has no attribute '${name}'`);
  }
  const defaults: LooseAttributes = operator.defaults;
  const result: Record<string, AttributeValue | undefined> = {};
  for (const [name, kind] of Object.entries(operator.attributes)) {
    const value = attributes[name] ?? defaults[name];
    if (value === undefined && !kind.endsWith('?'))
      throw new FormatError('onnx', place, `${operator.name} needs the attribute '${name}'`);
    if (value !== undefined && !isOfKind(value, kind.replace('?', '')))
      throw new FormatError(
        'onnx',
        place,
        `attribute '${name}' of ${operator.name} must be ${kind.replace('?', '')}`,
      );
    result[name] = value;
  }
  return result;
}

function isOfKind(value: AttributeValue, kind: string): boolean {
  switch (kind) {
    case 'int':
      return Number.isInteger(value);
    case 'float':
      return typeof value === 'number';
    case 'string':
      return typeof value === 'string';
    case 'ints':
    case 'floats':
    case 'strings':
      return (
        Array.isArray(value) && value.every((each) => (typeof each === 'string') === (kind === 'strings'))
      );
    default:
      return typeof value === 'object' && !Array.isArray(value);
  }
}

/** Runs `make` so that its errors say at which node they arose; what is no error of ours came of damaged attributes. */
function located(node: OnnxNode, make: () => readonly Tensor[]): readonly Tensor[] {
  try {
    return make();
  } catch (cause) {
    // The innermost place says the most.
    const isLocated = NoosphereError.isInstance(cause) && cause.operation === 'importOnnx';
    if (cause instanceof FormatError || isLocated) throw cause;
    const message = cause instanceof Error ? cause.message : String(cause);
    if (NoosphereError.isInstance(cause))
      throw new NoosphereError(cause.kind, 'importOnnx', `${node.place}: ${message}`, { cause });
    throw new FormatError('onnx', node.place, `cannot be understood (${message}); the file is damaged`, {
      cause,
    });
  }
}

/** Floats that the caller gives may be differentiated by: they stay places in the graph. */
export function differentiable(tensors: Iterable<Tensor>): Set<Tensor> {
  return new Set([...tensors].filter((tensor) => isFloat(tensor.dtype)));
}
