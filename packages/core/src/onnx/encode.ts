/** A graph as the bytes of an ONNX ModelProto. */
import { GraphError } from '@noosphere/base';
import {
  type AttributeValue,
  constantKey,
  type Graph,
  type HostTensor,
  hostData,
  inputName,
  isGraph,
  isHostTensor,
  type Node,
  type Tensor,
} from '../graph/index.js';
import { bytesOf, onnxDType } from '../shape/index.js';
import { WireWriter } from './wire.js';

export interface EncodeOptions {
  /** Key-value pairs stored in the file. */
  readonly metadata?: Readonly<Record<string, string>>;
  /** The opset to declare. @default the highest that an operator of the graph needs, at least 18 */
  readonly opset?: number;
  /** Names of constants, such as those of parameters; the others are numbered. */
  readonly constantNames?: ReadonlyMap<Tensor, string>;
  /** Keeps the data of larger constants out of the file, one behind the other in a file of that name beside it. */
  readonly external?: ExternalFile;
  /**
   * Writes the nodes last first, for ONNX Runtime alone (the standard wants each behind what it reads). The runtime orders
   * nodes anew: it walks back from the results and, of a node's inputs, takes the one written last first. Written so,
   * nodes run in the graph's order; else the gradients of weights wait until the end, and all that they read with them.
   */
  readonly lastFirst?: boolean;
}

export interface ExternalFile {
  /** Name of the other file, relative to the model's folder. */
  readonly location: string;
  /** Constants of fewer bytes stay in the model. */
  readonly leastBytes: number;
}

export interface EncodedModel {
  readonly bytes: Uint8Array;
  /** Node by the name it has in the file. */
  readonly nodes: ReadonlyMap<string, Node>;
  /** Names of the tensors in the file. */
  readonly tensors: ReadonlyMap<Tensor, string>;
  /** What belongs into the external file, in order. */
  readonly externalChunks: readonly Uint8Array[];
}

/** Names of tensors and nodes, unique over the model and its bodies. */
interface Names {
  readonly tensors: Map<Tensor, string>;
  readonly nodes: Map<string, Node>;
  readonly constants: Map<string, string>;
  readonly initializers: { name: string; tensor: HostTensor }[];
  readonly taken: Set<string>;
  readonly given: ReadonlyMap<Tensor, string>;
  readonly lastFirst: boolean;
}

/** ONNX's IR version that goes with opset 21 and later; older opsets are content with it. */
const irVersion = 10;

/** Encodes a graph as an ONNX model. */
export function encodeModel(graph: Graph, options: EncodeOptions = {}): EncodedModel {
  const { metadata = {}, opset, constantNames = new Map(), external, lastFirst = false } = options;
  const names: Names = {
    tensors: new Map(),
    nodes: new Map(),
    constants: new Map(),
    initializers: [],
    taken: new Set([...graph.inputs.map(inputName), ...graph.outputNames, ...constantNames.values()]),
    given: constantNames,
    lastFirst,
  };
  for (const input of graph.inputs) names.tensors.set(input, inputName(input));
  const used = operatorsOf(graph);
  const store = new ConstantStore(external);
  const body = encodeGraph(graph, graph.outputNames, names, undefined, store);
  const model = new WireWriter();
  model.int(1, irVersion);
  model.string(2, 'noosphere');
  model.message(7, body);
  const needed = Math.max(18, ...used.filter((node) => node.operator.domain === '').map(neededOpset));
  model.message(8, opsetImport('', opset ?? needed));
  for (const domain of new Set(used.map((node) => node.operator.domain))) {
    if (domain !== '') model.message(8, opsetImport(domain, 1));
  }
  for (const [key, value] of Object.entries(metadata)) {
    const entry = new WireWriter();
    entry.string(1, key);
    entry.string(2, value);
    model.message(14, entry);
  }
  return { bytes: model.finish(), nodes: names.nodes, tensors: names.tensors, externalChunks: store.chunks };
}

/** All nodes of a graph and the bodies inside it. */
export function operatorsOf(graph: Graph): Node[] {
  return graph.nodes.flatMap((node) => [
    node,
    ...Object.values(node.attributes).flatMap((value) => (isGraph(value) ? operatorsOf(value) : [])),
  ]);
}

/** The lowest opset in which a node means what it means here. */
export function neededOpset({ operator, attributes }: Node): number {
  // Before 22 a window of a pool that starts in the padding counted, against what runtimes computed.
  return attributes.ceil_mode === 1 ? Math.max(22, operator.opset) : operator.opset;
}

function opsetImport(domain: string, version: number): WireWriter {
  const writer = new WireWriter();
  writer.string(1, domain);
  writer.int(2, version);
  return writer;
}

function encodeGraph(
  graph: Graph,
  outputNames: readonly string[],
  names: Names,
  captures: number | undefined,
  store?: ConstantStore,
): WireWriter {
  const writer = new WireWriter();
  const renamed = nameOutputs(graph, outputNames, names);
  const read = readTensors(graph);
  const nodes = graph.nodes.map((node) => encodeNode(node, names, read));
  // Bodies must be in order: the runtime does not sort them.
  if (names.lastFirst && store) nodes.reverse();
  for (const node of nodes) writer.message(1, node);
  for (const [name, tensor] of renamed) writer.message(1, identityNode(tensorName(tensor, names), name));
  writer.string(2, graph.name);
  if (store) for (const { name, tensor } of names.initializers) writer.message(5, store.encode(tensor, name));
  for (const input of graph.inputs.slice(0, graph.inputs.length - (captures ?? 0))) {
    writer.message(11, valueInfo(tensorName(input, names), input));
  }
  graph.outputs.forEach((output, index) => {
    writer.message(12, valueInfo(outputNames[index] ?? `output_${index}`, output));
  });
  return writer;
}

/** Names results; one that is an input, a constant or another result again is returned, to be named through Identity. */
function nameOutputs(graph: Graph, outputNames: readonly string[], names: Names): [string, Tensor][] {
  const own = new Set(graph.nodes);
  const named = new Set<Tensor>();
  const renamed: [string, Tensor][] = [];
  graph.outputs.forEach((output, index) => {
    const name = outputNames[index] ?? `output_${index}`;
    const isNew = output.origin.kind === 'node' && own.has(output.origin.node) && !named.has(output);
    if (isNew) names.tensors.set(output, name);
    else renamed.push([name, output]);
    named.add(output);
  });
  return renamed;
}

/** Tensors that some node or result of the graph reads: other outputs of a node need no name. */
function readTensors(graph: Graph): Set<Tensor> {
  const read = new Set<Tensor>(graph.outputs);
  for (const node of graph.nodes) {
    for (const input of node.inputs) if (input) read.add(input);
  }
  return read;
}

const recurrent: ReadonlySet<string> = new Set(['LSTM', 'GRU', 'RNN']);

function encodeNode(node: Node, names: Names, read: ReadonlySet<Tensor>): WireWriter {
  const { operator } = node;
  if (operator.domain === 'noosphere')
    throw new GraphError('encode', `${operator.name} never leaves the tracer; simplify the graph first`);
  const writer = new WireWriter();
  const captures = Number(node.attributes.captures ?? 0);
  const inputs = node.inputs.slice(0, node.inputs.length - captures);
  for (const input of inputs) writer.string(1, input ? tensorName(input, names) : '');
  const keepAll = operator.allOutputs;
  const last = keepAll ? node.outputs.length - 1 : node.outputs.findLastIndex((output) => read.has(output));
  // ONNX makes the first output of every operator but the recurrent ones mandatory.
  const mandatory = keepAll ? last + 1 : recurrent.has(operator.name) ? 0 : 1;
  node.outputs.slice(0, last + 1).forEach((output, index) => {
    writer.string(2, index < mandatory || read.has(output) ? tensorName(output, names) : '');
  });
  const name = uniqueName(operator.name, names.nodes);
  names.nodes.set(name, node);
  writer.string(3, name);
  writer.string(4, operator.name);
  const captured = node.inputs.slice(inputs.length) as Tensor[];
  for (const [key, value] of Object.entries(node.attributes)) {
    if (value === undefined || key === 'captures') continue;
    const kind = operator.attributes[key]?.replace('?', '');
    if (!kind) throw new GraphError('encode', `${operator.name} has no attribute '${key}'`);
    writer.message(5, encodeAttribute(key, kind, value, names, captured));
  }
  if (operator.domain) writer.string(7, operator.domain);
  return writer;
}

function uniqueName(base: string, taken: ReadonlyMap<string, unknown>): string {
  return `${base}_${taken.size}`;
}

/** A tensor's name in the file; constants become initialisers when first read. */
function tensorName(tensor: Tensor, names: Names): string {
  const known = names.tensors.get(tensor);
  if (known !== undefined) return known;
  const name = isHostTensor(tensor) ? constantName(tensor, names) : freshName(tensor, names);
  names.tensors.set(tensor, name);
  return name;
}

function constantName(tensor: HostTensor, names: Names): string {
  const given = names.given.get(tensor);
  if (given !== undefined) {
    names.initializers.push({ name: given, tensor });
    return given;
  }
  const key = constantKey(tensor);
  const equal = key === undefined ? undefined : names.constants.get(key);
  if (equal !== undefined) return equal;
  const name = claim(`constant_${names.initializers.length}`, names);
  names.initializers.push({ name, tensor });
  if (key !== undefined) names.constants.set(key, name);
  return name;
}

function freshName(tensor: Tensor, names: Names): string {
  const { origin } = tensor;
  const base =
    origin.kind === 'node' ? `${origin.node.operator.name}_out${origin.index || ''}` : inputNameOf(tensor);
  return claim(`${base}_${names.tensors.size}`, names);
}

function inputNameOf(tensor: Tensor): string {
  return tensor.origin.kind === 'input' ? tensor.origin.name : 'value';
}

function claim(wanted: string, names: Names): string {
  let name = wanted;
  for (let again = 1; names.taken.has(name); again++) name = `${wanted}_${again}`;
  names.taken.add(name);
  return name;
}

function identityNode(from: string, to: string): WireWriter {
  const writer = new WireWriter();
  writer.string(1, from);
  writer.string(2, to);
  writer.string(4, 'Identity');
  return writer;
}

const attributeTypes = {
  float: 1,
  int: 2,
  string: 3,
  tensor: 4,
  graph: 5,
  floats: 6,
  ints: 7,
  strings: 8,
} as const;

function encodeAttribute(
  key: string,
  kind: string,
  value: AttributeValue,
  names: Names,
  captured: readonly Tensor[],
): WireWriter {
  const writer = new WireWriter();
  writer.string(1, key);
  if (isGraph(value)) writer.message(6, encodeBody(value, names, captured));
  else if (kind === 'float') writer.float(2, value as number);
  else if (kind === 'int') writer.int(3, value as number);
  else if (kind === 'string') writer.string(4, value as string);
  else if (kind === 'tensor') writer.message(5, encodeTensor(value as HostTensor, ''));
  else if (kind === 'floats') for (const each of value as number[]) writer.float(7, each);
  else if (kind === 'ints') for (const each of value as number[]) writer.int(8, each);
  else for (const each of value as string[]) writer.string(9, each);
  writer.int(20, attributeTypes[kind as keyof typeof attributeTypes]);
  return writer;
}

/** A body: what it captures goes by the outer names. */
function encodeBody(body: Graph, names: Names, captured: readonly Tensor[]): WireWriter {
  const own = body.inputs.length - captured.length;
  captured.forEach((outer, index) => {
    names.tensors.set(body.inputs[own + index] as Tensor, tensorName(outer, names));
  });
  for (const input of body.inputs.slice(0, own)) names.tensors.set(input, claim(inputName(input), names));
  const outputNames = body.outputs.map((_, index) =>
    claim(`${body.name.replaceAll(' ', '_')}_result_${index}`, names),
  );
  return encodeGraph(body, outputNames, names, captured.length);
}

/** Where the main graph's constants go: into the model, or behind each other into a file beside it. */
class ConstantStore {
  readonly chunks: Uint8Array[] = [];
  readonly #external: ExternalFile | undefined;
  #offset = 0;

  constructor(external: ExternalFile | undefined) {
    this.#external = external;
  }

  encode(tensor: HostTensor, name: string): WireWriter {
    if (!this.#external || tensor.byteLength < this.#external.leastBytes) return encodeTensor(tensor, name);
    const bytes = bytesOf(hostData(tensor));
    // Pages of 4096 bytes let a reader map each tensor into memory.
    const gap = (4096 - (this.#offset % 4096)) % 4096;
    if (gap > 0) this.chunks.push(new Uint8Array(gap));
    const offset = this.#offset + gap;
    this.chunks.push(bytes);
    this.#offset = offset + bytes.byteLength;
    const writer = tensorHeader(tensor, name);
    const entries = { location: this.#external.location, offset, length: bytes.byteLength };
    for (const [key, value] of Object.entries(entries)) {
      const entry = new WireWriter();
      entry.string(1, key);
      entry.string(2, String(value));
      writer.message(13, entry);
    }
    writer.int(14, 1);
    return writer;
  }
}

function tensorHeader(tensor: HostTensor, name: string): WireWriter {
  const writer = new WireWriter();
  if (tensor.shape.length > 0) writer.packedInts(1, tensor.shape);
  writer.int(2, onnxDType(tensor.dtype));
  if (name) writer.string(8, name);
  return writer;
}

/** A TensorProto with raw little-endian data. */
export function encodeTensor(tensor: HostTensor, name: string): WireWriter {
  const writer = tensorHeader(tensor, name);
  writer.bytes(9, bytesOf(hostData(tensor)));
  return writer;
}

function valueInfo(name: string, tensor: Tensor): WireWriter {
  const shape = new WireWriter();
  for (const dim of tensor.shape) {
    const entry = new WireWriter();
    if (typeof dim === 'number') entry.int(1, dim);
    else entry.string(2, dim);
    shape.message(1, entry);
  }
  const tensorType = new WireWriter();
  tensorType.int(1, onnxDType(tensor.dtype));
  tensorType.message(2, shape);
  const type = new WireWriter();
  type.message(1, tensorType);
  const writer = new WireWriter();
  writer.string(1, name);
  writer.message(2, type);
  return writer;
}
