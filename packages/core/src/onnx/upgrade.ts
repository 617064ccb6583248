/**
 * Older forms of operators as the present ones: attributes that became inputs, names that changed, defaults that moved.
 * Each rule takes a node's use as the file writes it and gives the use that the operator's record understands, or the
 * resulting tensors themselves.
 */
import { ArgumentError, FormatError } from '@noosphere/base';
import {
  type AttributeValue,
  fromNumbers,
  int64Vector,
  maybeNumbers,
  scalar,
  Tensor,
} from '../graph/index.js';
import {
  expandLike,
  logSoftmax,
  reshape,
  reshapeLike,
  softmax,
  transposedWindow,
  unsqueeze,
} from '../ops/index.js';
import { elementCount, isStatic, normalizeAxis } from '../shape/index.js';

/** A use of an operator, its attributes by value. */
export interface Call {
  readonly operator: string;
  /** The version of the operator's domain that the file is written for. */
  readonly opset: number;
  readonly place: string;
  readonly inputs: readonly (Tensor | undefined)[];
  readonly attributes: Readonly<Record<string, AttributeValue>>;
  /** Names of the results; '' is one that nobody reads. */
  readonly outputs: readonly string[];
}

type Rule = (call: Call) => Call | readonly Tensor[];

/** A rule for files below an opset. */
interface Upgrade {
  readonly below: number;
  readonly rule: Rule;
}

/** The use in the form of the present opset, or its results. */
export function upgrade(call: Call): Call | readonly Tensor[] {
  let current = without(call, call.opset < 8 ? ['consumed_inputs'] : []);
  if (!Object.hasOwn(upgrades, call.operator)) return current;
  for (const { below, rule } of upgrades[call.operator]) {
    if (call.opset >= below) continue;
    const next = rule(current);
    if (!('operator' in next)) return next;
    current = next;
  }
  return current;
}

function without(call: Call, names: readonly string[]): Call {
  const kept = Object.entries(call.attributes).filter(([name]) => !names.includes(name));
  return kept.length === Object.keys(call.attributes).length
    ? call
    : { ...call, attributes: Object.fromEntries(kept) };
}

function withAttributes(call: Call, attributes: Readonly<Record<string, AttributeValue>>): Call {
  return { ...call, attributes: { ...call.attributes, ...attributes } };
}

/** Moves attributes into inputs, from position 1 on; absent ones are left out. */
function toInputs(
  call: Call,
  names: readonly string[],
  make: (value: AttributeValue) => Tensor = (value) => int64Vector(value as number[]),
): Call {
  const added = names.map((name) => {
    const value = call.attributes[name];
    return value === undefined ? undefined : make(value);
  });
  return { ...without(call, names), inputs: [call.inputs[0], ...added] };
}

const axesToInput: Rule = (call) => ('axes' in call.attributes ? toInputs(call, ['axes']) : call);

const always = Number.POSITIVE_INFINITY;

function input(call: Call, index: number): Tensor {
  const tensor = call.inputs[index];
  if (!tensor) throw new FormatError('onnx', call.place, `needs input ${index}, got none`);
  return tensor;
}

/** Before opset 7 the second operand was aligned at an axis, when broadcasting was asked for at all. */
const alignedBroadcast: Rule = (call) => {
  const [a, b] = [input(call, 0), input(call, 1)];
  const axis = call.attributes.axis as number | undefined;
  const rest = without(call, ['axis', 'broadcast']);
  if (axis === undefined || call.attributes.broadcast !== 1) return rest;
  const from = axis < 0 ? axis + a.rank : axis;
  const trailing = a.rank - from - b.rank;
  if (trailing <= 0) return rest;
  const axes = Array.from({ length: trailing }, (_, index) => b.rank + index);
  return { ...rest, inputs: [a, unsqueeze(b, axes)] };
};

/** Before opset 13 softmax ran over all axes from `axis` on, taken as one. */
function flatSoftmax(name: string, compute: (x: Tensor) => Tensor): Rule {
  return (call) => {
    const x = input(call, 0);
    const axis = (call.attributes.axis as number | undefined) ?? 1;
    const from = axis < 0 ? axis + x.rank : axis;
    const joined = x.shape.slice(from);
    if (joined.length <= 1) return withAttributes(call, { axis: from >= x.rank ? -1 : from });
    if (!isStatic(joined))
      throw new ArgumentError(
        name,
        `over several axes needs known sizes; import with fixed input shapes, ${call.place}`,
      );
    const width = elementCount(joined, name);
    return [reshapeLike(compute(reshape(x, [...x.shape.slice(0, from), width])), x)];
  };
}

/** Hardmax over several axes taken as one is not written by any exporter. */
const lastAxisOnly: Rule = (call) => {
  const x = input(call, 0);
  const axis = (call.attributes.axis as number | undefined) ?? 1;
  if ((axis < 0 ? axis + x.rank : axis) !== x.rank - 1)
    throw new FormatError(
      'onnx',
      call.place,
      `runs over several axes in opset ${call.opset}, which cannot be imported`,
    );
  return withAttributes(call, { axis: -1 });
};

/** Inference only: what training would need is not in the form. */
const dropout: Rule = (call) => {
  const x = input(call, 0);
  const training = call.inputs[2];
  const isTraining = training ? maybeNumbers(training)?.[0] !== 0 : false;
  if (isTraining) return call;
  if (!call.outputs[1]) return [x];
  return [x, expandLike(scalar('bool', true), x.shape, [x])];
};

const oldResize: Rule = (call) => ({
  ...without(call, ['scales', 'height_scale', 'width_scale']),
  operator: 'Resize',
  inputs: [
    call.inputs[0],
    undefined,
    call.inputs[1] ?? fromNumbers('float32', [scalesOf(call).length], scalesOf(call)),
  ],
  attributes: {
    mode: modeOf(call),
    coordinate_transformation_mode: 'asymmetric',
    nearest_mode: 'floor',
  },
});

function modeOf(call: Call): string {
  const mode = (call.attributes.mode as string | undefined) ?? 'nearest';
  return mode === 'bilinear' || mode === 'trilinear' ? 'linear' : mode;
}

/** What opset 20 calls the interpolations of GridSample. */
const sampleModes: Readonly<Record<string, string>> = { bilinear: 'linear', bicubic: 'cubic' };

const oldGridSample: Rule = (call) => {
  const mode = (call.attributes.mode as string | undefined) ?? 'bilinear';
  return withAttributes(call, {
    mode: Object.hasOwn(sampleModes, mode) ? (sampleModes[mode] as string) : mode,
  });
};

function scalesOf({ attributes }: Call): readonly number[] {
  const { scales, height_scale: height, width_scale: width } = attributes;
  return (scales ?? [1, 1, height ?? 1, width ?? 1]) as readonly number[];
}

/** One value for every group became one for every channel with opset 21. */
const groupScales: Rule = (call) => {
  const groups = call.attributes.num_groups as number;
  const channels = input(call, 0).shape[1];
  if (typeof channels !== 'number')
    throw new ArgumentError('GroupNormalization', `needs a known number of channels, ${call.place}`);
  const repeat = (tensor: Tensor) =>
    reshape(expandLike(reshape(tensor, [groups, 1]), [groups, Math.floor(channels / groups)], [tensor]), [
      channels,
    ]);
  return { ...call, inputs: [call.inputs[0], repeat(input(call, 1)), repeat(input(call, 2))] };
};

const toByName: Rule = (call) => {
  const { to } = call.attributes;
  return typeof to === 'string' ? withAttributes(call, { to: oldTypeNames.indexOf(to) }) : call;
};

/** `TensorProto.DataType` by name, as opset 1 wrote it. */
const oldTypeNames = [
  'UNDEFINED',
  'FLOAT',
  'UINT8',
  'INT8',
  'UINT16',
  'INT16',
  'INT32',
  'INT64',
  'STRING',
  'BOOL',
  'FLOAT16',
  'DOUBLE',
  'UINT32',
  'UINT64',
];

/** The value of a Constant in any of its forms. */
const constant: Rule = ({ attributes, place }) => {
  const { value, value_float: float, value_int: int, value_floats: floats, value_ints: ints } = attributes;
  if (value instanceof Tensor) return [value];
  if (typeof float === 'number') return [scalar('float32', float)];
  if (typeof int === 'number') return [scalar('int64', int)];
  if (Array.isArray(floats)) return [fromNumbers('float32', [floats.length], floats)];
  if (Array.isArray(ints)) return [int64Vector(ints)];
  throw new FormatError('onnx', place, 'holds no number; texts and sparse values are not carried');
};

/** Old minimum and maximum were attributes; what is absent bounds nothing. */
const clip: Rule = (call) => {
  const x = input(call, 0);
  return toInputs(call, ['min', 'max'], (value) => scalar(x.dtype, value as number));
};

const pad: Rule = (call) => {
  const x = input(call, 0);
  const amounts = (call.attributes.pads ?? call.attributes.paddings) as readonly number[] | undefined;
  const value = call.attributes.value as number | undefined;
  return {
    ...without(call, ['pads', 'paddings', 'value']),
    inputs: [x, int64Vector(amounts ?? []), value === undefined ? undefined : scalar(x.dtype, value)],
  };
};

const slice: Rule = (call) => toInputs(call, ['starts', 'ends', 'axes']);

/** Equal pieces, the last of which may be smaller: their sizes as numbers, where the axis has one. */
const splitSizes: Rule = (call) => {
  const count = call.outputs.length;
  const wanted = call.attributes.num_outputs as number | undefined;
  if (wanted !== undefined && wanted !== count)
    throw new FormatError('onnx', call.place, `splits into ${wanted} but names ${count} results`);
  const plain = without(call, ['num_outputs']);
  if (call.inputs[1]) return plain;
  const x = input(call, 0);
  const size = x.shape[normalizeAxis('split', (call.attributes.axis as number | undefined) ?? 0, x.rank)];
  if (typeof size !== 'number') return withAttributes(call, { num_outputs: count });
  const each = Math.ceil(size / count);
  const sizes = call.outputs.map((_, index) => Math.max(0, Math.min(each, size - index * each)));
  return { ...plain, inputs: [x, int64Vector(sizes)] };
};

const topKCount: Rule = (call) => toInputs(call, ['k'], (value) => int64Vector([value as number]));

/** Repeats along one axis became repeats along all. */
const oldTile: Rule = (call) => {
  const x = input(call, 0);
  const [tiles] = maybeNumbers(call.inputs[1]) ?? [];
  const [axis] = maybeNumbers(call.inputs[2]) ?? [];
  if (call.inputs.length < 3 || tiles === undefined || axis === undefined) return call;
  return { ...call, inputs: [x, int64Vector(x.shape.map((_, k) => (k === axis ? tiles : 1)))] };
};

/** A slope for each channel was aligned at axis 1. */
const channelSlope: Rule = (call) => {
  const [x, slope] = [input(call, 0), input(call, 1)];
  if (slope.rank !== 1 || slope.shape[0] === 1 || x.rank < 3) return call;
  const axes = Array.from({ length: x.rank - 2 }, (_, index) => 1 + index);
  return { ...call, inputs: [x, unsqueeze(slope, axes)] };
};

/** Nothing but the first result was made outside training. */
const batchNormalization: Rule = (call) => {
  if (call.outputs.slice(1).some((name) => name !== ''))
    throw new FormatError(
      'onnx',
      call.place,
      'asks for the results of an old training mode, which cannot be imported',
    );
  return { ...without(call, ['is_test', 'spatial']), outputs: call.outputs.slice(0, 1) };
};

/** The padding of a transposed convolution as numbers, where its sizes are: the runtime works out others than the standard says. */
const transposedPadding: Rule = (call) => {
  const { auto_pad, output_shape } = call.attributes;
  const [x, w] = [input(call, 0), input(call, 1)];
  const isAutomatic = output_shape !== undefined || String(auto_pad ?? '').startsWith('SAME');
  if (!isAutomatic || !isStatic(x.shape.slice(2)) || !isStatic(w.shape.slice(2))) return call;
  const { pads, outputPadding } = transposedWindow(x.shape, w.shape, call.attributes as never);
  return withAttributes(without(call, ['auto_pad', 'output_shape']), { pads, output_padding: outputPadding });
};

/** How floats of 8 bits are rounded, which are not carried. */
const withoutSmallTypes: Rule = (call) => without(call, ['round_mode']);

/** The result has the type of the scale, which is what an absent type means. */
const plainDequantize: Rule = (call) =>
  call.attributes.output_dtype === 0 ? without(call, ['output_dtype']) : call;

const attention: Rule = (call) => {
  if (call.inputs[6])
    throw new FormatError(
      'onnx',
      call.place,
      'reads lengths of padded keys (opset 24), which are not carried',
    );
  return call;
};

const upgrades: Readonly<Record<string, readonly Upgrade[]>> = {
  Add: [{ below: 7, rule: alignedBroadcast }],
  Sub: [{ below: 7, rule: alignedBroadcast }],
  Mul: [{ below: 7, rule: alignedBroadcast }],
  Div: [{ below: 7, rule: alignedBroadcast }],
  Pow: [{ below: 7, rule: alignedBroadcast }],
  And: [{ below: 7, rule: alignedBroadcast }],
  Or: [{ below: 7, rule: alignedBroadcast }],
  Xor: [{ below: 7, rule: alignedBroadcast }],
  Equal: [{ below: 7, rule: alignedBroadcast }],
  Less: [{ below: 7, rule: alignedBroadcast }],
  Greater: [{ below: 7, rule: alignedBroadcast }],
  PRelu: [{ below: 7, rule: channelSlope }],
  Gemm: [{ below: 7, rule: (call) => without(call, ['broadcast']) }],
  BatchNormalization: [{ below: 14, rule: batchNormalization }],
  Attention: [{ below: always, rule: attention }],
  Cast: [
    { below: 6, rule: toByName },
    { below: always, rule: withoutSmallTypes },
  ],
  CastLike: [{ below: always, rule: withoutSmallTypes }],
  Clip: [{ below: 11, rule: clip }],
  Constant: [{ below: always, rule: constant }],
  Dropout: [
    {
      below: 12,
      rule: (call) => ({ ...without(call, ['ratio', 'is_test']), inputs: call.inputs.slice(0, 1) }),
    },
    { below: always, rule: dropout },
  ],
  GridSample: [{ below: 20, rule: oldGridSample }],
  GroupNormalization: [{ below: 21, rule: groupScales }],
  Hardmax: [{ below: 13, rule: lastAxisOnly }],
  LogSoftmax: [{ below: 13, rule: flatSoftmax('LogSoftmax', (x) => logSoftmax(x)) }],
  LSTM: [{ below: 7, rule: (call) => without(call, ['output_sequence']) }],
  GRU: [{ below: 7, rule: (call) => without(call, ['output_sequence']) }],
  RNN: [{ below: 7, rule: (call) => without(call, ['output_sequence']) }],
  ConvTranspose: [{ below: always, rule: transposedPadding }],
  DequantizeLinear: [{ below: always, rule: plainDequantize }],
  Pad: [{ below: 11, rule: pad }],
  QuantizeLinear: [{ below: always, rule: (call) => without(call, ['precision']) }],
  ReduceL1: [{ below: 18, rule: axesToInput }],
  ReduceL2: [{ below: 18, rule: axesToInput }],
  ReduceLogSum: [{ below: 18, rule: axesToInput }],
  ReduceLogSumExp: [{ below: 18, rule: axesToInput }],
  ReduceMax: [{ below: 18, rule: axesToInput }],
  ReduceMean: [{ below: 18, rule: axesToInput }],
  ReduceMin: [{ below: 18, rule: axesToInput }],
  ReduceProd: [{ below: 18, rule: axesToInput }],
  ReduceSum: [{ below: 13, rule: axesToInput }],
  ReduceSumSquare: [{ below: 18, rule: axesToInput }],
  Reshape: [{ below: 5, rule: (call) => ('shape' in call.attributes ? toInputs(call, ['shape']) : call) }],
  Resize: [{ below: 11, rule: oldResize }],
  Scatter: [{ below: always, rule: (call) => ({ ...call, operator: 'ScatterElements' }) }],
  Slice: [{ below: 10, rule: slice }],
  Softmax: [{ below: 13, rule: flatSoftmax('Softmax', (x) => softmax(x)) }],
  Split: [
    { below: 13, rule: (call) => ('split' in call.attributes ? toInputs(call, ['split']) : call) },
    { below: always, rule: splitSizes },
  ],
  Squeeze: [{ below: 13, rule: axesToInput }],
  Tile: [{ below: 6, rule: oldTile }],
  TopK: [{ below: 10, rule: topKCount }],
  Unsqueeze: [{ below: 13, rule: axesToInput }],
  Upsample: [{ below: always, rule: oldResize }],
};

/** Operators that the rules above replace wherever they stand. */
export const replacedOperators: readonly string[] = ['Constant', 'Scatter', 'Upsample'];
