/** Operators that make tensors inside the graph: constants, ranges, identity matrices. */
import { ArgumentError, DTypeError, knownOptions } from '@noosphere/base';
import {
  apply1,
  defineOperator,
  freshDim,
  fromNumbers,
  type HostTensor,
  maybeNumbers,
  scalar,
  Tensor,
} from '../graph/index.js';
import { type DType, dtypeFromOnnx, isFloat } from '../shape/index.js';
import { div, mul, sub } from './arithmetic.js';
import { elementwiseFlops, noFlops, required, requireSameDType } from './like.js';
import { sum } from './reduce.js';
import { partialShape } from './shape-values.js';

const constantSchema = {
  value: 'tensor?',
  value_float: 'float?',
  value_floats: 'floats?',
  value_int: 'int?',
  value_ints: 'ints?',
} as const;

/** The tensor that the attributes of a Constant stand for. */
export function constantValue(attributes: {
  readonly value: HostTensor | undefined;
  readonly value_float: number | undefined;
  readonly value_floats: readonly number[] | undefined;
  readonly value_int: number | undefined;
  readonly value_ints: readonly number[] | undefined;
}): HostTensor {
  const { value, value_float, value_floats, value_int, value_ints } = attributes;
  if (value) return value;
  if (value_float !== undefined) return scalar('float32', value_float);
  if (value_floats) return fromNumbers('float32', [value_floats.length], value_floats);
  if (value_int !== undefined) return scalar('int64', value_int);
  if (value_ints) return fromNumbers('int64', [value_ints.length], value_ints);
  throw new ArgumentError(
    'Constant',
    'needs one of value, value_float(s), value_int(s); texts are not carried',
  );
}

export const Constant = defineOperator({
  name: 'Constant',
  opset: 13,
  attributes: constantSchema,
  infer: ({ attributes }) => {
    const { dtype, shape } = constantValue(attributes);
    return [{ dtype, shape }];
  },
  gradient: () => [],
  flops: noFlops,
  doc: 'A tensor stored in the graph.',
});

export const ConstantOfShape = defineOperator({
  name: 'ConstantOfShape',
  opset: 9,
  attributes: { value: 'tensor?' },
  infer: ({ inputs, attributes }) => [
    {
      dtype: attributes.value?.dtype ?? 'float32',
      shape: partialShape(required('ConstantOfShape', inputs, 0)),
    },
  ],
  gradient: () => [undefined],
  flops: noFlops,
  doc: 'One value repeated over a shape that the graph computes. Gradient: zero.',
});

export const Range = defineOperator({
  name: 'Range',
  opset: 11,
  attributes: {},
  infer: ({ inputs }) => {
    const [start, limit, delta] = [0, 1, 2].map((index) => required('Range', inputs, index)) as [
      Tensor,
      Tensor,
      Tensor,
    ];
    requireSameDType('range', start, limit, delta);
    const [from] = maybeNumbers(start) ?? [];
    const [to] = maybeNumbers(limit) ?? [];
    const [step] = maybeNumbers(delta) ?? [];
    const isKnown = from !== undefined && to !== undefined && step !== undefined;
    return [{ dtype: start.dtype, shape: [isKnown ? rangeLength(from, to, step) : freshDim('range')] }];
  },
  gradient: ({ inputs, outputs, outputGradients }) => {
    const g = required('Range', outputGradients, 0);
    const [start, , delta] = inputs as readonly Tensor[];
    if (!start || !delta || !isFloat(start.dtype)) return [undefined];
    // y = start + i delta, so that i = (y - start) / delta.
    const positions = div(sub(required('Range', outputs, 0), start), delta);
    return [sum(g), undefined, sum(mul(g, positions))];
  },
  flops: elementwiseFlops(),
  doc: 'start, start + δ, … below the limit. Gradients: Σ g for the start, Σ g i for δ, none for the limit.',
});

function rangeLength(start: number, limit: number, delta: number): number {
  if (delta === 0) throw new ArgumentError('range', 'the step must not be 0');
  return Math.max(0, Math.ceil((limit - start) / delta));
}

export const EyeLike = defineOperator({
  name: 'EyeLike',
  opset: 9,
  attributes: { dtype: 'int?', k: 'int' },
  defaults: { k: 0 },
  infer: ({ inputs, attributes }) => {
    const x = required('EyeLike', inputs, 0);
    const dtype = attributes.dtype === undefined ? x.dtype : dtypeFromOnnx(attributes.dtype);
    if (!dtype) throw new DTypeError('EyeLike', `cannot carry ONNX element type ${attributes.dtype}`);
    return [{ dtype, shape: x.shape }];
  },
  gradient: () => [undefined],
  flops: noFlops,
  doc: 'Ones on a diagonal, zeros elsewhere, in the shape of a matrix. Gradient: zero.',
});

/**
 * start, start + delta, … up to, without, the limit; the length of a range of computed bounds is known only when the graph runs.
 * @example
 * console.log(await range(2, 9, 3, { dtype: 'int32' }).array()); // → [ 2, 5, 8 ]
 */
export function range<D extends DType = 'float32'>(
  start: Tensor<D> | number,
  limit: Tensor<D> | number,
  delta: Tensor<D> | number = 1,
  options: { dtype?: D } = {},
): Tensor<D> {
  const { dtype } = knownOptions('range', options, 'dtype');
  const given = [start, limit, delta].find((value) => value instanceof Tensor) as Tensor<D> | undefined;
  const type = (given?.dtype ?? dtype ?? 'float32') as D;
  if (typeof start === 'number' && typeof limit === 'number' && typeof delta === 'number') {
    const length = rangeLength(start, limit, delta);
    return fromNumbers(
      type,
      [length],
      Float64Array.from({ length }, (_, index) => start + index * delta),
    );
  }
  const bounds = [start, limit, delta].map((value) =>
    value instanceof Tensor ? value : scalar(type, value),
  );
  return apply1(Range, bounds, {}) as Tensor<D>;
}
