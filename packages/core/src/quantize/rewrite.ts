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
  note: (text: string) => void,
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
      const activation = roundTrip(plan.activation, inputs[0] as Tensor);
      const range = ranges.get(plan.activation);
      const bias = inputs[2];
      const isStored = bias && range && isFloatConstant(bias) && fitsChannels(bias, plan);
      const activationScale = range && activationParameters(range).scale;
      const least = isStored && activationScale && leastScalesFor(bias, activationScale);
      const plain = quantizeWeights(plan.weights, perChannel ? plan.axis : undefined, largest);
      const own = hostData(plain.scale);
      const large = least
        ? least.filter((scale, channel) => scale > (own[perChannel ? channel : 0] as number))
        : [];
      if (large.length > 0) note(biasNote(node, large.length, perChannel));
      // Weights so small beside their bias lose nothing by a larger scale; with one scale for all, the others would.
      const weights =
        large.length > 0 && perChannel && least
          ? quantizeWeights(plan.weights, plan.axis, largest, least)
          : plain;
      const integers =
        isStored && activationScale && (large.length === 0 || perChannel)
          ? integerBias(bias, activationScale, weights.scale)
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

/** The least scale of each channel's weights beside which its bias fits into 32 bits, with a bit to spare. */
function leastScalesFor(bias: HostTensor<'float32'>, activationScale: HostTensor<'float32'>): Float64Array {
  const [scale] = hostData(activationScale) as Float32Array;
  return Float64Array.from(hostData(bias), (value) => Math.abs(value) / ((scale as number) * 2 ** 30));
}

function biasNote({ operator }: Node, channels: number, perChannel: boolean): string {
  const of = `${channels} ${channels === 1 ? 'bias' : 'biases'} of a ${operator.name} would not fit into int32 beside ${channels === 1 ? 'its' : 'their'} small weights`;
  return perChannel ? `${of}: those weights have a larger scale` : `${of}: its biases stay floats`;
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

/** The least number that float16 holds with all of its digits, and the least one above zero. */
const [leastNormal, leastHalf] = [2 ** -14, 2 ** -24];

/**
 * Constants in half the bytes: float16 in the file, float32 in every computation. Those with values beyond ±65504, and those so
 * small that float16 has few digits for them, stay as they are; what becomes zero in the others is noted.
 */
export function storeAsFloat16(graph: Graph, note: (text: string) => void): Graph {
  const looked = new Set<Tensor>();
  const notedOnce = (tensor: Tensor, text: string) => {
    if (!looked.has(tensor)) note(text);
    looked.add(tensor);
  };
  const stored = new Map<Tensor, Tensor>();
  const half = (tensor: Tensor | undefined) => {
    if (!isFloatConstant(tensor) || tensor.size < leastStored) return tensor;
    const data = hostData(tensor);
    const most = data.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
    const what = `a constant [${tensor.shape.join(', ')}]`;
    if (!(most <= 65504)) {
      notedOnce(tensor, `${what} stays float32: its values go up to ${most}, float16's to 65504`);
      return tensor;
    }
    if (most < leastNormal) {
      if (most > 0)
        notedOnce(
          tensor,
          `${what} stays float32: its values go up to ${most}, too small for float16's digits`,
        );
      return tensor;
    }
    const lost = data.reduce(
      (count, value) => count + Number(value !== 0 && Math.abs(value) <= leastHalf / 2),
      0,
    );
    if (lost > 0)
      notedOnce(
        tensor,
        `${lost} of ${data.length} values of ${what} are too small for float16 and became zero`,
      );
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
