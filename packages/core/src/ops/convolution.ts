/** Convolutions over one to three spatial axes. Legend: N batch, C channels in, O channels out. */
import { knownOptions, ShapeError } from '@noosphere/base';
import { apply1, defineOperator, type Inputs, type Tensor } from '../graph/index.js';
import { type Dim, type DType, formatShape, staticDim, staticShape } from '../shape/index.js';
import { convInputGradient } from './convolution-gradient.js';
import { convWeightGradient } from './convolution-weight-gradient.js';
import { countOf, required, requireFloat, requireSameDType, requireTensors } from './like.js';
import { sum } from './reduce.js';
import {
  convSchema,
  padsOf,
  perAxis,
  type RawWindow,
  slidingShape,
  type WindowOptions,
  windowOf,
} from './window.js';

function convContext(inputs: Inputs, attributes: RawWindow) {
  const x = required('Conv', inputs, 0);
  const w = required('Conv', inputs, 1);
  const kernel = staticShape('conv', w.shape.slice(2));
  return { x, w, bias: inputs[2], kernel, window: windowOf(x.shape.slice(2), kernel, attributes) };
}

export const Conv = defineOperator({
  name: 'Conv',
  opset: 11,
  attributes: convSchema,
  defaults: { auto_pad: 'NOTSET', group: 1 },
  infer: ({ inputs, attributes }) => {
    const { x, w, kernel, window } = convContext(inputs, attributes);
    requireFloat('conv', x);
    requireSameDType('conv', x, w);
    if (x.rank < 3 || x.rank !== w.rank) {
      throw new ShapeError(
        'conv',
        `expects x [N, C, ...] and weight [O, C / groups, ...] of one rank, got ${formatShape(x.shape)} and ${formatShape(w.shape)}`,
      );
    }
    const channels = x.shape[1];
    if (typeof channels === 'number' && channels !== staticDim('conv', w.shape[1]) * window.group) {
      throw new ShapeError(
        'conv',
        `x has ${channels} channels, but weight ${formatShape(w.shape)} with ${window.group} groups expects ${staticDim('conv', w.shape[1]) * window.group}`,
      );
    }
    const spatial = slidingShape('conv', x.shape.slice(2), kernel, window);
    return [{ dtype: x.dtype, shape: [x.shape[0] as Dim, w.shape[0] as Dim, ...spatial] }];
  },
  gradient: ({ inputs, outputGradients, attributes }) => {
    const { x, w, bias, kernel, window } = convContext(inputs, attributes);
    const g = required('Conv', outputGradients, 0);
    const axes = g.shape.flatMap((_, axis) => (axis === 1 ? [] : [axis]));
    return [
      convInputGradient(g, x, w, kernel, window),
      convWeightGradient(g, x, w.shape, window),
      bias && sum(g, { axes }),
    ];
  },
  flops: ({ inputs, outputs }) =>
    2 * countOf(outputs[0]) * (countOf(inputs[1]) / staticDim('cost', inputs[1]?.shape[0])),
  doc: 'Cross-correlation of x with a kernel. Gradients: g correlated with the flipped kernel; windows of x times g; g summed.',
});

export interface ConvOptions<D extends DType> extends WindowOptions {
  /** Added per output channel, shape [O]. */
  readonly bias?: Tensor<D> | undefined;
  /** @default 1 */
  readonly groups?: number;
}

/**
 * Convolution (cross-correlation) over one to three spatial axes, as PyTorch's conv1d to conv3d.
 * Shapes: x [N, C, ...], weight [O, C / groups, ...kernel] give [N, O, ...].
 * @example
 * const x = ones([1, 1, 3, 3]);
 * const y = conv(x, ones([1, 1, 2, 2]));
 * console.log(await squeeze(y).array()); // → [ [ 4, 4 ], [ 4, 4 ] ]
 */
export function conv<D extends DType>(
  x: Tensor<D>,
  weight: Tensor<D>,
  options: ConvOptions<D> = {},
): Tensor<D> {
  requireTensors('conv', x, weight);
  const kernel = staticShape('conv', weight.shape.slice(2));
  const { bias, groups = 1 } = knownOptions('conv', options, 'bias groups strides padding pads dilations');
  return apply1(Conv, bias ? [x, weight, bias] : [x, weight], {
    auto_pad: 'NOTSET',
    kernel_shape: kernel,
    strides: perAxis('conv', 'strides', options.strides ?? 1, kernel.length),
    pads: padsOf('conv', kernel, options),
    dilations: perAxis('conv', 'dilations', options.dilations ?? 1, kernel.length),
    group: groups,
  }) as Tensor<D>;
}
