/** Picking by value: the largest elements, one-hot rows, positions of what is not zero. */
import { ArgumentError, knownOptions, ShapeError } from '@noosphere/base';
import {
  apply,
  apply1,
  defineOperator,
  freshDim,
  fromNumbers,
  int64Vector,
  maybeNumbers,
  notDifferentiable,
  scalar,
  type Tensor,
} from '../graph/index.js';
import { type Dim, type DType, formatShape, isInteger, normalizeAxis } from '../shape/index.js';
import { mul, sub } from './arithmetic.js';
import { notEqual, where } from './comparison.js';
import { stack, zerosLike } from './joining.js';
import { cast } from './layout.js';
import { countOf, noFlops, required, requireTensors } from './like.js';
import { sum } from './reduce.js';
import { scatterElements } from './scatter.js';

export const TopK = defineOperator({
  name: 'TopK',
  opset: 11,
  attributes: { axis: 'int', largest: 'int', sorted: 'int' },
  defaults: { axis: -1, largest: 1, sorted: 1 },
  infer: ({ inputs, attributes }) => {
    const x = required('TopK', inputs, 0);
    const axis = normalizeAxis('topK', attributes.axis, x.rank);
    const count = maybeNumbers(required('TopK', inputs, 1))?.[0];
    const dim = x.shape[axis];
    if (typeof dim === 'number' && count !== undefined && count > dim) {
      throw new ShapeError(
        'topK',
        `k must be at most ${dim}, the size of axis ${axis} of ${formatShape(x.shape)}, got ${count}`,
      );
    }
    const shape = x.shape.map((each, k): Dim => (k === axis ? (count ?? freshDim('top')) : each));
    return [
      { dtype: x.dtype, shape },
      { dtype: 'int64', shape },
    ];
  },
  allOutputs: true,
  gradient: ({ inputs, outputs, outputGradients, attributes }) => {
    const g = required('TopK', outputGradients, 0);
    const zeros = zerosLike(required('TopK', inputs, 0));
    // No element is picked twice, so writing is enough.
    return [scatterElements(zeros, required('TopK', outputs, 1), g, { axis: attributes.axis }), undefined];
  },
  flops: ({ inputs }) => countOf(inputs[0]),
  doc: 'The k largest or smallest elements along an axis, and their positions. Gradient: g at those positions.',
});

export const OneHot = defineOperator({
  name: 'OneHot',
  opset: 11,
  attributes: { axis: 'int' },
  defaults: { axis: -1 },
  infer: ({ inputs, attributes }) => {
    const indices = required('OneHot', inputs, 0);
    const depth = maybeNumbers(required('OneHot', inputs, 1))?.[0];
    const axis = normalizeAxis('oneHot', attributes.axis, indices.rank + 1);
    const shape: Dim[] = [...indices.shape];
    shape.splice(axis, 0, depth ?? freshDim('depth'));
    return [{ dtype: required('OneHot', inputs, 2).dtype, shape }];
  },
  gradient: ({ inputs, outputGradients, attributes }) => {
    const g = required('OneHot', outputGradients, 0);
    const indices = required('OneHot', inputs, 0);
    const flags = fromNumbers(g.dtype, [2], [0, 1]);
    const hot = oneHotRows(indices, required('OneHot', inputs, 1), flags, attributes.axis);
    const on = sum(mul(g, hot));
    return [undefined, undefined, stack([sub(sum(g), on), on])];
  },
  flops: noFlops,
  doc: 'Rows that hold the second value at an index and the first elsewhere. Gradient of the values: g summed where each stands.',
});

function oneHotRows(indices: Tensor, depth: Tensor, values: Tensor, axis: number): Tensor {
  return apply1(OneHot, [indices, depth, values], { axis });
}

export const NonZero = defineOperator({
  name: 'NonZero',
  opset: 13,
  attributes: {},
  infer: ({ inputs }) => [
    { dtype: 'int64', shape: [required('NonZero', inputs, 0).rank, freshDim('nonzero')] },
  ],
  gradient: notDifferentiable('its result is integers'),
  flops: ({ inputs }) => countOf(inputs[0]),
  doc: 'Positions of the elements that are not zero: a row for each axis, in row-major order.',
});

export interface TopKOptions {
  readonly k: number;
  /** @default -1 */
  readonly axis?: number;
  /** The largest, or the smallest. @default true */
  readonly largest?: boolean;
  /** In order, or in any. @default true */
  readonly sorted?: boolean;
}

/**
 * The k largest (or smallest) elements along an axis and their positions (int32); among equals the first.
 * @example
 * const { values, indices } = topK(tensor([3, 1, 2]), { k: 2 });
 * console.log(await values.array(), await indices.array()); // → [ 3, 2 ] [ 0, 2 ]
 */
export function topK<D extends DType>(
  x: Tensor<D>,
  options: TopKOptions,
): { values: Tensor<D>; indices: Tensor<'int32'> } {
  const {
    k,
    axis = -1,
    largest = true,
    sorted = true,
  } = knownOptions('topK', options, 'k axis largest sorted');
  if (!Number.isInteger(k) || k < 0) throw new ArgumentError('topK', `k must be a whole number, got ${k}`);
  // The runtime orders floats, int32 and int64.
  const isSmall = x.dtype === 'bool' || (isInteger(x.dtype) && x.dtype !== 'int64' && x.dtype !== 'int32');
  const source = isSmall ? cast(x, 'int64') : x;
  const [values, indices] = apply(TopK, [source, int64Vector([k])], {
    axis: normalizeAxis('topK', axis, x.rank),
    largest: largest ? 1 : 0,
    sorted: sorted ? 1 : 0,
  }) as [Tensor, Tensor];
  return { values: cast(values, x.dtype) as Tensor as Tensor<D>, indices: cast(indices, 'int32') };
}

export interface OneHotOptions<D extends DType> {
  /** How many classes: the size of the new axis. */
  readonly depth: number;
  /** Where the new axis stands in the result. @default -1 */
  readonly axis?: number;
  /** Elsewhere, and at the index. @default [0, 1] */
  readonly values?: readonly [number, number];
  /** @default float32 */
  readonly dtype?: D;
}

/**
 * Integer labels as rows of 0 with a 1 at the label; labels outside 0 … depth - 1 (or -depth … -1, from the end) give zeros.
 * Shapes: indices [...] give [..., depth].
 * @example
 * console.log(await oneHot(tensor([1, 0], { dtype: 'int32' }), { depth: 2 }).array()); // → [ [ 0, 1 ], [ 1, 0 ] ]
 */
export function oneHot<D extends DType = 'float32'>(indices: Tensor, options: OneHotOptions<D>): Tensor<D> {
  const {
    depth,
    axis = -1,
    values = [0, 1],
    dtype,
  } = knownOptions('oneHot', options, 'depth axis values dtype');
  const wanted: DType = dtype ?? 'float32';
  const at = normalizeAxis('oneHot', axis, indices.rank + 1);
  // Kernels exist for float32 and int64 results; other types choose between their values by the ones.
  const isDirect = wanted === 'float32';
  const kernelValues = isDirect ? fromNumbers('float32', [2], values) : fromNumbers('int64', [2], [0, 1]);
  const hot = oneHotRows(cast(indices, 'int64'), scalar('int64', depth), kernelValues, at);
  if (isDirect) return hot as Tensor as Tensor<D>;
  const [off, on] = values.map((value) => scalar(wanted, value)) as [Tensor, Tensor];
  return where(cast(hot, 'bool'), on, off) as Tensor as Tensor<D>;
}

/**
 * Positions of the elements that are not zero, as int32: one row for each axis of x, in row-major order.
 * Shapes: x of rank r gives [r, count]; the count is known only when the data is.
 * @example
 * console.log(await nonZero(tensor([0, 5, 7])).array()); // → [ [ 1, 2 ] ]
 */
export function nonZero(x: Tensor): Tensor<'int32'> {
  requireTensors('nonZero', x);
  const flags = x.dtype === 'bool' ? x : notEqual(x, 0);
  return cast(apply1(NonZero, [flags], {}), 'int32');
}
