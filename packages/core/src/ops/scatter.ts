/** Writing elements by index: copies of a tensor with updates put in, or combined with what is there. */
import { knownOptions } from '@noosphere/base';
import { apply1, defineOperator, fromNumbers, type Tensor } from '../graph/index.js';
import { type DType, normalizeAxis, requireDType, staticDim } from '../shape/index.js';
import { add, div, mul } from './arithmetic.js';
import { equal } from './comparison.js';
import { gatherElements, gatherND } from './gather.js';
import { concat, zerosLike } from './joining.js';
import { cast, expand } from './layout.js';
import { noFlops, required, requireSameDType, requireTensors, sameInfo } from './like.js';

/** How an update meets what is there. */
export type ScatterReduction = 'none' | 'add' | 'mul' | 'max' | 'min';

/** One scatter operator's way to read at its indices, and to write there. */
interface Access {
  read(x: Tensor): Tensor;
  write(x: Tensor, updates: Tensor, reduction: ScatterReduction): Tensor;
}

/** Gradients of a scatter, in terms of reading and writing at its indices. */
function scatterGradients(
  reduction: string,
  x: Tensor,
  updates: Tensor,
  y: Tensor,
  g: Tensor,
  { read, write }: Access,
) {
  switch (reduction) {
    case 'add':
      return [g, undefined, read(g)];
    case 'mul': {
      const factors = write(add(zerosLike(x), 1), updates, 'mul');
      return [mul(g, factors), undefined, div(read(mul(g, y)), updates)];
    }
    case 'max':
    case 'min': {
      // Shared evenly by the elements that equal the extreme, as PyTorch does.
      const kept = cast(equal(x, y), x.dtype);
      const won = cast(equal(read(y), updates), x.dtype);
      const share = div(g, write(kept, won, 'add'));
      return [mul(share, kept), undefined, mul(read(share), won)];
    }
    default:
      return [write(g, zerosLike(updates), 'none'), undefined, read(g)];
  }
}

export const ScatterElements = defineOperator({
  name: 'ScatterElements',
  opset: 18,
  attributes: { axis: 'int', reduction: 'string' },
  defaults: { axis: 0, reduction: 'none' },
  infer: ({ inputs }) => {
    requireDType('scatterElements', 'indices', required('ScatterElements', inputs, 1).dtype, [
      'int32',
      'int64',
    ]);
    requireSameDType(
      'scatterElements',
      required('ScatterElements', inputs, 0),
      required('ScatterElements', inputs, 2),
    );
    return sameInfo('ScatterElements', inputs);
  },
  gradient: ({ inputs, outputs, outputGradients, attributes: { axis, reduction } }) => {
    const indices = required('ScatterElements', inputs, 1);
    return scatterGradients(
      reduction,
      required('ScatterElements', inputs, 0),
      required('ScatterElements', inputs, 2),
      required('ScatterElements', outputs, 0),
      required('ScatterElements', outputGradients, 0),
      {
        read: (x) => gatherElements(x, indices, { axis }),
        write: (x, updates, how) => scatterElements(x, indices, updates, { axis, reduction: how }),
      },
    );
  },
  flops: noFlops,
  doc: 'x with updates written, added, multiplied or compared in at indices along an axis. Gradients: g where x survives; g read at the indices.',
});

export const ScatterND = defineOperator({
  name: 'ScatterND',
  opset: 18,
  attributes: { reduction: 'string' },
  defaults: { reduction: 'none' },
  infer: ({ inputs }) => {
    requireDType('scatterND', 'indices', required('ScatterND', inputs, 1).dtype, ['int64']);
    requireSameDType('scatterND', required('ScatterND', inputs, 0), required('ScatterND', inputs, 2));
    return sameInfo('ScatterND', inputs);
  },
  gradient: ({ inputs, outputs, outputGradients, attributes: { reduction } }) => {
    const indices = required('ScatterND', inputs, 1);
    return scatterGradients(
      reduction,
      required('ScatterND', inputs, 0),
      required('ScatterND', inputs, 2),
      required('ScatterND', outputs, 0),
      required('ScatterND', outputGradients, 0),
      {
        read: (x) => gatherND(x, indices),
        write: (x, updates, how) => scatterND(x, indices, updates, { reduction: how }),
      },
    );
  },
  flops: noFlops,
  doc: 'x with slices written, added, multiplied or compared in at index tuples. Gradients: g where x survives; g read at the tuples.',
});

export interface ScatterElementsOptions {
  /** @default 0 */
  readonly axis?: number;
  /** @default 'none' */
  readonly reduction?: ScatterReduction;
}

/**
 * x with each update put in, or combined with what is there, at its index along an axis.
 * @example
 * const at = tensor([2, 0], { dtype: 'int32' });
 * console.log(await scatterElements(zeros([3]), at, tensor([5, 7])).array()); // → [ 7, 0, 5 ]
 */
export function scatterElements<D extends DType>(
  x: Tensor<D>,
  indices: Tensor,
  updates: Tensor<D>,
  options: ScatterElementsOptions = {},
): Tensor<D> {
  requireTensors('scatterElements', x, indices, updates);
  const { axis = 0, reduction = 'none' } = knownOptions('scatterElements', options, 'axis reduction');
  // The runtime only writes halves, it does not combine them.
  if (x.dtype === 'float16' && reduction !== 'none') {
    const [wide, wideUpdates] = [cast(x, 'float32'), cast(updates, 'float32')];
    return cast(scatterElements(wide, indices, wideUpdates, { axis, reduction }), x.dtype);
  }
  const at = normalizeAxis('scatterElements', axis, x.rank);
  return apply1(ScatterElements, [x, indices, updates], { axis: at, reduction }) as Tensor<D>;
}

/**
 * x with slices put in, or combined with what is there, at index tuples.
 * Shapes: indices [..., k] give tuples over the first k axes of x; updates [..., rest of x].
 * @example
 * const at = tensor([[1]], { dtype: 'int32' });
 * console.log(await scatterND(zeros([3]), at, tensor([5]), { reduction: 'add' }).array()); // → [ 0, 5, 0 ]
 */
export function scatterND<D extends DType>(
  x: Tensor<D>,
  indices: Tensor,
  updates: Tensor<D>,
  options: { reduction?: ScatterReduction } = {},
): Tensor<D> {
  requireTensors('scatterND', x, indices, updates);
  const { reduction = 'none' } = knownOptions('scatterND', options, 'reduction');
  if (x.dtype === 'float16' && reduction !== 'none') {
    const [wide, wideUpdates] = [cast(x, 'float32'), cast(updates, 'float32')];
    return cast(scatterND(wide, indices, wideUpdates, { reduction }), x.dtype);
  }
  return apply1(ScatterND, [x, cast(indices, 'int64'), updates], { reduction }) as Tensor<D>;
}

/** Index tuples with the positions of the first `batchDims` axes put in front, as ScatterND wants them. */
export function withBatchIndices(indices: Tensor, batchDims: number): Tensor {
  const lead = indices.shape.slice(0, -1);
  const coordinates = Array.from({ length: batchDims }, (_, axis) => {
    const size = staticDim('gradient of gatherND', indices.shape[axis]);
    const shape = [...lead.map((_, k) => (k === axis ? size : 1)), 1];
    const positions = fromNumbers(
      indices.dtype,
      shape,
      Array.from({ length: size }, (_, index) => index),
    );
    return expand(positions, [...lead, 1]);
  });
  return concat([...coordinates, indices], { axis: -1 });
}
