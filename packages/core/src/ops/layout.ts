/** Operators that change a tensor's type or shape without changing its order or its values. */
import { ArgumentError, DTypeError, requireList, ShapeError } from '@noosphere/base';
import {
  apply1,
  constantNumbers,
  defineOperator,
  freshDim,
  type Inputs,
  int64Vector,
  notDifferentiable,
  type Tensor,
} from '../graph/index.js';
import {
  broadcastShapes,
  type Dim,
  type DType,
  dtypeFromOnnx,
  elementCount,
  formatShape,
  isFloat,
  isStatic,
  normalizeAxes,
  normalizeAxis,
  onnxDType,
  type Shape,
} from '../shape/index.js';
import { concat } from './joining.js';
import { elementwiseFlops, noFlops, required, requireTensors } from './like.js';
import { sumTo } from './reduce.js';
import { partialShape } from './shape-values.js';

export const Cast = defineOperator({
  name: 'Cast',
  opset: 19,
  attributes: { to: 'int', saturate: 'int?' },
  infer: ({ inputs, attributes }) => {
    const dtype = dtypeFromOnnx(attributes.to);
    if (!dtype) throw new DTypeError('Cast', `cannot carry ONNX element type ${attributes.to}`);
    return [{ dtype, shape: required('Cast', inputs, 0).shape }];
  },
  gradient: ({ inputs, outputGradients }) => {
    const x = required('Cast', inputs, 0);
    return [isFloat(x.dtype) ? cast(required('Cast', outputGradients, 0), x.dtype) : undefined];
  },
  flops: elementwiseFlops(),
  doc: 'x converted to another element type. Gradient: g converted back, where x is a float.',
});

function castLikeFormula([x, like]: Inputs): Tensor[] {
  return x && like ? [cast(x, like.dtype)] : [];
}

export const CastLike = defineOperator({
  name: 'CastLike',
  opset: 19,
  attributes: { saturate: 'int?' },
  infer: ({ inputs }) => [
    { dtype: required('CastLike', inputs, 1).dtype, shape: required('CastLike', inputs, 0).shape },
  ],
  formula: castLikeFormula,
  gradient: ({ inputs, outputGradients }) => {
    const x = required('CastLike', inputs, 0);
    return [
      isFloat(x.dtype) ? cast(required('CastLike', outputGradients, 0), x.dtype) : undefined,
      undefined,
    ];
  },
  flops: elementwiseFlops(),
  doc: 'x converted to the element type of another tensor. Gradient: g converted back, where x is a float.',
});

export const Reshape = defineOperator({
  name: 'Reshape',
  opset: 19,
  attributes: { allowzero: 'int' },
  defaults: { allowzero: 0 },
  infer: ({ inputs, attributes }) => {
    const x = required('Reshape', inputs, 0);
    const wanted = partialShape(required('Reshape', inputs, 1));
    return [{ dtype: x.dtype, shape: reshapedShape(x.shape, wanted, attributes.allowzero === 1) }];
  },
  gradient: ({ inputs, outputGradients }) => {
    const x = required('Reshape', inputs, 0);
    return [reshapeLike(required('Reshape', outputGradients, 0), x), undefined];
  },
  flops: noFlops,
  doc: 'The same elements in another shape; 0 keeps a dimension, -1 takes what is left. Gradient: g in the old shape.',
});

/** Resolves 0 and -1 of a wanted shape against the shape it comes from. */
function reshapedShape(from: Shape, wanted: readonly Dim[], allowZero: boolean): Dim[] {
  const shape = wanted.map((dim, axis) => (dim === 0 && !allowZero ? (from[axis] ?? 0) : dim));
  const unknown = shape.indexOf(-1);
  const rest = shape.filter((dim) => dim !== -1);
  const mismatch = () =>
    new ShapeError(
      'reshape',
      `cannot make ${formatShape(wanted)} of ${formatShape(from)}; the number of elements must stay the same`,
    );
  if (shape.filter((dim) => dim === -1).length > 1) {
    throw new ShapeError('reshape', `only one dimension may be -1, got ${formatShape(wanted)}`);
  }
  // Named dimensions on both sides cancel; what is left over must be numbers for a check.
  const { numbers: have, names: haveNames } = factors(from);
  const { numbers: want, names: wantNames } = factors(rest);
  for (const name of [...wantNames]) {
    if (!haveNames.includes(name)) continue;
    haveNames.splice(haveNames.indexOf(name), 1);
    wantNames.splice(wantNames.indexOf(name), 1);
  }
  if (unknown === -1) {
    if (haveNames.length === 0 && wantNames.length === 0 && have !== want) throw mismatch();
    return shape;
  }
  if (wantNames.length > 0) shape[unknown] = freshDim('reshaped');
  else if (haveNames.length === 0) {
    if (want === 0 ? have !== 0 : have % want !== 0) throw mismatch();
    shape[unknown] = want === 0 ? 0 : have / want;
  } else if (haveNames.length === 1 && have === want) shape[unknown] = haveNames[0] as string;
  else shape[unknown] = freshDim('reshaped');
  return shape;
}

function factors(shape: Shape): { numbers: number; names: string[] } {
  const names = shape.filter((dim) => typeof dim === 'string');
  const numbers = shape.filter((dim) => typeof dim === 'number').reduce((product, dim) => product * dim, 1);
  return { numbers, names };
}

export const Transpose = defineOperator({
  name: 'Transpose',
  opset: 21,
  attributes: { perm: 'ints?' },
  infer: ({ inputs, attributes }) => {
    const x = required('Transpose', inputs, 0);
    const permutation = attributes.perm ?? reversedAxes(x.rank);
    return [{ dtype: x.dtype, shape: permutation.map((axis) => x.shape[axis] as Dim) }];
  },
  gradient: ({ inputs, outputGradients, attributes }) => {
    const permutation = attributes.perm ?? reversedAxes(required('Transpose', inputs, 0).rank);
    return [transpose(required('Transpose', outputGradients, 0), inversePermutation(permutation))];
  },
  flops: noFlops,
  doc: 'Axes in another order. Gradient: g with the axes back in order.',
});

export function reversedAxes(rank: number): number[] {
  return Array.from({ length: rank }, (_, axis) => rank - 1 - axis);
}

function inversePermutation(permutation: readonly number[]): number[] {
  const inverse = new Array<number>(permutation.length);
  permutation.forEach((axis, position) => {
    inverse[axis] = position;
  });
  return inverse;
}

export const Squeeze = defineOperator({
  name: 'Squeeze',
  opset: 21,
  attributes: {},
  infer: ({ inputs }) => {
    const x = required('Squeeze', inputs, 0);
    const given = inputs[1] && constantNumbers('squeeze', 'axes', inputs[1]);
    const axes = given
      ? normalizeAxes('squeeze', given, x.rank)
      : x.shape.flatMap((dim, axis) => (dim === 1 ? [axis] : []));
    for (const axis of axes) {
      const dim = x.shape[axis];
      if (typeof dim === 'number' && dim !== 1) {
        throw new ShapeError(
          'squeeze',
          `axis ${axis} of ${formatShape(x.shape)} has size ${dim}, expected 1`,
        );
      }
    }
    return [{ dtype: x.dtype, shape: x.shape.filter((_, axis) => !axes.includes(axis)) }];
  },
  gradient: ({ inputs, outputGradients }) => [
    reshapeLike(required('Squeeze', outputGradients, 0), required('Squeeze', inputs, 0)),
    undefined,
  ],
  flops: noFlops,
  doc: 'Without the given axes of size 1. Gradient: g in the old shape.',
});

export const Unsqueeze = defineOperator({
  name: 'Unsqueeze',
  opset: 21,
  attributes: {},
  infer: ({ inputs }) => {
    const x = required('Unsqueeze', inputs, 0);
    const given = constantNumbers('unsqueeze', 'axes', required('Unsqueeze', inputs, 1));
    const rank = x.rank + given.length;
    const axes = normalizeAxes('unsqueeze', given, rank);
    const rest = [...x.shape];
    const shape = Array.from({ length: rank }, (_, axis) =>
      axes.includes(axis) ? 1 : (rest.shift() as Dim),
    );
    return [{ dtype: x.dtype, shape }];
  },
  gradient: ({ inputs, outputGradients }) => [
    reshapeLike(required('Unsqueeze', outputGradients, 0), required('Unsqueeze', inputs, 0)),
    undefined,
  ],
  flops: noFlops,
  doc: 'With axes of size 1 put in. Gradient: g in the old shape.',
});

export const Flatten = defineOperator({
  name: 'Flatten',
  opset: 21,
  attributes: { axis: 'int' },
  defaults: { axis: 1 },
  infer: ({ inputs, attributes }) => {
    const x = required('Flatten', inputs, 0);
    const axis = attributes.axis < 0 ? attributes.axis + x.rank : attributes.axis;
    const product = (dims: Shape): Dim =>
      isStatic(dims)
        ? dims.reduce((all, dim) => all * dim, 1)
        : dims.length === 1
          ? (dims[0] as Dim)
          : freshDim('flat');
    return [{ dtype: x.dtype, shape: [product(x.shape.slice(0, axis)), product(x.shape.slice(axis))] }];
  },
  gradient: ({ inputs, outputGradients }) => [
    reshapeLike(required('Flatten', outputGradients, 0), required('Flatten', inputs, 0)),
  ],
  flops: noFlops,
  doc: 'A matrix: axes before `axis` become rows, the others columns. Gradient: g in the old shape.',
});

export const Expand = defineOperator({
  name: 'Expand',
  opset: 13,
  attributes: {},
  infer: ({ inputs }) => {
    const x = required('Expand', inputs, 0);
    const wanted = partialShape(required('Expand', inputs, 1));
    return [{ dtype: x.dtype, shape: broadcastShapes('expand', x.shape, wanted) }];
  },
  gradient: ({ inputs, outputGradients }) => [
    sumTo(required('Expand', outputGradients, 0), required('Expand', inputs, 0)),
    undefined,
  ],
  flops: noFlops,
  doc: 'x repeated along axes of size 1 up to a shape. Gradient: g summed over the repeated axes.',
});

export const ShapeOf = defineOperator({
  name: 'Shape',
  opset: 21,
  attributes: { start: 'int', end: 'int?' },
  defaults: { start: 0 },
  infer: ({ inputs, attributes }) => {
    const { rank } = required('Shape', inputs, 0);
    const clampAxis = (axis: number) => Math.min(rank, Math.max(0, axis < 0 ? axis + rank : axis));
    const length = Math.max(0, clampAxis(attributes.end ?? rank) - clampAxis(attributes.start));
    return [{ dtype: 'int64', shape: [length] }];
  },
  gradient: notDifferentiable('its result is integers'),
  flops: noFlops,
  doc: 'The dimensions of x as int64.',
});

export const Size = defineOperator({
  name: 'Size',
  opset: 21,
  attributes: {},
  infer: () => [{ dtype: 'int64', shape: [] }],
  gradient: notDifferentiable('its result is integers'),
  flops: noFlops,
  doc: 'The number of elements of x as int64.',
});

/**
 * x converted to another element type; floats truncate towards zero when they become integers.
 * @example
 * console.log(await cast(tensor([1.7, -1.7]), 'int32').array()); // → [ 1, -1 ]
 */
export function cast<D extends DType>(x: Tensor, dtype: D): Tensor<D> {
  requireTensors('cast', x);
  if (x.dtype === dtype) return x as Tensor as Tensor<D>;
  return apply1(Cast, [x], { to: onnxDType(dtype), saturate: undefined }) as Tensor<D>;
}

/**
 * The same elements in another shape; one dimension may be -1 and takes what is left.
 * @example
 * console.log(reshape(tensor([1, 2, 3, 4]), [2, -1]).shape); // → [ 2, 2 ]
 */
export function reshape<D extends DType>(x: Tensor<D>, shape: Shape): Tensor<D> {
  requireTensors('reshape', x);
  requireList('reshape', 'the shape', shape);
  return apply1(Reshape, [x, shapeInput(shape, [x], true)], {
    allowzero: shape.includes(0) ? 1 : 0,
  }) as Tensor<D>;
}

/** x in the shape of another tensor, named dimensions included. */
export function reshapeLike(x: Tensor, like: Tensor): Tensor {
  return apply1(Reshape, [x, shapeInput(like.shape, [like, x], true)], {
    allowzero: like.shape.includes(0) ? 1 : 0,
  });
}

/**
 * A shape as the int64 input of an operator: a constant where all is known, else read off tensors that have the named dimensions.
 * `inferOne` lets a single named dimension be -1, which Reshape works out by itself.
 */
export function shapeInput(shape: Shape, sources: readonly Tensor[], inferOne = false): Tensor {
  if (isStatic(shape)) return int64Vector(shape);
  const named = shape.filter((dim) => typeof dim === 'string');
  if (inferOne && named.length === 1 && !shape.includes(-1) && !shape.includes(0)) {
    return int64Vector(shape.map((dim) => (typeof dim === 'string' ? -1 : dim)));
  }
  const parts = shape.map((dim) => {
    if (typeof dim === 'number') return int64Vector([dim]);
    const source = sources.find((tensor) => tensor.shape.includes(dim));
    if (!source) {
      throw new ShapeError(
        'reshape',
        `no input has the named dimension '${dim}' of ${formatShape(shape)}; inputs: ${sources.map((tensor) => formatShape(tensor.shape)).join(', ')}`,
      );
    }
    const axis = source.shape.indexOf(dim);
    return apply1(ShapeOf, [source], { start: axis, end: axis + 1 });
  });
  return concat(parts, { axis: 0 });
}

/**
 * Axes in another order; reversed where none is given.
 * @param permutation For each output axis, the input axis it comes from.
 * @example
 * console.log(await transpose(tensor([[1, 2], [3, 4]])).array()); // → [ [ 1, 3 ], [ 2, 4 ] ]
 */
export function transpose<D extends DType>(x: Tensor<D>, permutation?: readonly number[]): Tensor<D> {
  requireTensors('transpose', x);
  if (permutation !== undefined) requireList('transpose', 'the permutation', permutation);
  const perm = (permutation ?? reversedAxes(x.rank)).map((axis) => normalizeAxis('transpose', axis, x.rank));
  if (perm.length !== x.rank || new Set(perm).size !== x.rank) {
    throw new ShapeError(
      'transpose',
      `the permutation must name each of the ${x.rank} axes once, got [${perm.join(', ')}]`,
    );
  }
  return apply1(Transpose, [x], { perm }) as Tensor<D>;
}

/**
 * Without axes of size 1: the given ones, or all.
 * @example
 * console.log(squeeze(ones([1, 3, 1])).shape); // → [ 3 ]
 */
export function squeeze<D extends DType>(x: Tensor<D>, axes?: number | readonly number[]): Tensor<D> {
  requireTensors('squeeze', x);
  const list = typeof axes === 'number' ? [axes] : axes;
  if (list !== undefined) requireList('squeeze', 'axes', list);
  return apply1(
    Squeeze,
    list ? [x, int64Vector(normalizeAxes('squeeze', list, x.rank))] : [x],
    {},
  ) as Tensor<D>;
}

/**
 * With axes of size 1 put in, at the positions they have in the result.
 * @example
 * console.log(unsqueeze(ones([3]), 0).shape); // → [ 1, 3 ]
 */
export function unsqueeze<D extends DType>(x: Tensor<D>, axes: number | readonly number[]): Tensor<D> {
  requireTensors('unsqueeze', x);
  const list = typeof axes === 'number' ? [axes] : axes;
  requireList('unsqueeze', 'axes', list);
  const normalized = normalizeAxes('unsqueeze', list, x.rank + list.length);
  return apply1(Unsqueeze, [x, int64Vector(normalized)], {}) as Tensor<D>;
}

/**
 * Axes from `start` to `end` joined into one, as PyTorch's flatten.
 * @example
 * console.log(flatten(ones([2, 3, 4]), 1).shape); // → [ 2, 12 ]
 */
export function flatten<D extends DType>(x: Tensor<D>, start = 0, end = -1): Tensor<D> {
  requireTensors('flatten', x);
  const first = normalizeAxis('flatten', start, Math.max(1, x.rank));
  const last = normalizeAxis('flatten', end, Math.max(1, x.rank));
  if (last < first)
    throw new ArgumentError('flatten', `start must not lie behind end, got ${start} and ${end}`);
  const joined = x.shape.slice(first, last + 1);
  const size = isStatic(joined) ? elementCount(joined) : -1;
  return reshape(x, [...x.shape.slice(0, first), size, ...x.shape.slice(last + 1)]);
}

/**
 * x repeated along axes of size 1 up to a shape, by NumPy broadcasting.
 * @example
 * console.log(await expand(tensor([[1], [2]]), [2, 2]).array()); // → [ [ 1, 1 ], [ 2, 2 ] ]
 */
export function expand<D extends DType>(x: Tensor<D>, shape: Shape): Tensor<D> {
  requireTensors('expand', x);
  requireList('expand', 'the shape', shape);
  return expandLike(x, shape, [x]);
}

/** `expand` whose named dimensions are read off the given tensors. */
export function expandLike<D extends DType>(
  x: Tensor<D>,
  shape: Shape,
  sources: readonly Tensor[],
): Tensor<D> {
  return apply1(Expand, [x, shapeInput(shape, sources)], {}) as Tensor<D>;
}
