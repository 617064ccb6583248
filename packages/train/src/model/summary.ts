/** What a model consists of: its layers, what they give, and what they cost. Nothing is computed for it. */

import { knownOptions } from '@noosphere/base';
import {
  ArgumentError,
  bytesPerElement,
  flattenTree,
  formatShape,
  namedTensors,
  Tensor,
} from '@noosphere/core';
import { type Node, placeholder, sortNodes } from '@noosphere/core/operators';
import { bufferPaths } from '../step/context.js';
import { type Callable, instrument, isCallable, type LayerCall } from './instrument.js';
import { summaryTable } from './summary-table.js';

/** A layer of a summary. */
export interface SummaryRow {
  /** Its path in the model; '' is the model itself. */
  readonly path: string;
  /** Its class. */
  readonly type: string;
  /** Shape of what its first call gave; of several tensors the first. */
  readonly outputShape: string;
  /** Elements of its parameters, those of inner layers included. */
  readonly parameters: number;
  /** Floating-point operations of all its calls, those of inner layers included. */
  readonly flops: number;
  /** Bytes of all that its calls compute, those of inner layers included. */
  readonly activationBytes: number;
  readonly calls: number;
}

/** A model's layers in the order of their paths, and its totals: a tensor or node that counts twice in rows counts once. */
export interface Summary {
  readonly rows: readonly SummaryRow[];
  readonly parameters: number;
  /** Elements of state that is not trained, as running statistics. */
  readonly buffers: number;
  readonly flops: number;
  readonly parameterBytes: number;
  readonly activationBytes: number;
  /** The table. */
  toString(): string;
}

export interface SummaryOptions<Model> {
  /** Where the table goes; `false` for nowhere. @default console.log */
  readonly log?: ((text: string) => void) | false;
  /** Calls the model with the inputs. @default its forward function, with one argument for each input */
  readonly forward?: (model: Model, inputs: readonly Tensor[]) => unknown;
}

/**
 * Prints a table of a model's layers: shape of the output, parameters, floating-point operations and memory of a forward pass of
 * these inputs, all of their rows.
 * @param inputs Tensors as the model takes them; only types and shapes count.
 * @example
 * const random = new Random(1);
 * const net = new Sequential(new Linear(4, 8, random), relu, new Linear(8, 2, random));
 * const { parameters, flops } = summary(net, ones([5, 4]), { log: false });
 * console.log(parameters, flops); // → 58 520
 */
export function summary<Model extends object>(
  model: Model,
  inputs: Tensor | readonly Tensor[],
  options: SummaryOptions<Model> = {},
): Summary {
  const { log = console.log, forward = callForward } = knownOptions('summary', options, 'log forward');
  const calls: LayerCall[] = [];
  const copy = instrument(model, (call) => calls.push(call));
  const places = [inputs]
    .flat()
    .map((input, index) => placeholder(`input_${index}`, input.dtype, input.shape));
  const result = forward(copy, places);
  const nodes = sortNodes(tensorsOf(result));
  const tensors = [...new Set(flattenTree(model))];
  const buffers = bufferTensors(model);
  const found = {
    rows: rowsOf(model, calls),
    parameters: elements(tensors.filter((tensor) => !buffers.has(tensor))),
    buffers: elements([...buffers]),
    flops: flopsOf(nodes),
    parameterBytes: bytes(tensors),
    activationBytes: bytes(nodes.flatMap(({ outputs }) => outputs)),
  };
  const text = summaryTable(
    found,
    places.map(({ shape }) => formatShape(shape)),
  );
  if (log) log(text);
  return { ...found, toString: () => text };
}

function callForward(model: object, inputs: readonly Tensor[]): unknown {
  if (!isCallable(model))
    throw new ArgumentError('summary', 'the model has no forward function; give options.forward');
  return (model as Callable).forward(...inputs);
}

/** One row a layer, the calls of each added up. */
function rowsOf(model: object, calls: readonly LayerCall[]): SummaryRow[] {
  const rows = new Map<string, SummaryRow>();
  for (const call of calls) {
    const outputs = tensorsOf(call.result);
    // The layer's own is what its arguments do not stem from: an operator may reach behind them, as pooling does behind a relu.
    const earlier = new Set(sortNodes(tensorsOf(call.inputs)));
    const nodes = sortNodes(outputs, new Set(tensorsOf(call.inputs))).filter((node) => !earlier.has(node));
    const before = rows.get(call.path);
    const buffers = bufferTensors(call.layer);
    const own = [...new Set(flattenTree(call.layer))].filter((tensor) => !buffers.has(tensor));
    rows.set(call.path, {
      path: call.path,
      type: call.layer.constructor.name,
      outputShape: before?.outputShape ?? formatShape(outputs[0]?.shape ?? []),
      parameters: elements(own),
      flops: (before?.flops ?? 0) + flopsOf(nodes),
      activationBytes: (before?.activationBytes ?? 0) + bytes(nodes.flatMap(({ outputs: made }) => made)),
      calls: (before?.calls ?? 0) + 1,
    });
  }
  return inOrderOfFields(model, rows);
}

/** Rows as a walk over the model's fields meets their layers, outer ones first. */
function inOrderOfFields(model: object, rows: ReadonlyMap<string, SummaryRow>): SummaryRow[] {
  const ordered: SummaryRow[] = [];
  const walk = (branch: unknown, path: string) => {
    if (typeof branch !== 'object' || branch === null || branch instanceof Tensor) return;
    if (ArrayBuffer.isView(branch) || branch instanceof Map) return;
    const row = rows.get(path);
    if (row) ordered.push(row);
    for (const [key, inner] of Object.entries(branch)) walk(inner, path ? `${path}.${key}` : key);
  };
  walk(model, '');
  return ordered;
}

function tensorsOf(value: unknown): Tensor[] {
  return typeof value === 'object' && value !== null ? flattenTree(value) : [];
}

function bufferTensors(model: object): Set<Tensor> {
  const paths = bufferPaths(model);
  const found = new Set<Tensor>();
  for (const [path, tensor] of namedTensors(model)) if (paths.has(path)) found.add(tensor);
  return found;
}

function elements(tensors: readonly Tensor[]): number {
  return tensors.reduce((total, { size }) => total + size, 0);
}

function bytes(tensors: readonly Tensor[]): number {
  return tensors.reduce((total, { size, dtype }) => total + size * bytesPerElement(dtype), 0);
}

function flopsOf(nodes: readonly Node[]): number {
  return nodes.reduce((total, node) => total + node.operator.flops(node as never), 0);
}
