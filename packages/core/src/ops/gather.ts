/** Reading elements by index. Integer indices may be int32 or int64; negative ones count from the end. */
import { ArgumentError, knownOptions, ShapeError } from '@noosphere/base';
import { apply1, defineOperator, hostData, isHostTensor, type Tensor } from '../graph/index.js';
import { type Dim, type DType, formatShape, normalizeAxis, requireDType } from '../shape/index.js';
import { zerosLike } from './joining.js';
import { cast, transpose, unsqueeze } from './layout.js';
import { noFlops, required, requireTensors } from './like.js';
import { scatterElements, scatterND, withBatchIndices } from './scatter.js';

const indexTypes = ['int32', 'int64'] as const;

export const Gather = defineOperator({
  name: 'Gather',
  opset: 13,
  attributes: { axis: 'int' },
  defaults: { axis: 0 },
  infer: ({ inputs, attributes }) => {
    const x = required('Gather', inputs, 0);
    const indices = required('Gather', inputs, 1);
    requireDType('gather', 'indices', indices.dtype, indexTypes);
    const axis = normalizeAxis('gather', attributes.axis, x.rank);
    return [
      { dtype: x.dtype, shape: [...x.shape.slice(0, axis), ...indices.shape, ...x.shape.slice(axis + 1)] },
    ];
  },
  gradient: ({ inputs, outputGradients, attributes }) => {
    const x = required('Gather', inputs, 0);
    const indices = required('Gather', inputs, 1);
    const axis = normalizeAxis('gather', attributes.axis, x.rank);
    return [scatterRows(x, indices, required('Gather', outputGradients, 0), axis), undefined];
  },
  flops: noFlops,
  doc: 'Slices of x along an axis by index. Gradient: slices of g added up where they came from.',
});

/** Adds the slices of g into zeros at the indices along an axis; the axis is moved to the front for ScatterND. */
function scatterRows(x: Tensor, indices: Tensor, g: Tensor, axis: number): Tensor {
  const front = [axis, ...x.shape.flatMap((_, k) => (k === axis ? [] : [k]))];
  const indexAxes = indices.shape.map((_, k) => axis + k);
  const rest = g.shape.flatMap((_, k) => (indexAxes.includes(k) ? [] : [k]));
  const updates = axis === 0 ? g : transpose(g, [...indexAxes, ...rest]);
  const zeros = axis === 0 ? zerosLike(x) : transpose(zerosLike(x), front);
  const summed = scatterND(zeros, unsqueeze(indices, indices.rank), updates, { reduction: 'add' });
  return axis === 0
    ? summed
    : transpose(
        summed,
        front.map((_, position) => front.indexOf(position)),
      );
}

export const GatherElements = defineOperator({
  name: 'GatherElements',
  opset: 13,
  attributes: { axis: 'int' },
  defaults: { axis: 0 },
  infer: ({ inputs }) => {
    const x = required('GatherElements', inputs, 0);
    const indices = required('GatherElements', inputs, 1);
    requireDType('gatherElements', 'indices', indices.dtype, indexTypes);
    if (x.rank !== indices.rank) {
      throw new ShapeError(
        'gatherElements',
        `indices must have the rank of x, got ${formatShape(x.shape)} and ${formatShape(indices.shape)}`,
      );
    }
    return [{ dtype: x.dtype, shape: indices.shape }];
  },
  gradient: ({ inputs, outputGradients, attributes }) => {
    const x = required('GatherElements', inputs, 0);
    const indices = required('GatherElements', inputs, 1);
    const g = required('GatherElements', outputGradients, 0);
    return [
      scatterElements(zerosLike(x), indices, g, { axis: attributes.axis, reduction: 'add' }),
      undefined,
    ];
  },
  flops: noFlops,
  doc: 'Element by element, x at an index along an axis. Gradient: g added up where it came from.',
});

export const GatherND = defineOperator({
  name: 'GatherND',
  opset: 13,
  attributes: { batch_dims: 'int' },
  defaults: { batch_dims: 0 },
  infer: ({ inputs, attributes }) => {
    const x = required('GatherND', inputs, 0);
    const indices = required('GatherND', inputs, 1);
    const depth = Number(indices.shape.at(-1));
    const shape: Dim[] = [...indices.shape.slice(0, -1), ...x.shape.slice(attributes.batch_dims + depth)];
    return [{ dtype: x.dtype, shape }];
  },
  gradient: ({ inputs, outputGradients, attributes }) => {
    const x = required('GatherND', inputs, 0);
    const indices = required('GatherND', inputs, 1);
    const g = required('GatherND', outputGradients, 0);
    if (attributes.batch_dims === 0)
      return [scatterND(zerosLike(x), indices, g, { reduction: 'add' }), undefined];
    const flat = withBatchIndices(indices, attributes.batch_dims);
    return [scatterND(zerosLike(x), flat, g, { reduction: 'add' }), undefined];
  },
  flops: noFlops,
  doc: 'Slices of x at index tuples. Gradient: slices of g added up where they came from.',
});

/**
 * Slices of x along an axis by integer index, e.g. rows of an embedding table.
 * @example
 * console.log(await gather(tensor([10, 20, 30]), tensor([2, 0], { dtype: 'int32' })).array()); // → [ 30, 10 ]
 */
export function gather<D extends DType>(
  x: Tensor<D>,
  indices: Tensor,
  options: { axis?: number } = {},
): Tensor<D> {
  requireTensors('gather', x, indices);
  const { axis = 0 } = knownOptions('gather', options, 'axis');
  const along = normalizeAxis('gather', axis, x.rank);
  requireRows(x.shape[along], indices);
  return apply1(Gather, [x, indices], { axis: along }) as Tensor<D>;
}

/** Indices that are at hand are compared with what there is to index. */
function requireRows(rows: Dim | undefined, indices: Tensor): void {
  if (typeof rows !== 'number' || !isHostTensor(indices)) return;
  const values = hostData(indices);
  for (let place = 0; place < values.length; place++) {
    const index = Number(values[place]);
    if (index >= -rows && index < rows) continue;
    throw new ArgumentError(
      'gather',
      `index ${place} is ${index}, but the rows are 0 to ${rows - 1}, or ${-rows} to -1 from the end; check the indices`,
    );
  }
}

/**
 * For each index, the element of x at that position along an axis (PyTorch's `gather`).
 * @example
 * const picked = gatherElements(tensor([[1, 2], [3, 4]]), tensor([[1], [0]], { dtype: 'int32' }), { axis: 1 });
 * console.log(await picked.array()); // → [ [ 2 ], [ 3 ] ]
 */
export function gatherElements<D extends DType>(
  x: Tensor<D>,
  indices: Tensor,
  options: { axis?: number } = {},
): Tensor<D> {
  requireTensors('gatherElements', x, indices);
  const { axis = 0 } = knownOptions('gatherElements', options, 'axis');
  return apply1(GatherElements, [x, indices], {
    axis: normalizeAxis('gatherElements', axis, x.rank),
  }) as Tensor<D>;
}

/**
 * Slices of x at index tuples over its first axes (behind `batchDims` shared ones).
 * @example
 * console.log(await gatherND(tensor([[1, 2], [3, 4]]), tensor([[1, 0]], { dtype: 'int32' })).array()); // → [ 3 ]
 */
export function gatherND<D extends DType>(
  x: Tensor<D>,
  indices: Tensor,
  options: { batchDims?: number } = {},
): Tensor<D> {
  requireTensors('gatherND', x, indices);
  const { batchDims = 0 } = knownOptions('gatherND', options, 'batchDims');
  return apply1(GatherND, [x, cast(indices, 'int64')], { batch_dims: batchDims }) as Tensor<D>;
}
