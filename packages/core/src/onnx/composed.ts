/** Operators of files that have no record of their own: the same values from those that have one. */
import { FormatError } from '@noosphere/base';
import { fill, maybeNumbers, type Tensor } from '../graph/index.js';
import {
  cast,
  cumulativeProduct,
  gather,
  less,
  mul,
  nonZero,
  reshape,
  sigmoid,
  sub,
  unsqueeze,
} from '../ops/index.js';
import { onnxDType } from '../shape/index.js';
import type { Call } from './upgrade.js';

/** Uses an operator that has a record; absent attributes take ONNX's defaults. */
type Use = (operator: string, inputs: Call['inputs'], attributes?: Call['attributes']) => Tensor;
type Composer = (call: Call, use: Use) => Tensor;

function input({ inputs, place }: Call, index: number): Tensor {
  const tensor = inputs[index];
  if (!tensor) throw new FormatError('onnx', place, `needs input ${index}, got none`);
  return tensor;
}

/** Integers as floats; `axis` is that of a scale for each of its places. */
function floats(call: Call, use: Use, first: number, axis: number): Tensor {
  const given = [0, 1, 2].map((offset) => input(call, first + offset));
  return use('DequantizeLinear', given, { axis });
}

/** The product of two quantised matrices. */
const quantizedMatMul: Composer = (call, use) => {
  const a = floats(call, use, 0, Math.max(0, input(call, 0).rank - 2));
  const b = floats(call, use, 3, Math.max(0, input(call, 3).rank - 1));
  return use('QuantizeLinear', [use('MatMul', [a, b]), input(call, 6), input(call, 7)]);
};

/** A quantised convolution: its bias is integers of the two scales' product. */
const quantizedConv: Composer = (call, use) => {
  const bias = call.inputs[8];
  const scale = mul(input(call, 1), input(call, 4));
  const given = [
    floats(call, use, 0, 1),
    floats(call, use, 3, 0),
    bias && mul(cast(bias, scale.dtype), reshape(scale, [-1])),
  ];
  return use('QuantizeLinear', [use('Conv', given, call.attributes), input(call, 6), input(call, 7)]);
};

/** A convolution of 8-bit integers as int32; sums of 8-bit products are exact in float32 up to 2^24. */
const integerConv: Composer = (call, use) => {
  const at = (index: number, zero: number, isPerChannel: boolean) => {
    const values = cast(input(call, index), 'float32');
    const point = call.inputs[zero];
    if (!point) return values;
    const spread =
      isPerChannel && point.rank === 1 ? unsqueeze(point, [1, 2, 3].slice(0, values.rank - 1)) : point;
    return sub(values, cast(spread, 'float32'));
  };
  return cast(use('Conv', [at(0, 2, false), at(1, 3, true)], call.attributes), 'int32');
};

/** The slices along an axis, or the elements, that a condition keeps. */
const compress: Composer = (call) => {
  const axis = call.attributes.axis as number | undefined;
  const x = input(call, 0);
  const kept = reshape(nonZero(input(call, 1)), [-1]);
  return gather(axis === undefined ? reshape(x, [-1]) : x, kept, { axis: axis ?? 0 });
};

const swish: Composer = (call) => {
  const x = input(call, 0);
  return mul(x, sigmoid(mul(x, (call.attributes.alpha as number | undefined) ?? 1)));
};

const runningProduct: Composer = (call) => {
  const [axis] = maybeNumbers(input(call, 1)) ?? [];
  if (axis === undefined) throw new FormatError('onnx', call.place, 'needs its axis as a constant');
  const { exclusive, reverse } = call.attributes;
  return cumulativeProduct(input(call, 0), { axis, exclusive: exclusive === 1, reverse: reverse === 1 });
};

/** Random numbers of a shape: those in the shape of zeros. */
function drawn(like: string): Composer {
  return (call, use) => {
    const { shape, ...attributes } = call.attributes;
    return use(like, [fill('float32', shape as readonly number[], 0)], attributes);
  };
}

/** One with a probability, by a uniform number: the runtime's own kernel gives zero with that probability. */
const bernoulli: Composer = (call, use) => {
  const probability = input(call, 0);
  const { dtype, ...seed } = call.attributes;
  const uniform = use('RandomUniformLike', [probability], seed);
  return use('Cast', [less(uniform, probability)], { to: dtype ?? onnxDType(probability.dtype) });
};

/** By the operator's name. */
export const composed: Readonly<Record<string, Composer>> = {
  Bernoulli: bernoulli,
  Compress: compress,
  ConvInteger: integerConv,
  CumProd: runningProduct,
  QLinearConv: quantizedConv,
  QLinearMatMul: quantizedMatMul,
  RandomNormal: drawn('RandomNormalLike'),
  RandomUniform: drawn('RandomUniformLike'),
  Swish: swish,
};
