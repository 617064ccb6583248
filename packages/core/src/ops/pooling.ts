/** Pooling by the largest element: over windows, whole images, or windows that fit a wanted output size. */
import { GraphError, knownOptions } from '@noosphere/base';
import { apply, apply1, defineOperator, fromNumbers, type Inputs, type Tensor } from '../graph/index.js';
import {
  bytesPerElement,
  type Dim,
  type DType,
  isInteger,
  isStatic,
  type Shape,
  staticDim,
  staticShape,
} from '../shape/index.js';
import { relu } from './activations.js';
import { gradientOf } from './composite.js';
import { gather, gatherElements } from './gather.js';
import { pad, zerosLike } from './joining.js';
import { cast, reshape, reshapeLike } from './layout.js';
import { countOf, noFlops, required, requireFloat } from './like.js';
import {
  type AdaptivePoolOptions,
  adaptiveWindows,
  evenKernel,
  poolAttributes,
  tilesExactly,
} from './pooling-average.js';
import { max } from './reduce.js';
import { scatterElements } from './scatter.js';
import { perAxis, slidingShape, type WindowOptions, windowOf } from './window.js';

const schema = {
  auto_pad: 'string',
  kernel_shape: 'ints',
  strides: 'ints?',
  pads: 'ints?',
  dilations: 'ints?',
  ceil_mode: 'int',
} as const;

export const MaxPool = defineOperator({
  name: 'MaxPool',
  opset: 12,
  attributes: { ...schema, storage_order: 'int' },
  defaults: { auto_pad: 'NOTSET', ceil_mode: 0, storage_order: 0 },
  infer: ({ inputs, attributes }) => {
    const x = required('MaxPool', inputs, 0);
    const window = windowOf(x.shape.slice(2), attributes.kernel_shape, { ...attributes, group: 1 });
    const spatial = slidingShape(
      'maxPool',
      x.shape.slice(2),
      attributes.kernel_shape,
      window,
      attributes.ceil_mode === 1,
    );
    const shape: Dim[] = [...x.shape.slice(0, 2), ...spatial];
    return [
      { dtype: x.dtype, shape },
      { dtype: 'int64', shape },
    ];
  },
  gradient: ({ inputs, outputs, outputGradients, attributes }) => {
    const x = required('MaxPool', inputs, 0);
    const g = required('MaxPool', outputGradients, 0);
    const positions = outputs[1] as Tensor;
    if (attributes.storage_order === 1) {
      throw new GraphError('gradient of MaxPool', 'positions are column-major here; set storage_order to 0');
    }
    if (tilesExactly(x.shape, attributes)) return [maxUnpool(g, positions, x.shape, attributes.kernel_shape)];
    // Overlapping windows may choose one element twice: their gradients add up.
    const flat = (t: Tensor) => reshape(t, [-1]);
    return [
      reshapeLike(scatterElements(flat(zerosLike(x)), flat(positions), flat(g), { reduction: 'add' }), x),
    ];
  },
  flops: ({ outputs, attributes }) =>
    countOf(outputs[0]) * attributes.kernel_shape.reduce((all, size) => all * size, 1),
  doc: 'Largest element of each window, and its position. Gradient: g at those positions.',
});

export const MaxUnpool = defineOperator({
  name: 'MaxUnpool',
  opset: 22,
  attributes: { kernel_shape: 'ints', strides: 'ints?', pads: 'ints?' },
  defaults: {},
  infer: ({ inputs, attributes }) => {
    const x = required('MaxUnpool', inputs, 0);
    const strides = attributes.strides ?? attributes.kernel_shape.map(() => 1);
    const rank = strides.length;
    const spatial = staticShape('maxUnpool', x.shape.slice(2)).map(
      (dim, k) =>
        (dim - 1) * (strides[k] ?? 1) +
        (attributes.kernel_shape[k] ?? 1) -
        (attributes.pads?.[k] ?? 0) -
        (attributes.pads?.[k + rank] ?? 0),
    );
    return [{ dtype: x.dtype, shape: [...x.shape.slice(0, 2), ...spatial] }];
  },
  gradient: ({ inputs, outputGradients }) => {
    const positions = required('MaxUnpool', inputs, 1);
    const flat = reshape(required('MaxUnpool', outputGradients, 0), [-1]);
    return [
      reshapeLike(gatherElements(flat, reshape(positions, [-1])), required('MaxUnpool', inputs, 0)),
      undefined,
    ];
  },
  flops: noFlops,
  doc: 'Values put back at the positions a max-pooling took them from, zeros elsewhere. Gradient: g at the positions.',
});

/** Values at the positions that a tiling max-pooling over `shape` took them from. */
function maxUnpool(x: Tensor, positions: Tensor, shape: Shape, kernel: readonly number[]): Tensor {
  const unpooled = apply1(MaxUnpool, [x, positions], {
    kernel_shape: kernel,
    strides: kernel,
    pads: undefined,
  });
  return reshape(unpooled, shape);
}

export interface PoolOptions extends WindowOptions {
  readonly kernel: number | readonly number[];
  /** @default the kernel: windows side by side */
  readonly strides?: number | readonly number[];
  /** Let a window reach over the end. @default false */
  readonly ceilMode?: boolean;
}

/**
 * Largest element of each window, as PyTorch's max_pool1d to 3d.
 * Shapes: x [N, C, ...] gives [N, C, ...].
 * @example
 * console.log(await maxPool(tensor([[[1, 3, 2, 4]]]), { kernel: 2 }).array()); // → [ [ [ 3, 4 ] ] ]
 */
export function maxPool<D extends DType>(x: Tensor<D>, options: PoolOptions): Tensor<D> {
  knownOptions('maxPool', options, 'kernel strides ceilMode padding pads dilations');
  // max(relu(x)) = relu(max(x)), gradients included, on a tensor smaller by the window.
  if (x.origin.kind === 'node' && x.origin.node.operator.name === 'Relu') {
    return relu(maxPool(x.origin.node.inputs[0] as Tensor<D>, options));
  }
  // The runtime pools floats and bytes; float64 holds every int32.
  if (isInteger(x.dtype) && bytesPerElement(x.dtype) > 1)
    return cast(maxPool(cast(x, 'float64'), options), x.dtype) as Tensor as Tensor<D>;
  const attributes = poolAttributes('maxPool', x, options);
  const written = writtenOutPads(x, attributes);
  if (written) {
    const padded = pad(x, { pads: [[0, 0], [0, 0], ...written], value: Number.NEGATIVE_INFINITY });
    const { kernel_shape: kernel, strides, dilations } = attributes;
    return maxPool(padded, { kernel, strides, dilations });
  }
  return apply(MaxPool, [x], { ...attributes, storage_order: 0 })[0] as Tensor<D>;
}

/**
 * Amounts of -∞ to put around x where a window would hold padding only, as dilated ones can: there the runtime answers
 * with a finite number and no position.
 */
function writtenOutPads(
  x: Tensor,
  attributes: ReturnType<typeof poolAttributes>,
): readonly [number, number][] | undefined {
  const spatial: Shape = x.shape.slice(2);
  const { kernel_shape: kernel, strides, pads, dilations } = attributes;
  if (!isStatic(spatial) || dilations.every((step) => step === 1)) return undefined;
  const counts = slidingShape('maxPool', spatial, kernel, attributes, attributes.ceil_mode === 1) as number[];
  const tap = (k: number, to: number, offset: number) =>
    to * (strides[k] ?? 1) + offset * (dilations[k] ?? 1);
  const isEmpty = counts.some((count, k) => {
    const begin = pads[k] ?? 0;
    const isInside = (place: number) => place >= begin && place < begin + (spatial[k] ?? 0);
    return indices(count).some(
      (to) => !indices(kernel[k] ?? 1).some((offset) => isInside(tap(k, to, offset))),
    );
  });
  if (!isEmpty) return undefined;
  return spatial.map((size, k): [number, number] => {
    const begin = pads[k] ?? 0;
    const reached = tap(k, (counts[k] ?? 1) - 1, (kernel[k] ?? 1) - 1) + 1;
    return [begin, Math.max(pads[k + spatial.length] ?? 0, reached - size - begin)];
  });
}

const indices = (count: number) => Array.from({ length: count }, (_, index) => index);

function globalMaxFormula(inputs: Inputs): Tensor[] {
  const x = required('GlobalMaxPool', inputs, 0);
  return [max(x, { axes: x.shape.map((_, axis) => axis).slice(2), keepDims: true })];
}

export const GlobalMaxPool = defineOperator({
  name: 'GlobalMaxPool',
  opset: 1,
  attributes: {},
  infer: ({ inputs }) => {
    const x = required('GlobalMaxPool', inputs, 0);
    return [{ dtype: x.dtype, shape: x.shape.map((dim, axis): Dim => (axis < 2 ? dim : 1)) }];
  },
  formula: globalMaxFormula,
  gradient: gradientOf(globalMaxFormula),
  flops: ({ inputs }) => countOf(inputs[0]),
  doc: 'Largest element over all spatial axes. Gradient: g at the largest, shared by ties.',
});

/**
 * Largest element over all spatial axes, which stay as size 1.
 * Shapes: x [N, C, ...] gives [N, C, 1, ...].
 * @example
 * console.log(await globalMaxPool(tensor([[[1, 3]]])).array()); // → [ [ [ 3 ] ] ]
 */
export function globalMaxPool<D extends DType>(x: Tensor<D>): Tensor<D> {
  requireFloat('globalMaxPool', x);
  return apply1(GlobalMaxPool, [x], {}) as Tensor<D>;
}

/**
 * Largest elements over windows chosen to give `outputSize`, as PyTorch's adaptive_max_pool1d to 3d.
 * Shapes: x [N, C, ...] gives [N, C, ...outputSize].
 * @example
 * const x = tensor([[[1, 3, 2, 4]]]);
 * console.log(await adaptiveMaxPool(x, { outputSize: 2 }).array()); // → [ [ [ 3, 4 ] ] ]
 */
export function adaptiveMaxPool<D extends DType>(x: Tensor<D>, options: AdaptivePoolOptions): Tensor<D> {
  knownOptions('adaptiveMaxPool', options, 'outputSize');
  const outputSize = perAxis('adaptiveMaxPool', 'outputSize', options.outputSize, x.rank - 2);
  const kernel = evenKernel(x, outputSize);
  if (kernel) return maxPool(x, { kernel });
  return outputSize.reduce<Tensor<D>>((result, size, k) => maxOverWindows(result, k + 2, size), x);
}

/** Windows along one axis made equally long by repeating their last element, then their largest. */
function maxOverWindows<D extends DType>(x: Tensor<D>, axis: number, outputSize: number): Tensor<D> {
  const windows = adaptiveWindows(staticDim('adaptiveMaxPool', x.shape[axis]), outputSize);
  const length = Math.max(...windows.map(([begin, end]) => end - begin));
  const indices = windows.flatMap(([begin, end]) =>
    Array.from({ length }, (_, offset) => Math.min(end - 1, begin + offset)),
  );
  const taken = gather(x, fromNumbers('int64', [outputSize, length], indices), { axis });
  return max(taken, { axes: axis + 1 });
}
