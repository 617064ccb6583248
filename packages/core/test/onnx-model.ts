/** Small ONNX files written by hand, for tests of the reader: any opset, any attribute, any mistake. */
import { type HostTensor, hostData } from '../src/graph/index.js';
import { WireWriter } from '../src/onnx/wire.js';
import { bytesOf, type Dim, type DType, onnxDType } from '../src/shape/index.js';

export type Attribute =
  | { readonly int: number | bigint }
  | { readonly ints: readonly number[] }
  | { readonly float: number }
  | { readonly floats: readonly number[] }
  | { readonly string: string }
  | { readonly tensor: HostTensor }
  | { readonly graph: GraphText }
  | { readonly reference: string; readonly type: number };

/** `[operator, inputs, outputs, attributes]`, names separated by spaces, '-' for one left out; `domain:operator` elsewhere. */
export type NodeText = readonly [
  operator: string,
  inputs: string,
  outputs: string,
  attributes?: Readonly<Record<string, Attribute>>,
];

export interface ValueText {
  readonly name: string;
  readonly dtype: DType;
  readonly shape?: readonly (Dim | undefined)[];
}

export interface GraphText {
  readonly nodes: readonly NodeText[];
  readonly inputs?: readonly ValueText[];
  readonly outputs: readonly ValueText[];
  readonly initializers?: Readonly<Record<string, HostTensor | WireWriter>>;
}

export interface FunctionText {
  readonly domain: string;
  readonly name: string;
  readonly inputs: string;
  readonly outputs: string;
  readonly attributes?: readonly string[];
  readonly nodes: readonly NodeText[];
}

export interface ModelText extends GraphText {
  readonly opset?: number;
  readonly functions?: readonly FunctionText[];
}

/** A float32 value. */
export function float(name: string, ...shape: (Dim | undefined)[]): ValueText {
  return { name, dtype: 'float32', shape };
}

export function modelBytes(model: ModelText): Uint8Array {
  const writer = new WireWriter();
  writer.int(1, 8);
  writer.message(7, graphOf(model));
  for (const [domain, version] of [['', model.opset ?? 18] as const, ['local', 1] as const]) {
    const opset = new WireWriter();
    opset.string(1, domain);
    opset.int(2, version);
    writer.message(8, opset);
  }
  for (const each of model.functions ?? []) writer.message(25, functionOf(each, model.opset ?? 18));
  return writer.finish();
}

const names = (text: string) => text.split(' ').filter((name) => name !== '');

function graphOf({ nodes, inputs = [], outputs, initializers = {} }: GraphText): WireWriter {
  const writer = new WireWriter();
  for (const node of nodes) writer.message(1, nodeOf(node));
  writer.string(2, 'test');
  for (const [name, tensor] of Object.entries(initializers))
    writer.message(5, tensor instanceof WireWriter ? tensor : tensorOf(name, tensor));
  for (const value of inputs) writer.message(11, infoOf(value));
  for (const value of outputs) writer.message(12, infoOf(value));
  return writer;
}

function functionOf(each: FunctionText, opset: number): WireWriter {
  const writer = new WireWriter();
  writer.string(1, each.name);
  for (const name of names(each.inputs)) writer.string(4, name);
  for (const name of names(each.outputs)) writer.string(5, name);
  for (const name of each.attributes ?? []) writer.string(6, name);
  for (const node of each.nodes) writer.message(7, nodeOf(node));
  const imported = new WireWriter();
  imported.int(2, opset);
  writer.message(9, imported);
  writer.string(10, each.domain);
  return writer;
}

function nodeOf([operator, inputs, outputs, attributes = {}]: NodeText): WireWriter {
  const writer = new WireWriter();
  const [domain, name] = operator.includes(':') ? operator.split(':') : ['', operator];
  for (const input of names(inputs)) writer.string(1, input === '-' ? '' : input);
  for (const output of names(outputs)) writer.string(2, output === '-' ? '' : output);
  writer.string(4, name);
  for (const [key, value] of Object.entries(attributes)) writer.message(5, attributeOf(key, value));
  if (domain) writer.string(7, domain);
  return writer;
}

function attributeOf(name: string, value: Attribute): WireWriter {
  const writer = new WireWriter();
  writer.string(1, name);
  if ('int' in value) typed(writer, 2, () => writer.int(3, value.int));
  else if ('ints' in value)
    typed(writer, 7, () => {
      for (const each of value.ints) writer.int(8, each);
    });
  else if ('float' in value) typed(writer, 1, () => writer.float(2, value.float));
  else if ('floats' in value)
    typed(writer, 6, () => {
      for (const each of value.floats) writer.float(7, each);
    });
  else if ('string' in value) typed(writer, 3, () => writer.string(4, value.string));
  else if ('tensor' in value) typed(writer, 4, () => writer.message(5, tensorOf('', value.tensor)));
  else if ('graph' in value) typed(writer, 5, () => writer.message(6, graphOf(value.graph)));
  else typed(writer, value.type, () => writer.string(21, value.reference));
  return writer;
}

function typed(writer: WireWriter, type: number, write: () => void): void {
  write();
  writer.int(20, type);
}

export function tensorOf(name: string, tensor: HostTensor): WireWriter {
  return rawTensor(name, onnxDType(tensor.dtype), tensor.shape, bytesOf(hostData(tensor)));
}

/** A TensorProto that may claim anything. */
export function rawTensor(
  name: string,
  type: number,
  dims: readonly (number | bigint)[],
  raw: Uint8Array,
): WireWriter {
  const writer = new WireWriter();
  for (const dim of dims) writer.int(1, dim);
  writer.int(2, type);
  if (name) writer.string(8, name);
  writer.bytes(9, raw);
  return writer;
}

function infoOf({ name, dtype, shape }: ValueText): WireWriter {
  const tensor = new WireWriter();
  tensor.int(1, onnxDType(dtype));
  if (shape) {
    const dims = new WireWriter();
    for (const dim of shape) {
      const entry = new WireWriter();
      if (typeof dim === 'number') entry.int(1, dim);
      else if (dim !== undefined) entry.string(2, dim);
      dims.message(1, entry);
    }
    tensor.message(2, dims);
  }
  const type = new WireWriter();
  type.message(1, tensor);
  const writer = new WireWriter();
  writer.string(1, name);
  writer.message(2, type);
  return writer;
}
