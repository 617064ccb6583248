/** The three rewritings: static (QDQ), dynamic, and float16 storage. Each takes a graph of floats and gives another. */
import {
  copyNode,
  fromData,
  type Graph,
  type HostTensor,
  hostData,
  isHostTensor,
  makeGraph,
  type Node,
  type Tensor,
} from '../graph/index.js';
import {
  add,
  cast,
  dequantize,
  gather,
  matmulInteger,
  mul,
  quantize,
  quantizeDynamically,
} from '../ops/index.js';
import { numberToFloat16 } from '../shape/index.js';
import { isFloatConstant, onlyReaders, type QuantizableNode, quantizedOutput } from './plan.js';
import { type Range, uint8Parameters } from './ranges.js';
import { dequantizeWeights, type LargestInteger, quantizeWeights } from './weights.js';

export interface WeightOptions {
  readonly perChannel: boolean;
  readonly largest: LargestInteger;
}

/** Gives the tensors that stand in for a node's outputs; `inputs` are its own, rewritten. */
type Substitute = (node: Node, inputs: Node['inputs']) => readonly Tensor[] | undefined;

/** A graph whose nodes are replaced where `substitute` says so. @param behind Called with each result, old and new */
function rebuild(
  graph: Graph,
  substitute: Substitute,
  behind: (old: Tensor, now: Tensor) => Tensor = (_, now) => now,
): Graph {
  const replaced = new Map<Tensor, Tensor>();
  const mapped = (tensor: Tensor) => replaced.get(tensor) ?? tensor;
  for (const node of graph.nodes) {
    const inputs = node.inputs.map((input) => input && mapped(input));
    const outputs = substitute(node, inputs) ?? copyNode(node, inputs).outputs;
    node.outputs.forEach((old, index) => {
      replaced.set(old, behind(old, outputs[index] as Tensor));
    });
  }
  return makeGraph(graph.name, graph.inputs, graph.outputs.map(mapped), graph.outputNames);
}

/** Activations that the static form quantises: what goes into the products, and what comes out of them. */
export function quantizedActivations(graph: Graph, nodes: ReadonlyMap<Node, QuantizableNode>): Tensor[] {
  const readers = onlyReaders(graph);
  const outputs = new Set(graph.outputs);
  const found = new Set<Tensor>();
  for (const { node, activation } of nodes.values()) {
    found.add(activation);
    const output = quantizedOutput(node, readers);
    // A result that the caller sees stays as exact as it is.
    if (!outputs.has(output)) found.add(output);
  }
  return [...found];
}

/**
 * Static form: activations pass through QuantizeLinear and DequantizeLinear with the scales of calibration, weights are
 * stored as int8, biases as int32 at the product of both scales. The runtime runs such products on integers.
 */
export function quantizeStatically(
  graph: Graph,
  nodes: ReadonlyMap<Node, QuantizableNode>,
  ranges: ReadonlyMap<Tensor, Range>,
  { perChannel, largest }: WeightOptions,
): Graph {
  const around = new Map<Tensor, Tensor>();
  const roundTrip = (old: Tensor, now: Tensor): Tensor => {
    const range = ranges.get(old);
    if (!range) return now;
    const known = around.get(old);
    if (known) return known;
    const parameters = activationParameters(range);
    const passed = dequantize(quantize(now, parameters), parameters);
    around.set(old, passed);
    return passed;
  };
  return rebuild(
    graph,
    (node, inputs) => {
      const plan = nodes.get(node);
      if (!plan) return undefined;
      const weights = quantizeWeights(plan.weights, perChannel ? plan.axis : undefined, largest);
      const activation = roundTrip(plan.activation, inputs[0] as Tensor);
      const range = ranges.get(plan.activation);
      const bias = inputs[2];
      const integers =
        bias && range && isFloatConstant(bias) && fitsChannels(bias, plan)
          ? integerBias(bias, activationParameters(range).scale, weights.scale)
          : bias;
      return copyNode(node, [activation, dequantizeWeights(weights), integers, ...inputs.slice(3)]).outputs;
    },
    roundTrip,
  );
}

function activationParameters(range: Range) {
  const { scale, zeroPoint } = uint8Parameters(range);
  return {
    scale: fromData('float32', [], Float32Array.of(scale)),
    zeroPoint: fromData('uint8', [], Uint8Array.of(zeroPoint)),
  };
}

/** One value for each output channel. */
function fitsChannels(bias: HostTensor, { weights, axis }: QuantizableNode): boolean {
  return bias.rank === 1 && bias.shape[0] === weights.shape[axis];
}

function integerBias(
  bias: HostTensor<'float32'>,
  activationScale: HostTensor<'float32'>,
  weightScale: HostTensor<'float32'>,
): Tensor {
  const values = hostData(bias);
  const [first] = hostData(activationScale) as Float32Array;
  const perWeight = hostData(weightScale);
  const scales = Float32Array.from(values, (_, index) =>
    Math.fround((first as number) * (perWeight[perWeight.length === 1 ? 0 : index] as number)),
  );
  const limit = 2 ** 31 - 1;
  const integers = Int32Array.from(values, (value, index) =>
    Math.max(-limit, Math.min(limit, Math.round(value / (scales[index] as number)))),
  );
  const zeros = fromData('int32', [values.length], new Int32Array(values.length));
  return dequantize(fromData('int32', [values.length], integers), {
    scale: fromData('float32', [values.length], scales),
    zeroPoint: zeros,
    axis: 0,
  });
}

/**
 * Dynamic form: the activation of a matrix product is quantised by its own range at each run, the product is one of
 * integers; convolutions, whose integer kernels are no faster so, and tables of embeddings keep int8 storage alone.
 */
export function quantizeDynamicForm(
  graph: Graph,
  nodes: ReadonlyMap<Node, QuantizableNode>,
  { perChannel, largest }: WeightOptions,
): Graph {
  return rebuild(graph, (node, inputs) => {
    const plan = nodes.get(node);
    if (!plan) return storedTable(node, inputs, largest);
    if (node.operator.name === 'Conv') {
      const weights = quantizeWeights(plan.weights, perChannel ? 0 : undefined, largest);
      return copyNode(node, [inputs[0], dequantizeWeights(weights), ...inputs.slice(2)]).outputs;
    }
    const columns = plan.axis === 1 ? plan.weights : transposed(plan.weights);
    const weights = quantizeWeights(columns, perChannel ? 1 : undefined, largest);
    const activation = quantizeDynamically(inputs[0] as Tensor<'float32'>);
    const product = matmulInteger(activation.values, weights.values, {
      zeroPointA: activation.zeroPoint,
      zeroPointB: weights.zeroPoint,
    });
    const scaled = mul(cast(product, 'float32'), mul(activation.scale, weights.scale));
    const bias = inputs[2];
    return [bias ? add(scaled, bias) : scaled];
  });
}

/** A lookup in a large constant table: the rows are looked up as int8 and only those turned into floats. */
function storedTable({ operator, attributes }: Node, inputs: Node['inputs'], largest: LargestInteger) {
  const [table, indices] = inputs;
  if (operator.name !== 'Gather' || !table || !indices || !isFloatConstant(table)) return undefined;
  if (table.rank !== 2 || Number(attributes.axis) !== 0 || table.size < 4096) return undefined;
  const { values, scale, zeroPoint } = quantizeWeights(table, undefined, largest);
  const rows = gather(values, indices, { axis: 0 });
  return [dequantize(rows, { scale, zeroPoint })];
}

function transposed(matrix: HostTensor<'float32'>): HostTensor<'float32'> {
  const [rows, columns] = matrix.shape as [number, number];
  const data = hostData(matrix);
  const turned = new Float32Array(data.length);
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++)
      turned[column * rows + row] = data[row * columns + column] as number;
  return fromData('float32', [columns, rows], turned);
}

/** Constants smaller than this are not worth a node. */
const leastStored = 64;

/** Constants in half the bytes: float16 in the file, float32 in every computation. Values beyond ±65504 stay as they are. */
export function storeAsFloat16(graph: Graph): Graph {
  const stored = new Map<Tensor, Tensor>();
  const half = (tensor: Tensor | undefined) => {
    if (!isFloatConstant(tensor) || tensor.size < leastStored) return tensor;
    const data = hostData(tensor);
    if (data.some((value) => Math.abs(value) > 65504)) return tensor;
    let small = stored.get(tensor);
    if (!small) {
      const bits = Uint16Array.from(data, numberToFloat16);
      small = cast(fromData('float16', tensor.shape as readonly number[], bits), 'float32');
      stored.set(tensor, small);
    }
    return small;
  };
  return rebuild(graph, (node, inputs) => copyNode(node, inputs.map(half)).outputs);
}

/** Transposes of constants done once: what is behind them are weights as well. */
export function foldConstantTransposes(graph: Graph): Graph {
  return rebuild(graph, (node, inputs) => {
    const [x] = inputs;
    const isTurned = node.operator.name === 'Transpose' && x && isHostTensor(x) && x.rank === 2;
    return isTurned && isFloatConstant(x) ? [transposed(x)] : undefined;
  });
}
