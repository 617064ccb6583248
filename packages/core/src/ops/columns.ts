/** Windows of an image as columns, and columns added back into an image. */
import { knownOptions, ShapeError } from '@noosphere/base';
import {
  apply1,
  constantNumbers,
  defineOperator,
  type Inputs,
  int64Vector,
  type Tensor,
} from '../graph/index.js';
import { type Dim, type DType, formatShape, staticDim, staticShape } from '../shape/index.js';
import { pad, slice, stack } from './joining.js';
import { reshape } from './layout.js';
import { countOf, required, requireFloat } from './like.js';
import { padsOf, perAxis, slidingShape, tapOffsets, type WindowOptions, windowOf } from './window.js';

interface ColumnAttributes {
  readonly dilations: readonly number[] | undefined;
  readonly pads: readonly number[] | undefined;
  readonly strides: readonly number[] | undefined;
}

function columnContext(inputs: Inputs, attributes: ColumnAttributes) {
  const x = required('Col2Im', inputs, 0);
  const image = constantNumbers('col2im', 'the image shape', required('Col2Im', inputs, 1));
  const kernel = constantNumbers('col2im', 'the block shape', required('Col2Im', inputs, 2));
  return {
    x,
    image,
    kernel,
    window: windowOf(image, kernel, { ...attributes, auto_pad: 'NOTSET', group: 1 }),
  };
}

export const Col2Im = defineOperator({
  name: 'Col2Im',
  opset: 18,
  attributes: { dilations: 'ints?', pads: 'ints?', strides: 'ints?' },
  infer: ({ inputs, attributes }) => {
    const { x, image, kernel, window } = columnContext(inputs, attributes);
    const taps = kernel.reduce((all, size) => all * size, 1);
    const positions = staticShape('fold', slidingShape('fold', image, kernel, window)).reduce(
      (a, b) => a * b,
      1,
    );
    const rows = x.shape[1];
    const fits = x.rank === 3 && x.shape[2] === positions && Number(rows) % taps === 0;
    if (!fits) {
      throw new ShapeError(
        'fold',
        `expects columns [N, C * ${taps}, ${positions}] for an image of ${formatShape(image)}, got ${formatShape(x.shape)}`,
      );
    }
    return [{ dtype: x.dtype, shape: [x.shape[0] as Dim, Number(rows) / taps, ...image] }];
  },
  gradient: ({ inputs, outputGradients, attributes }) => {
    const { kernel, window } = columnContext(inputs, attributes);
    const { strides, pads, dilations } = window;
    return [
      unfold(required('Col2Im', outputGradients, 0), { kernel, strides, pads, dilations }),
      undefined,
      undefined,
    ];
  },
  flops: ({ inputs }) => countOf(inputs[0]),
  doc: 'Columns of windows added up where the windows lay in the image. Gradient: the windows of g as columns.',
});

/** `kernel` and how it moves. */
export interface UnfoldOptions extends WindowOptions {
  readonly kernel: number | readonly number[];
}

/**
 * The windows of an image as columns, as PyTorch's unfold (im2col), over any number of spatial axes.
 * Shapes: x [N, C, ...] gives [N, C · taps, positions].
 * @example
 * console.log(await unfold(tensor([[[1, 2, 3]]]), { kernel: 2 }).array()); // → [ [ [ 1, 2 ], [ 2, 3 ] ] ]
 */
export function unfold<D extends DType>(x: Tensor<D>, options: UnfoldOptions): Tensor<D> {
  knownOptions('unfold', options, 'kernel strides padding pads dilations');
  const rank = x.rank - 2;
  const kernel = perAxis('unfold', 'kernel', options.kernel, rank);
  const pads = padsOf('unfold', kernel, options);
  const strides = perAxis('unfold', 'strides', options.strides ?? 1, rank);
  const dilations = perAxis('unfold', 'dilations', options.dilations ?? 1, rank);
  const positions = staticShape(
    'unfold',
    slidingShape('unfold', x.shape.slice(2), kernel, { strides, pads, dilations }),
  );
  const padded = pads.some((amount) => amount !== 0)
    ? pad(x, {
        pads: x.shape.map((_, axis): [number, number] =>
          axis < 2 ? [0, 0] : [pads[axis - 2] ?? 0, pads[axis - 2 + rank] ?? 0],
        ),
      })
    : x;
  const views = tapOffsets(kernel).map((tap) => {
    const starts = tap.map((offset, k) => offset * (dilations[k] ?? 1));
    const ends = starts.map((start, k) => start + ((positions[k] ?? 1) - 1) * (strides[k] ?? 1) + 1);
    return slice(padded, { starts, ends, axes: kernel.map((_, k) => k + 2), steps: strides });
  });
  const channels = staticDim('unfold', x.shape[1]);
  const count = positions.reduce((all, size) => all * size, 1);
  return reshape(stack(views, { axis: 2 }), [x.shape[0] as Dim, channels * views.length, count]);
}

export interface FoldOptions extends UnfoldOptions {
  /** Spatial sizes of the image. */
  readonly imageShape: readonly number[];
}

/**
 * Columns of windows added up where the windows lay, as PyTorch's fold (col2im).
 * Shapes: x [N, C · taps, positions] gives [N, C, ...imageShape].
 * @example
 * const columns = tensor([[[1, 2], [2, 3]]]);
 * console.log(await fold(columns, { imageShape: [3], kernel: 2 }).array()); // → [ [ [ 1, 4, 3 ] ] ]
 */
export function fold<D extends DType>(x: Tensor<D>, options: FoldOptions): Tensor<D> {
  knownOptions('fold', options, 'imageShape kernel strides padding pads dilations');
  requireFloat('fold', x);
  const rank = options.imageShape.length;
  const kernel = perAxis('fold', 'kernel', options.kernel, rank);
  return apply1(Col2Im, [x, int64Vector(options.imageShape), int64Vector(kernel)], {
    dilations: perAxis('fold', 'dilations', options.dilations ?? 1, rank),
    pads: padsOf('fold', kernel, options),
    strides: perAxis('fold', 'strides', options.strides ?? 1, rank),
  }) as Tensor<D>;
}
