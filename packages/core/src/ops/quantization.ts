/** Quantisation: floats as small integers with a scale and a zero point. */
import { ArgumentError, knownOptions } from '@noosphere/base';
import {
  apply,
  apply1,
  defineOperator,
  type Inputs,
  notDifferentiable,
  type Tensor,
} from '../graph/index.js';
import { type Dim, type DType, dtypeFromOnnx, normalizeAxis, staticDim } from '../shape/index.js';
import { mul, sub } from './arithmetic.js';
import { gradientOf } from './composite.js';
import { slice } from './joining.js';
import { cast, expandLike, reshape, unsqueeze } from './layout.js';
import { countOf, elementwiseFlops, required, requireFloat, requireTensors } from './like.js';
import { MatMul } from './matrix.js';

interface BlockAttributes {
  readonly axis: number;
  readonly block_size: number;
}

/** A scale or zero point in a shape that broadcasts to x: one value, one for each place of an axis, or one for each block. */
function spread(value: Tensor, x: Tensor, { axis, block_size }: BlockAttributes): Tensor {
  const at = x.rank === 0 ? 0 : normalizeAxis('quantisation', axis, x.rank);
  if (block_size > 0) {
    const repeated = unsqueeze(value, at + 1);
    const shape = repeated.shape.map((dim, k): Dim => (k === at + 1 ? block_size : dim));
    const blocks = expandLike(repeated, shape, [repeated]);
    const size = staticDim('quantisation', value.shape[at]) * block_size;
    const joined = reshape(
      blocks,
      value.shape.map((dim, k): Dim => (k === at ? size : dim)),
    );
    return slice(joined, { starts: [0], ends: [staticDim('quantisation', x.shape[at])], axes: [at] });
  }
  const isPerAxis = value.rank === 1 && value.shape[0] !== 1 && x.rank > 1;
  const behind = isPerAxis ? x.shape.map((_, k) => k).slice(1, x.rank - at) : [];
  return behind.length > 0 ? unsqueeze(value, behind) : value;
}

export const QuantizeLinear = defineOperator({
  name: 'QuantizeLinear',
  opset: 21,
  attributes: { axis: 'int', block_size: 'int', output_dtype: 'int', saturate: 'int' },
  defaults: { axis: 1, block_size: 0, output_dtype: 0, saturate: 1 },
  infer: ({ inputs, attributes }) => {
    const dtype = inputs[2]?.dtype ?? dtypeFromOnnx(attributes.output_dtype) ?? 'uint8';
    return [{ dtype, shape: required('QuantizeLinear', inputs, 0).shape }];
  },
  gradient: notDifferentiable(
    'it rounds; give quantise and dequantise together a straight-through customGradient',
  ),
  flops: elementwiseFlops(3),
  doc: 'x / scale rounded, plus the zero point, cut off to the range of a small integer type.',
});

function dequantizeFormula(inputs: Inputs, attributes: BlockAttributes): Tensor[] {
  const x = required('DequantizeLinear', inputs, 0);
  const scale = required('DequantizeLinear', inputs, 1);
  const values = cast(x, scale.dtype);
  const zero = inputs[2] && spread(cast(inputs[2], scale.dtype), x, attributes);
  return [mul(zero ? sub(values, zero) : values, spread(scale, x, attributes))];
}

export const DequantizeLinear = defineOperator({
  name: 'DequantizeLinear',
  opset: 21,
  attributes: { axis: 'int', block_size: 'int' },
  defaults: { axis: 1, block_size: 0 },
  infer: ({ inputs }) => [
    {
      dtype: required('DequantizeLinear', inputs, 1).dtype,
      shape: required('DequantizeLinear', inputs, 0).shape,
    },
  ],
  formula: dequantizeFormula,
  gradient: gradientOf(dequantizeFormula),
  flops: elementwiseFlops(2),
  doc: '(x - zero point) scale. Gradient of the scale: g (x - zero point), summed where it was spread; none for the integers.',
});

export const DynamicQuantizeLinear = defineOperator({
  name: 'DynamicQuantizeLinear',
  opset: 11,
  attributes: {},
  infer: ({ inputs }) => {
    const x = required('DynamicQuantizeLinear', inputs, 0);
    return [
      { dtype: 'uint8', shape: x.shape },
      { dtype: 'float32', shape: [] },
      { dtype: 'uint8', shape: [] },
    ];
  },
  allOutputs: true,
  gradient: notDifferentiable('it rounds to a range it reads off the data; stop the gradient at its scale'),
  flops: elementwiseFlops(5),
  doc: 'x as uint8 with the scale and zero point that cover its range.',
});

export const MatMulInteger = defineOperator({
  name: 'MatMulInteger',
  opset: 10,
  attributes: {},
  infer: ({ inputs }) => {
    const a = required('MatMulInteger', inputs, 0);
    const b = required('MatMulInteger', inputs, 1);
    const [product] = MatMul.infer({ inputs: [cast(a, 'int32'), cast(b, 'int32')], attributes: {} });
    return [{ dtype: 'int32', shape: product?.shape ?? [] }];
  },
  gradient: notDifferentiable('its result is integers'),
  flops: ({ inputs, outputs }) => 2 * countOf(outputs[0]) * staticDim('cost', inputs[0]?.shape.at(-1)),
  doc: '(A - zero point) (B - zero point) of 8-bit integers, as int32.',
});

/** The two numbers of a quantisation: for the whole tensor, or one for each place of an axis. */
export interface QuantizeOptions<Q extends DType> {
  readonly scale: Tensor;
  /** Its type is the integers' type: uint8 or int8. */
  readonly zeroPoint: Tensor<Q>;
  /** The axis that scales of rank 1 belong to. @default 1 */
  readonly axis?: number;
}

/**
 * Floats as small integers: x / scale rounded (ties to even) plus the zero point, cut off to the integers' range.
 * @example
 * const zeroPoint = tensor(128, { dtype: 'uint8' });
 * console.log(await quantize(tensor([-1, 0, 100]), { scale: tensor(0.5), zeroPoint }).array()); // → [ 126, 128, 255 ]
 */
export function quantize<Q extends DType>(x: Tensor, options: QuantizeOptions<Q>): Tensor<Q> {
  const { scale, zeroPoint, axis = 1 } = knownOptions('quantize', options, 'scale zeroPoint axis');
  requireFloat('quantize', x);
  const attributes = { axis, block_size: 0, output_dtype: 0, saturate: 1 };
  return apply1(QuantizeLinear, [x, scale, zeroPoint], attributes) as Tensor as Tensor<Q>;
}

/**
 * Small integers as floats: (x - zero point) scale.
 * @example
 * const zeroPoint = tensor(128, { dtype: 'uint8' });
 * const x = tensor([126, 128], { dtype: 'uint8' });
 * console.log(await dequantize(x, { scale: tensor(0.5), zeroPoint }).array()); // → [ -1, 0 ]
 */
export function dequantize<Q extends DType>(x: Tensor<Q>, options: QuantizeOptions<Q>): Tensor<'float32'> {
  const { scale, zeroPoint, axis = 1 } = knownOptions('dequantize', options, 'scale zeroPoint axis');
  return apply1(DequantizeLinear, [x, scale, zeroPoint], { axis, block_size: 0 }) as Tensor<'float32'>;
}

export interface DynamicallyQuantized {
  readonly values: Tensor<'uint8'>;
  readonly scale: Tensor<'float32'>;
  readonly zeroPoint: Tensor<'uint8'>;
}

/**
 * Floats as uint8 with the scale and zero point that cover their range, 0 included.
 * @example
 * const { values } = quantizeDynamically(tensor([0, 127.5, 255]));
 * console.log(await values.array()); // → [ 0, 128, 255 ]
 */
export function quantizeDynamically(x: Tensor<'float32'>): DynamicallyQuantized {
  const [values, scale, zeroPoint] = apply(DynamicQuantizeLinear, [x], {}) as [
    Tensor<'uint8'>,
    Tensor<'float32'>,
    Tensor<'uint8'>,
  ];
  return { values, scale, zeroPoint };
}

/**
 * Product of 8-bit integer matrices as int32, zero points taken off first.
 * @example
 * const a = tensor([[1, 2]], { dtype: 'uint8' });
 * console.log(await matmulInteger(a, tensor([[3], [4]], { dtype: 'uint8' })).array()); // → [ [ 11 ] ]
 */
export function matmulInteger(
  a: Tensor,
  b: Tensor,
  options: { zeroPointA?: Tensor; zeroPointB?: Tensor } = {},
): Tensor<'int32'> {
  requireTensors('matmulInteger', a, b);
  const { zeroPointA, zeroPointB } = knownOptions('matmulInteger', options, 'zeroPointA zeroPointB');
  for (const each of [a, b]) {
    if (each.dtype !== 'uint8' && each.dtype !== 'int8')
      throw new ArgumentError('matmulInteger', `expects uint8 or int8, got ${each}; use matmul for others`);
  }
  return apply1(MatMulInteger, [a, b, zeroPointA, zeroPointB], {}) as Tensor<'int32'>;
}
