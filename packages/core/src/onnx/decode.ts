/** Bytes of an ONNX ModelProto as plain data. Nothing is believed: what does not hold is a FormatError that names the place. */
import { FormatError } from '@noosphere/base';
import { readTensor } from './decode-tensor.js';
import type {
  OnnxAttribute,
  OnnxFunction,
  OnnxGraph,
  OnnxModel,
  OnnxNode,
  OnnxTensor,
  OnnxValue,
} from './model.js';
import { readFields, readText, readVarints, type WireField } from './wire.js';

/** Graphs inside graphs inside graphs: real models nest two or three deep. */
const deepest = 24;

/** Reads an ONNX model. Tensors stay views on the given bytes. */
export function decodeModel(bytes: Uint8Array): OnnxModel {
  const model = collect(bytes, 'model');
  const graph = model.bytes(7).at(-1);
  if (!graph)
    throw new FormatError('onnx', 'model', 'holds no graph; this is not an ONNX file, or it is cut off');
  const opsets = opsetsOf(model.bytes(8));
  const metadata = model.bytes(14).map((entry, index) => {
    const place = `metadata ${index}`;
    const pair = collect(entry, place);
    return [pair.text(1), pair.text(2)] as const;
  });
  return {
    irVersion: Number(model.int(1) ?? 0n),
    producer: model.text(2),
    opsets,
    metadata: Object.fromEntries(metadata),
    graph: readGraph(graph, 'graph', 0),
    functions: model.bytes(25).map(readFunction),
  };
}

function opsetsOf(entries: readonly Uint8Array[]): Map<string, number> {
  const opsets = new Map<string, number>();
  for (const entry of entries) {
    const fields = collect(entry, 'opset import');
    opsets.set(standardDomain(fields.text(1)), Number(fields.int(2) ?? 0n));
  }
  return opsets;
}

/** The standard set is written '' or 'ai.onnx'. */
function standardDomain(domain: string): string {
  return domain === 'ai.onnx' ? '' : domain;
}

/** The fields of one message by number. */
interface Fields {
  bytes(field: number): Uint8Array[];
  text(field: number): string;
  texts(field: number): string[];
  /** The last integer of a field. */
  int(field: number): bigint | undefined;
  /** All integers of a repeated field, packed or not. */
  ints(field: number): bigint[];
}

/** Reads a message into its fields; one that has the wrong kind for its use is an error when used. */
export function collect(message: Uint8Array, place: string): Fields {
  const all = new Map<number, WireField[]>();
  for (const field of readFields(message, place)) {
    const list = all.get(field.number);
    if (list) list.push(field);
    else all.set(field.number, [field]);
  }
  const list = (number: number) => all.get(number) ?? [];
  const wrong = (number: number): never => {
    throw new FormatError('onnx', place, `field ${number} has an unexpected kind; the file is damaged`);
  };
  const bytes = (number: number) =>
    list(number).map((field) => (field.kind === 'bytes' ? field.value : wrong(number)));
  return {
    bytes,
    text: (number) => {
      const last = bytes(number).at(-1);
      return last ? readText(last, place) : '';
    },
    texts: (number) => bytes(number).map((value) => readText(value, place)),
    int: (number) => {
      const last = list(number).at(-1);
      if (last === undefined) return undefined;
      return last.kind === 'varint' ? BigInt.asIntN(64, last.value) : wrong(number);
    },
    ints: (number) =>
      list(number).flatMap((field) =>
        field.kind === 'varint'
          ? [BigInt.asIntN(64, field.value)]
          : Array.from(readVarints(field.value, place)),
      ),
  };
}

function readGraph(message: Uint8Array, place: string, depth: number): OnnxGraph {
  if (depth > deepest)
    throw new FormatError('onnx', place, `graphs are nested more than ${deepest} deep; the file is damaged`);
  const fields = collect(message, place);
  return {
    name: fields.text(2),
    place,
    nodes: fields.bytes(1).map((node, index) => readNode(node, `${place}, node ${index}`, depth)),
    initializers: fields
      .bytes(5)
      .map((tensor, index) => readTensor(tensor, `${place}, initializer ${index}`)),
    inputs: fields.bytes(11).map((value, index) => readValue(value, `${place}, input ${index}`)),
    outputs: fields.bytes(12).map((value, index) => readValue(value, `${place}, output ${index}`)),
    values: fields.bytes(13).map((value, index) => readValue(value, `${place}, value ${index}`)),
  };
}

function readNode(message: Uint8Array, where: string, depth: number): OnnxNode {
  const fields = collect(message, where);
  const operator = fields.text(4);
  const name = fields.text(3);
  const place = `${where} (${operator || 'no operator'}${name ? ` '${name}'` : ''})`;
  if (!operator) throw new FormatError('onnx', place, 'a node names no operator; the file is damaged');
  return {
    name,
    place,
    operator,
    domain: standardDomain(fields.text(7)),
    inputs: fields.texts(1),
    outputs: fields.texts(2),
    attributes: readAttributes(fields.bytes(5), place, depth),
  };
}

function readAttributes(
  messages: readonly Uint8Array[],
  place: string,
  depth: number,
): Map<string, OnnxAttribute> {
  const attributes = new Map<string, OnnxAttribute>();
  for (const message of messages) {
    const fields = collect(message, place);
    const name = fields.text(1);
    if (!name || attributes.has(name))
      throw new FormatError('onnx', place, `attribute '${name}' has no name or is there twice`);
    attributes.set(name, readAttribute(fields, `${place}, attribute '${name}'`, depth));
  }
  return attributes;
}

/** Field of the value by `AttributeProto.AttributeType`. */
function readAttribute(fields: Fields, place: string, depth: number): OnnxAttribute {
  const reference = fields.text(21);
  if (reference) return { kind: 'reference', value: reference };
  const type = Number(fields.int(20) ?? BigInt(guessedType(fields)));
  switch (type) {
    case 1:
      return { kind: 'float', value: floatsOf(fields.bytes(2), place).at(-1) ?? 0 };
    case 2:
      return { kind: 'int', value: fields.int(3) ?? 0n };
    case 3:
      return { kind: 'string', value: fields.text(4) };
    case 4:
      return { kind: 'tensor', value: readTensor(only(fields.bytes(5), place), place) };
    case 5:
      return { kind: 'graph', value: readGraph(only(fields.bytes(6), place), place, depth + 1) };
    case 6:
      return { kind: 'floats', value: floatsOf(fields.bytes(7), place) };
    case 7:
      return { kind: 'ints', value: fields.ints(8) };
    case 8:
      return { kind: 'strings', value: fields.texts(9) };
    case 9:
    case 10:
    case 11:
    case 12:
    case 13:
    case 14:
      return { kind: 'other', value: otherKinds[type - 9] };
    default:
      throw new FormatError('onnx', place, `has the unknown type ${type}; the file is damaged`);
  }
}

const otherKinds = [
  'a list of tensors',
  'a list of graphs',
  'a sparse tensor',
  'sparse tensors',
  'a type',
  'types',
] as const;

/** Files of IR version 1 do not write an attribute's type. */
function guessedType(fields: Fields): number {
  const holders: readonly (readonly [field: number, type: number])[] = [
    [5, 4],
    [6, 5],
    [7, 6],
    [8, 7],
    [9, 8],
  ];
  for (const [field, type] of holders) if (fields.bytes(field).length > 0) return type;
  if (fields.bytes(2).length > 0) return 1;
  if (fields.bytes(4).length > 0) return 3;
  return 2;
}

function only(messages: readonly Uint8Array[], place: string): Uint8Array {
  const last = messages.at(-1);
  if (!last) throw new FormatError('onnx', place, 'is empty; the file is damaged');
  return last;
}

/** Little-endian floats, one field each or packed. */
function floatsOf(pieces: readonly Uint8Array[], place: string): number[] {
  return pieces.flatMap((piece) => {
    if (piece.byteLength % 4 !== 0)
      throw new FormatError('onnx', place, `floats take 4 bytes each, got ${piece.byteLength} bytes`);
    const view = new DataView(piece.buffer, piece.byteOffset, piece.byteLength);
    return Array.from({ length: piece.byteLength / 4 }, (_, index) => view.getFloat32(4 * index, true));
  });
}

function readValue(message: Uint8Array, where: string): OnnxValue {
  const fields = collect(message, where);
  const name = fields.text(1);
  const place = `${where} '${name}'`;
  const type = fields.bytes(2).at(-1);
  if (!type) return { name, place, type: undefined, notTensor: undefined, shape: undefined };
  const kinds = collect(type, place);
  const tensor = kinds.bytes(1).at(-1);
  if (!tensor) {
    const other = otherTypes.find(([field]) => kinds.bytes(field).length > 0);
    return { name, place, type: undefined, notTensor: other?.[1], shape: undefined };
  }
  const parts = collect(tensor, place);
  const shape = parts.bytes(2).at(-1);
  return {
    name,
    place,
    type: Number(parts.int(1) ?? 0n),
    notTensor: undefined,
    shape: shape && readDims(shape, place),
  };
}

const otherTypes = [
  [4, 'sequence'],
  [5, 'map'],
  [8, 'sparse tensor'],
  [9, 'optional'],
] as const;

function readDims(message: Uint8Array, place: string): (number | string | undefined)[] {
  return collect(message, place)
    .bytes(1)
    .map((dim) => {
      const fields = collect(dim, place);
      const size = fields.int(1);
      // Some exporters write -1 where the size is open.
      if (size === undefined || size === -1n) return fields.text(2) || undefined;
      if (size < -1n || size > BigInt(Number.MAX_SAFE_INTEGER))
        throw new FormatError('onnx', place, `a dimension is ${size}, expected a size from 0`);
      return Number(size);
    });
}

function readFunction(message: Uint8Array, index: number): OnnxFunction {
  const where = `function ${index}`;
  const fields = collect(message, where);
  const place = `${where} '${fields.text(1)}'`;
  return {
    name: fields.text(1),
    domain: standardDomain(fields.text(10)),
    inputs: fields.texts(4),
    outputs: fields.texts(5),
    defaults: readAttributes(fields.bytes(11), place, 0),
    nodes: fields.bytes(7).map((node, each) => readNode(node, `${place}, node ${each}`, 0)),
    opsets: opsetsOf(fields.bytes(9)),
  };
}

/** All tensors that a graph and the graphs inside it hold. */
export function tensorsOf(graph: OnnxGraph): OnnxTensor[] {
  return [...graph.initializers, ...graph.nodes.flatMap(tensorsOfNode)];
}

function tensorsOfNode(node: OnnxNode): OnnxTensor[] {
  return [...node.attributes.values()].flatMap((attribute) =>
    attribute.kind === 'tensor'
      ? [attribute.value]
      : attribute.kind === 'graph'
        ? tensorsOf(attribute.value)
        : [],
  );
}
