/** A model file of floats becomes one of small integers, or of half-size floats. */
import { ArgumentError, knownOptions } from '@noosphere/base';
import {
  type Graph,
  type HostTensor,
  hostData,
  isHostTensor,
  makeGraph,
  type Node,
  type Tensor,
} from '../graph/index.js';
import { encodeModel, type ImportedModel, importOnnx } from '../onnx/index.js';
import { cpuExecutor } from '../runtime/index.js';
import { quantizableNodes } from './plan.js';
import { entropyRange, Histogram, percentileRange, type Range, type RangeMethod, widened } from './ranges.js';
import {
  foldConstantTransposes,
  quantizeDynamicForm,
  quantizedActivations,
  quantizeStatically,
  storeAsFloat16,
  type WeightOptions,
} from './rewrite.js';

/** Inputs of one run of the model by name. */
export type Example = Readonly<Record<string, HostTensor>>;

interface IntegerOptions {
  /** A scale for each output channel of the weights, in place of one for all. @default true */
  readonly perChannel?: boolean;
  /** Seven bits for weights: exact sums on x86 processors without VNNI. @default false */
  readonly reduceRange?: boolean;
  /** Operators that stay floats, such as 'Gemm'. @default none */
  readonly exclude?: readonly string[];
}

export type QuantizeOptions =
  | ({
      /** Activations are quantised by the ranges that examples show. */
      readonly mode: 'static';
      /** Examples like those that the model will see, read as often as needed. */
      readonly examples: readonly Example[];
      /** @default 'min-max' */
      readonly method?: RangeMethod;
      /** Share of the values that `percentile` keeps. @default 0.9999 */
      readonly percentile?: number;
    } & IntegerOptions)
  | ({
      /** Activations of matrix products are quantised by their own range at each run. */
      readonly mode: 'dynamic';
    } & IntegerOptions)
  | {
      /** Constants are stored in half the bytes. */
      readonly mode: 'float16';
    };

export interface QuantizeResult {
  readonly bytes: Uint8Array;
  /** Products that run on integers, or whose weights are stored as such. */
  readonly quantizedNodes: number;
  /** What stays as it was, and why. */
  readonly notes: readonly string[];
}

/**
 * Quantises an ONNX model, ours or a stranger's: static int8 (QDQ), dynamic int8, or float16 storage.
 * Only standard operators come out. Throws where no example is given to the static form, or one does not fit.
 * Jacob et al. 2018 (integer inference); Migacz 2017 (entropy calibration).
 * @example
 * import { exportOnnx, matmul, spec, tensor } from '@noosphere/core';
 * import { quantizeOnnx } from '@noosphere/core/quantize';
 * const weight = tensor(Float32Array.from({ length: 4096 }, (_, index) => Math.sin(index)), { shape: [64, 64] });
 * const bytes = exportOnnx(({ x }, { weight }) => matmul(x, weight), { inputs: { x: spec('float32', ['n', 64]) }, parameters: { weight } });
 * const small = await quantizeOnnx(bytes, { mode: 'dynamic' });
 * console.log(small.quantizedNodes, small.bytes.length < bytes.length / 3); // → 1 true
 */
export async function quantizeOnnx(bytes: Uint8Array, options: QuantizeOptions): Promise<QuantizeResult> {
  knownOptions('quantizeOnnx', options, 'mode examples method percentile perChannel reduceRange exclude');
  const model = importOnnx(bytes);
  const graph = foldConstantTransposes(graphOf(model));
  const encode = (result: Graph) => encodeModel(result, { metadata: { ...model.metadata } }).bytes;
  const notes: string[] = [];
  const note = (text: string) => notes.push(text);
  if (options.mode === 'float16')
    return { bytes: encode(storeAsFloat16(graph, note)), quantizedNodes: 0, notes };
  const excluded = new Set(options.exclude ?? []);
  const nodes = quantizableNodes(graph, ({ operator }: Node) => excluded.has(operator.name));
  const weights: WeightOptions = {
    perChannel: options.perChannel ?? true,
    largest: options.reduceRange ? 64 : 127,
  };
  const result =
    options.mode === 'dynamic'
      ? quantizeDynamicForm(graph, nodes, weights)
      : quantizeStatically(
          graph,
          nodes,
          await calibrate(graph, quantizedActivations(graph, nodes), options),
          weights,
          note,
        );
  return {
    bytes: encode(result),
    quantizedNodes: nodes.size,
    notes: [...notesOn(graph, nodes.size), ...notes],
  };
}

function graphOf(model: ImportedModel): Graph {
  const places = model.inputs.map(({ name }) => model.place(name));
  const results = model.apply(places);
  return makeGraph(
    model.name,
    places,
    model.outputs.map(({ name }) => results[name] as Tensor),
    model.outputs.map(({ name }) => name),
  );
}

function notesOn(graph: Graph, quantized: number): string[] {
  const products = graph.nodes.filter(({ operator }) =>
    /^(Conv|ConvTranspose|MatMul|Gemm|LSTM|GRU)$/.test(operator.name),
  );
  const left = products.length - quantized;
  return left > 0
    ? [`${left} of ${products.length} products stay floats: their second operand is no constant, or is small`]
    : [];
}

/** The range of each activation over the examples. */
async function calibrate(
  graph: Graph,
  activations: readonly Tensor[],
  options: Extract<QuantizeOptions, { mode: 'static' }>,
): Promise<Map<Tensor, Range>> {
  const { examples, method = 'min-max', percentile = 0.9999 } = options;
  if (examples.length === 0)
    throw new ArgumentError(
      'quantize',
      "mode 'static' needs examples of the inputs; give some, or use mode 'dynamic'",
    );
  if (!(percentile > 0 && percentile <= 1))
    throw new ArgumentError('quantize', `percentile must lie in (0, 1], got ${percentile}`);
  const inputNames = graph.inputs.map((input) => (input.origin.kind === 'input' ? input.origin.name : ''));
  const watched = activations.filter((tensor) => tensor.origin.kind !== 'input');
  // A model of one product may be watched at its inputs alone.
  const program =
    watched.length > 0 ? await cpuExecutor.load(makeGraph('calibration', graph.inputs, watched)) : undefined;
  const pass = async (look: (tensor: Tensor, values: Float32Array) => void) => {
    for (const example of examples) {
      const given = inputNames.map((name) => inputOf(example, name));
      const results = (await program?.run(given)) ?? [];
      watched.forEach((tensor, index) => {
        look(tensor, hostData(results[index] as HostTensor) as Float32Array);
      });
      graph.inputs.forEach((input, index) => {
        if (activations.includes(input)) look(input, hostData(given[index] as HostTensor) as Float32Array);
      });
    }
  };
  try {
    const ranges = new Map<Tensor, Range>();
    await pass((tensor, values) => ranges.set(tensor, widened(ranges.get(tensor), values, nameOf(tensor))));
    if (method === 'min-max') return ranges;
    const histograms = new Map([...ranges].map(([tensor, range]) => [tensor, new Histogram(range)]));
    await pass((tensor, values) => histograms.get(tensor)?.add(values));
    return new Map(
      [...histograms].map(([tensor, histogram]) => [
        tensor,
        method === 'percentile' ? percentileRange(histogram, percentile) : entropyRange(histogram),
      ]),
    );
  } finally {
    await program?.dispose();
  }
}

function inputOf(example: Example, name: string): HostTensor {
  const tensor = example[name];
  if (tensor && isHostTensor(tensor)) return tensor;
  throw new ArgumentError(
    'quantize',
    `an example lacks the input '${name}'; it has ${Object.keys(example).join(', ') || 'nothing'}`,
  );
}

function nameOf(tensor: Tensor): string {
  if (tensor.origin.kind === 'input') return tensor.origin.name;
  return tensor.origin.kind === 'node' ? tensor.origin.node.operator.name : 'a constant';
}
