/** What must hold of a graph before it is interpreted: names are made once, before they are read, by operators that exist. */
import { FormatError, GraphError } from '@noosphere/base';
import { findOperator } from '../ops/index.js';
import { composed } from './composed.js';
import type { OnnxFunction, OnnxGraph, OnnxModel, OnnxNode } from './model.js';
import { sequenceRules } from './sequences.js';
import { replacedOperators } from './upgrade.js';

/** The newest standard set whose operators the records follow: files are written for it at most. */
export const newestOpset = 23;
/** The newest standard set that is read: what it adds to the one above is operators, composed or refused by name, and types. */
const newestRead = 26;

/** Throws unless a model can be interpreted; operators that Noosphere has not are listed all at once. */
export function checkModel(model: OnnxModel): void {
  const version = model.opsets.get('');
  if (version === undefined && model.functions.length === 0)
    throw new FormatError('onnx', 'model', 'names no version of the standard operators; the file is damaged');
  if (version !== undefined && (version < 1 || version > newestRead)) {
    throw new FormatError(
      'onnx',
      'model',
      `is written for opset ${version}, expected 1 to ${newestRead}; convert it with onnx.version_converter`,
    );
  }
  const functions = new Map(model.functions.map((each) => [functionKey(each.domain, each.name), each]));
  checkCalls(model.functions, functions);
  refuseUnknown(model, functions);
  checkNames(model.graph, () => false);
  for (const each of model.functions) checkFunction(each);
}

export function functionKey(domain: string, name: string): string {
  return `${domain}.${name}`;
}

/** Whether a standard operator has a record, or is one of those that are read as others. */
function isRead(operator: string): boolean {
  return (
    findOperator('', operator) !== undefined ||
    replacedOperators.includes(operator) ||
    Object.hasOwn(composed, operator) ||
    Object.hasOwn(sequenceRules, operator)
  );
}

function refuseUnknown(model: OnnxModel, functions: ReadonlyMap<string, OnnxFunction>): void {
  const unknown = new Map<string, { count: number; place: string }>();
  const visit = (node: OnnxNode) => {
    const key = functionKey(node.domain, node.operator);
    const isKnown = functions.has(key) || (node.domain === '' && isRead(node.operator));
    if (!isKnown) {
      const name = node.domain ? `${node.operator} (${node.domain})` : node.operator;
      const entry = unknown.get(name);
      if (entry) entry.count += 1;
      else unknown.set(name, { count: 1, place: node.place });
    }
    for (const attribute of node.attributes.values()) {
      if (attribute.kind === 'graph') attribute.value.nodes.forEach(visit);
    }
  };
  model.graph.nodes.forEach(visit);
  for (const each of model.functions) each.nodes.forEach(visit);
  if (unknown.size === 0) return;
  const list = [...unknown].map(([name, { count, place }]) => `${name}, ${count} times, first at ${place}`);
  throw new GraphError(
    'importOnnx',
    `cannot import operators that Noosphere does not have: ${list.join('; ')}`,
  );
}

/** A function that calls itself, by itself or through others, never ends. */
function checkCalls(all: readonly OnnxFunction[], functions: ReadonlyMap<string, OnnxFunction>): void {
  const done = new Set<OnnxFunction>();
  const open = new Set<OnnxFunction>();
  const visit = (each: OnnxFunction) => {
    if (done.has(each)) return;
    if (open.has(each))
      throw new FormatError('onnx', `function '${each.name}'`, 'calls itself; the file is damaged');
    open.add(each);
    for (const node of each.nodes) {
      const called = functions.get(functionKey(node.domain, node.operator));
      if (called) visit(called);
    }
    open.delete(each);
    done.add(each);
  };
  all.forEach(visit);
}

function checkFunction({ name, inputs, outputs, nodes }: OnnxFunction): void {
  const known = new Set(inputs);
  checkNodes(nodes, known, () => false);
  for (const output of outputs) {
    if (!known.has(output))
      throw new FormatError('onnx', `function '${name}'`, `nothing makes its result '${output}'`);
  }
}

/** @param outer Whether a graph around this one has made a name. */
function checkNames(graph: OnnxGraph, outer: (name: string) => boolean): void {
  const known = new Set<string>();
  const claim = (name: string, place: string) => {
    if (name === '') throw new FormatError('onnx', place, 'has no name; the file is damaged');
    if (known.has(name)) throw new FormatError('onnx', place, `the name '${name}' is there twice`);
    known.add(name);
  };
  for (const input of graph.inputs) claim(input.name, input.place);
  const inputs = new Set(known);
  const tensors = new Set<string>();
  for (const { name, place } of graph.initializers) {
    if (tensors.has(name)) throw new FormatError('onnx', place, `the name '${name}' is there twice`);
    tensors.add(name);
    // Old files list each initialiser as an input too.
    if (!inputs.has(name)) claim(name, place);
  }
  checkNodes(graph.nodes, known, outer);
  const results = new Set<string>();
  for (const { name, place } of graph.outputs) {
    if (results.has(name)) throw new FormatError('onnx', place, `the result '${name}' is there twice`);
    results.add(name);
    if (!known.has(name) && !outer(name))
      throw new FormatError('onnx', place, `nothing makes the result '${name}'`);
  }
}

function checkNodes(nodes: readonly OnnxNode[], known: Set<string>, outer: (name: string) => boolean): void {
  const later = new Set(nodes.flatMap(({ outputs }) => outputs));
  for (const node of nodes) {
    for (const name of node.inputs) {
      if (name === '' || known.has(name) || outer(name)) continue;
      const why = later.has(name)
        ? `reads '${name}' before it is made; nodes must be in an order that can run, without cycles`
        : `reads '${name}', which nothing makes`;
      throw new FormatError('onnx', node.place, why);
    }
    for (const attribute of node.attributes.values()) {
      if (attribute.kind === 'graph') checkNames(attribute.value, (name) => known.has(name) || outer(name));
    }
    for (const name of node.outputs) {
      if (name === '') continue;
      if (known.has(name))
        throw new FormatError('onnx', node.place, `makes '${name}', which is there already`);
      known.add(name);
    }
  }
}
