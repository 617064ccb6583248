/** Pooling over spatial axes. */
import { apply, apply1, defineOperator, type Tensor } from '../graph/index.js';
import { type Dim, type DType, type Shape, staticShape } from '../shape/index.js';
import { relu } from './activations.js';
import { padsOf, perAxis, slidingShape, type WindowOptions, windowOf } from './convolution.js';
import { gatherElements } from './gather.js';
import { zerosLike } from './joining.js';
import { reshape, reshapeLike } from './layout.js';
import { countOf, noFlops, required } from './like.js';
import { scatterElements } from './scatter.js';

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
    if (tiles(x.shape, attributes)) return [maxUnpool(g, positions, x.shape, attributes.kernel_shape)];
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

/** Whether windows lie side by side and cover x exactly. */
function tiles(
  shape: Shape,
  {
    kernel_shape: kernel,
    strides,
    pads,
    dilations,
    auto_pad,
  }: {
    kernel_shape: readonly number[];
    strides: readonly number[] | undefined;
    pads: readonly number[] | undefined;
    dilations: readonly number[] | undefined;
    auto_pad: string;
  },
): boolean {
  return (
    !auto_pad.startsWith('SAME') &&
    (pads ?? []).every((amount) => amount === 0) &&
    (dilations ?? []).every((step) => step === 1) &&
    kernel.every((size, k) => {
      const dim = shape[k + 2];
      return strides?.[k] === size && typeof dim === 'number' && dim % size === 0;
    })
  );
}

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
  // max(relu(x)) = relu(max(x)), gradients included, on a tensor smaller by the window.
  if (x.origin.kind === 'node' && x.origin.node.operator.name === 'Relu') {
    return relu(maxPool(x.origin.node.inputs[0] as Tensor<D>, options));
  }
  const rank = x.rank - 2;
  const kernel = perAxis('maxPool', 'kernel', options.kernel, rank);
  return apply(MaxPool, [x], {
    auto_pad: 'NOTSET',
    kernel_shape: kernel,
    strides: perAxis('maxPool', 'strides', options.strides ?? kernel, rank),
    pads: padsOf('maxPool', kernel, options),
    dilations: perAxis('maxPool', 'dilations', options.dilations ?? 1, rank),
    ceil_mode: options.ceilMode ? 1 : 0,
    storage_order: 0,
  })[0] as Tensor<D>;
}
