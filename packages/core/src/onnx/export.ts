/** ONNX out: a function over tensors becomes a file of standard operators that any runtime opens. */
import { basename } from 'node:path';
import { ArgumentError, GraphError, knownOptions, requireFunction } from '@noosphere/base';
import { requireAbsent, writeAtomically } from '@noosphere/base/files';
import {
  commonNodes,
  dropPassThrough,
  type Graph,
  isHostTensor,
  makeGraph,
  placeholder,
  rewriteGraph,
  Tensor,
} from '../graph/index.js';
import { expandGradients } from '../ops/index.js';
import { newestOpset } from './check.js';
import { type EncodedModel, type EncodeOptions, encodeModel, neededOpset, operatorsOf } from './encode.js';

/** Tensors by name. */
export type NamedTensors = Readonly<Record<string, Tensor>>;

/** A function that can be exported: from named inputs, and parameters where it has any, to one or several named results. */
export type ExportableFunction<I extends NamedTensors, P extends NamedTensors> = (
  inputs: I,
  parameters: P,
) => Tensor | NamedTensors;

export interface ExportOptions<I extends NamedTensors = NamedTensors, P extends NamedTensors = NamedTensors> {
  /** What goes in: `spec('float32', ['batch', 4])` for each name. Named dimensions stay open in the file. */
  readonly inputs: I;
  /** Stored in the file under these names and handed to the function. */
  readonly parameters?: P;
  /** Key-value pairs stored in the file. */
  readonly metadata?: Readonly<Record<string, string>>;
  /** Version of the standard operators to declare, at most 23. @default the lowest that has all operators used */
  readonly opset?: number;
  /** Name of the graph. @default the function's name */
  readonly name?: string;
}

export interface SaveOptions<I extends NamedTensors = NamedTensors, P extends NamedTensors = NamedTensors>
  extends ExportOptions<I, P> {
  /** Replace files that are there already. @default false */
  readonly overwrite?: boolean;
  /** Constants go to a second file beside the model, named after it, when they take more bytes together. @default 1e9 */
  readonly externalAboveBytes?: number;
}

/** One protobuf message cannot be longer; some room is for the graph itself. */
const largestFileBytes = 2 ** 31 - 2 ** 24;
/** Constants this small stay in the model even when there is a second file: runtimes read shapes and axes early. */
const leastExternalBytes = 1024;

/**
 * A function over tensors as the bytes of an ONNX model: standard operators only, named dimensions open.
 * @example
 * const double = ({ x }: { x: Tensor }) => ({ y: mul(x, 2) });
 * const bytes = exportOnnx(double, { inputs: { x: spec('float32', ['batch', 3]) }, metadata: { made: 'here' } });
 * console.log(importOnnx(bytes).metadata); // → { made: 'here' }
 */
export function exportOnnx<I extends NamedTensors, P extends NamedTensors = NamedTensors>(
  f: ExportableFunction<I, P>,
  options: ExportOptions<I, P>,
): Uint8Array {
  knownOptions('exportOnnx', options, 'inputs parameters metadata opset name');
  const traced = tracedGraph(f, options);
  const bytes = constantBytes(traced.graph);
  if (bytes > largestFileBytes) {
    throw new ArgumentError(
      'exportOnnx',
      `${bytes} bytes of constants do not fit into one file of 2 GB; saveOnnx keeps them in a second one`,
    );
  }
  return encode(traced, options, {}).bytes;
}

/**
 * Writes a function over tensors to an ONNX file, its constants beside it where they are large.
 * A file that is there already stays, unless `overwrite` is set.
 * @example
 * await saveOnnx('model.onnx', ({ x }) => relu(x), { inputs: { x: spec('float32', ['n']) } });
 * const { output } = (await loadOnnx<'output'>('model.onnx')).apply([tensor([-1, 2])]);
 * console.log(await output.array()); // → [ 0, 2 ]
 */
export async function saveOnnx<I extends NamedTensors, P extends NamedTensors = NamedTensors>(
  path: string,
  f: ExportableFunction<I, P>,
  options: SaveOptions<I, P>,
): Promise<void> {
  const { overwrite = false, externalAboveBytes = 1e9 } = knownOptions(
    'saveOnnx',
    options,
    'overwrite externalAboveBytes inputs parameters metadata opset name',
  );
  const graph = tracedGraph(f, options);
  const location = `${basename(path)}.data`;
  const isLarge = constantBytes(graph.graph) > externalAboveBytes;
  const encoded = encode(
    graph,
    options,
    isLarge ? { external: { location, leastBytes: leastExternalBytes } } : {},
  );
  if (!overwrite) requireAbsent(path);
  // The data first: a model that is there has its data.
  if (isLarge) await writeAtomically(`${path}.data`, encoded.externalChunks, { overwrite });
  await writeAtomically(path, [encoded.bytes], { overwrite });
}

interface Traced {
  readonly graph: Graph;
  readonly constantNames: ReadonlyMap<Tensor, string>;
}

function encode(
  { graph, constantNames }: Traced,
  { metadata, opset }: ExportOptions,
  more: Pick<EncodeOptions, 'external'>,
): EncodedModel {
  const nodes = operatorsOf(graph);
  const foreign = nodes.find(({ operator }) => operator.domain !== '')?.operator;
  if (foreign)
    throw new GraphError('exportOnnx', `${foreign.name} (${foreign.domain}) is no standard operator of ONNX`);
  const needed = Math.max(1, ...nodes.map(neededOpset));
  if (opset !== undefined && (opset < needed || opset > newestOpset)) {
    const latest = nodes.find((node) => neededOpset(node) === needed)?.operator;
    throw new ArgumentError(
      'exportOnnx',
      `opset must be from ${needed} (for ${latest?.name ?? 'the format'}) to ${newestOpset}, got ${opset}`,
    );
  }
  return encodeModel(graph, {
    constantNames,
    ...(metadata ? { metadata } : {}),
    ...(opset === undefined ? {} : { opset }),
    ...more,
  });
}

/** Runs the function once on places for its inputs and simplifies what it built. */
function tracedGraph<I extends NamedTensors, P extends NamedTensors>(
  f: ExportableFunction<I, P>,
  options: ExportOptions<I, P>,
): Traced {
  requireFunction('exportOnnx', 'the first argument', f);
  const { parameters = {} as P, name = f.name || 'model', inputs } = options;
  if (typeof inputs !== 'object' || inputs === null)
    throw new ArgumentError(
      'exportOnnx',
      `needs inputs, a place for each by name: { x: spec('float32', ['batch', 4]) }`,
    );
  const constantNames = new Map<Tensor, string>();
  for (const [key, tensor] of Object.entries(parameters)) {
    if (!isHostTensor(tensor))
      throw new ArgumentError(
        'exportOnnx',
        `parameter '${key}' must have data, got ${tensor}; await its data() first`,
      );
    if (Object.hasOwn(options.inputs, key))
      throw new ArgumentError('exportOnnx', `'${key}' names both an input and a parameter; rename one`);
    if (!constantNames.has(tensor)) constantNames.set(tensor, key);
  }
  const places = Object.entries(options.inputs).map(
    ([key, { dtype, shape }]) => [key, placeholder(key, dtype, shape)] as const,
  );
  const result = f(Object.fromEntries(places) as NamedTensors as I, parameters);
  const outputs = Object.entries(result instanceof Tensor ? { output: result } : result);
  if (outputs.length === 0) throw new ArgumentError('exportOnnx', 'the function returns no tensor');
  for (const [key] of outputs) {
    if (Object.hasOwn(options.inputs, key) || Object.hasOwn(parameters, key))
      throw new ArgumentError('exportOnnx', `'${key}' names a result and an input or parameter; rename one`);
  }
  const graph = makeGraph(
    name,
    places.map(([, place]) => place),
    outputs.map(([, tensor]) => tensor),
    outputs.map(([key]) => key),
  );
  return { graph: rewriteGraph(expandGradients(graph), [dropPassThrough, commonNodes()]), constantNames };
}

/** Bytes of all constants in a graph and its bodies. */
function constantBytes(graph: Graph): number {
  const constants = new Set<Tensor>();
  for (const node of operatorsOf(graph)) {
    for (const input of node.inputs) if (input && isHostTensor(input)) constants.add(input);
  }
  return [...constants].reduce((total, tensor) => total + tensor.byteLength, 0);
}
