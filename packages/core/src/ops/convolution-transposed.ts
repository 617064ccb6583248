/** Transposed convolutions: the input gradient of a convolution, as an operator. */
import { knownOptions, ShapeError } from '@noosphere/base';
import { apply1, defineOperator, type Inputs, type Tensor } from '../graph/index.js';
import { type Dim, type DType, formatShape, type Shape, staticDim, staticShape } from '../shape/index.js';
import { add } from './arithmetic.js';
import { perChannel } from './batch-normalization.js';
import { type ConvOptions, conv } from './convolution.js';
import { convWeightGradient } from './convolution-weight-gradient.js';
import { pad, slice } from './joining.js';
import { countOf, required, requireFloat, requireSameDType, requireTensors } from './like.js';
import { sum } from './reduce.js';
import { convSchema, padsOf, perAxis, type RawWindow } from './window.js';

export const ConvTranspose = defineOperator({
  name: 'ConvTranspose',
  opset: 11,
  attributes: { ...convSchema, output_padding: 'ints?', output_shape: 'ints?' },
  defaults: { auto_pad: 'NOTSET', group: 1 },
  infer: ({ inputs, attributes }) => {
    const { x, w, shape } = transposeContext(inputs, attributes);
    requireFloat('convTranspose', x);
    requireSameDType('convTranspose', x, w);
    if (x.rank < 3 || x.rank !== w.rank || (typeof x.shape[1] === 'number' && x.shape[1] !== w.shape[0])) {
      throw new ShapeError(
        'convTranspose',
        `expects x [N, C, ...] and weight [C, O / groups, ...], got ${formatShape(x.shape)} and ${formatShape(w.shape)}`,
      );
    }
    return [{ dtype: x.dtype, shape }];
  },
  gradient: ({ inputs, outputGradients, attributes }) => {
    const { x, w, bias, window } = transposeContext(inputs, attributes);
    const g = required('ConvTranspose', outputGradients, 0);
    const axes = g.shape.flatMap((_, axis) => (axis === 1 ? [] : [axis]));
    // The transposed convolution is the convolution's input gradient, so its own gradients are a convolution and the weight rule with x and g swapped.
    const { group: groups, ...places } = window;
    const dx = cropTo(conv(g, w, { ...places, groups }), x.shape);
    return [dx, convWeightGradient(x, g, w.shape, window), bias && sum(g, { axes })];
  },
  flops: ({ inputs }) =>
    2 * countOf(inputs[0]) * (countOf(inputs[1]) / staticDim('cost', inputs[1]?.shape[0])),
  doc: 'The input gradient of a convolution, as an operator. Gradients: g convolved with the kernel; windows of g times x; g summed.',
});

/** Output padding can let one more window fit: only the first positions belong to x. */
function cropTo(x: Tensor, shape: Shape): Tensor {
  const axes = shape.flatMap((dim, axis) => (axis > 1 && dim !== x.shape[axis] ? [axis] : []));
  if (axes.length === 0) return x;
  return slice(x, {
    starts: axes.map(() => 0),
    ends: axes.map((axis) => staticDim('convTranspose', shape[axis])),
    axes,
  });
}

function transposeContext(inputs: Inputs, attributes: RawTransposed) {
  const x = required('ConvTranspose', inputs, 0);
  const w = required('ConvTranspose', inputs, 1);
  const { spatial, outputPadding: _, ...window } = transposedWindow(x.shape, w.shape, attributes);
  const channels = staticDim('convTranspose', w.shape[1]) * attributes.group;
  return {
    x,
    w,
    bias: inputs[2],
    kernel: staticShape('convTranspose', w.shape.slice(2)),
    shape: [x.shape[0] as Dim, channels, ...spatial],
    window: { ...window, group: attributes.group },
  };
}

/** What of a transposed convolution's attributes its sizes follow from. */
type RawTransposed = RawWindow & {
  readonly output_padding: readonly number[] | undefined;
  readonly output_shape: readonly number[] | undefined;
};

/** Steps, padding and sizes of a transposed convolution as numbers, whatever its attributes leave to be worked out. */
export function transposedWindow(x: Shape, w: Shape, attributes: Omit<RawTransposed, 'group'>) {
  const kernel = staticShape('convTranspose', w.slice(2));
  const input = staticShape('convTranspose', x.slice(2));
  const rank = kernel.length;
  const strides = attributes.strides ?? new Array<number>(rank).fill(1);
  const dilations = attributes.dilations ?? new Array<number>(rank).fill(1);
  const extra = attributes.output_padding ?? new Array<number>(rank).fill(0);
  const full = kernel.map(
    (size, k) =>
      ((input[k] ?? 1) - 1) * (strides[k] ?? 1) + (size - 1) * (dilations[k] ?? 1) + 1 + (extra[k] ?? 0),
  );
  const same = attributes.auto_pad?.startsWith('SAME')
    ? input.map((size, k) => size * (strides[k] ?? 1))
    : undefined;
  const wanted = attributes.output_shape?.slice(-rank) ?? same;
  const pads = wanted
    ? padsTo(wanted, full, attributes.auto_pad)
    : (attributes.pads ?? new Array<number>(2 * rank).fill(0));
  const reached = full.map((size, k) => size - (pads[k] ?? 0) - (pads[k + rank] ?? 0));
  return {
    strides,
    dilations,
    pads,
    // A result larger than what the windows reach (a kernel under the stride) ends with zeros.
    outputPadding: extra.map((more, k) => more + Math.max(0, (wanted?.[k] ?? 0) - (reached[k] ?? 0))),
    spatial: wanted ?? reached,
  };
}

/** Padding that cuts the whole result down to the wanted sizes. */
function padsTo(wanted: readonly number[], full: readonly number[], autoPad: string): readonly number[] {
  const totals = full.map((size, k) => Math.max(0, size - (wanted[k] ?? size)));
  const begins = totals.map((total) =>
    autoPad === 'SAME_UPPER' ? Math.floor(total / 2) : Math.ceil(total / 2),
  );
  return [...begins, ...totals.map((total, k) => total - (begins[k] ?? 0))];
}

export interface ConvTransposeOptions<D extends DType> extends ConvOptions<D> {
  /** Zeros added at the end of each spatial axis of the result. @default 0 */
  readonly outputPadding?: number | readonly number[];
}

/**
 * Transposed convolution, as PyTorch's conv_transpose1d to 3d.
 * Shapes: x [N, C, ...], weight [C, O / groups, ...kernel] give [N, O, ...].
 * @example
 * console.log(await convTranspose(ones([1, 1, 1]), ones([1, 1, 2])).array()); // → [ [ [ 1, 1 ] ] ]
 */
export function convTranspose<D extends DType>(
  x: Tensor<D>,
  weight: Tensor<D>,
  options: ConvTransposeOptions<D> = {},
): Tensor<D> {
  requireTensors('convTranspose', x, weight);
  const kernel = staticShape('convTranspose', weight.shape.slice(2));
  const {
    bias,
    groups = 1,
    outputPadding = 0,
  } = knownOptions('convTranspose', options, 'outputPadding bias groups strides padding pads dilations');
  const rank = kernel.length;
  const strides = perAxis('convTranspose', 'strides', options.strides ?? 1, rank);
  const wanted = perAxis('convTranspose', 'outputPadding', outputPadding, rank);
  const { pads, within, beyond } = fitOutputPadding(
    padsOf('convTranspose', kernel, options),
    wanted,
    strides,
  );
  const isPlain = beyond.every((amount) => amount === 0);
  const y = apply1(ConvTranspose, bias && isPlain ? [x, weight, bias] : [x, weight], {
    auto_pad: 'NOTSET',
    kernel_shape: kernel,
    strides,
    pads,
    dilations: perAxis('convTranspose', 'dilations', options.dilations ?? 1, rank),
    group: groups,
    output_padding: within,
    output_shape: undefined,
  }) as Tensor<D>;
  if (isPlain) return y;
  const widened = pad(y, {
    pads: [[0, 0], [0, 0], ...beyond.map((amount): [number, number] => [0, amount])],
  });
  return bias ? add(widened, perChannel(bias, x.rank) as Tensor<D>) : widened;
}

/**
 * PyTorch allows output padding from the stride up, where windows are dilated; the runtime does not. It is taken off
 * the padding at the end as far as that goes, and what is then still too much is zeros behind the result.
 */
function fitOutputPadding(pads: readonly number[], wanted: readonly number[], strides: readonly number[]) {
  const rank = wanted.length;
  const isTooMuch = (amount: number, k: number) => amount >= (strides[k] ?? 1);
  const takenOff = wanted.map((amount, k) =>
    isTooMuch(amount, k) ? Math.min(amount, pads[k + rank] ?? 0) : 0,
  );
  const left = wanted.map((amount, k) => amount - (takenOff[k] ?? 0));
  return {
    pads: pads.map((amount, k) => amount - (takenOff[k - rank] ?? 0)),
    within: left.map((amount, k) => (isTooMuch(amount, k) ? 0 : amount)),
    beyond: left.map((amount, k) => (isTooMuch(amount, k) ? amount : 0)),
  };
}
