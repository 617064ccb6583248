/** Convolutions over one to three spatial axes. Legend: N batch, C channels in, O channels out, G groups, k kernel. */
import { ArgumentError, ShapeError } from '../errors/index.js';
import { apply1, defineOperator, fill, freshDim, type Inputs, type Tensor } from '../graph/index.js';
import { type Dim, type DType, formatShape, type Shape, staticDim, staticShape } from '../shape/index.js';
import { scan } from './control.js';
import { concat, flip, pad, slice, stack } from './joining.js';
import { reshape, transpose } from './layout.js';
import { countOf, required, requireFloat, requireSameDType } from './like.js';
import { gemm, matmul, transposeLast } from './matrix.js';
import { sum } from './reduce.js';

/** Attributes of Conv as ONNX writes them; pads are all begins, then all ends. */
interface Window {
  readonly strides: readonly number[];
  readonly pads: readonly number[];
  readonly dilations: readonly number[];
  readonly group: number;
}

const schema = {
  auto_pad: 'string',
  kernel_shape: 'ints?',
  strides: 'ints?',
  pads: 'ints?',
  dilations: 'ints?',
  group: 'int',
} as const;

interface RawWindow {
  readonly auto_pad: string;
  readonly strides: readonly number[] | undefined;
  readonly pads: readonly number[] | undefined;
  readonly dilations: readonly number[] | undefined;
  readonly group: number;
}

/** Fills in ONNX's defaults: steps of 1, no padding, or the padding that auto_pad stands for. */
export function windowOf(spatial: Shape, kernel: readonly number[], raw: RawWindow): Window {
  const rank = kernel.length;
  const strides = raw.strides ?? new Array<number>(rank).fill(1);
  const dilations = raw.dilations ?? new Array<number>(rank).fill(1);
  const zeros = new Array<number>(2 * rank).fill(0);
  if (raw.auto_pad === 'SAME_UPPER' || raw.auto_pad === 'SAME_LOWER') {
    const totals = kernel.map((size, k) => {
      const input = staticDim('auto_pad', spatial[k]);
      const stride = strides[k] ?? 1;
      const reach = (size - 1) * (dilations[k] ?? 1) + 1;
      return Math.max(0, (Math.ceil(input / stride) - 1) * stride + reach - input);
    });
    const upper = raw.auto_pad === 'SAME_UPPER';
    const begins = totals.map((total) => (upper ? Math.floor(total / 2) : Math.ceil(total / 2)));
    return {
      strides,
      dilations,
      group: raw.group,
      pads: [...begins, ...totals.map((total, k) => total - (begins[k] ?? 0))],
    };
  }
  return {
    strides,
    dilations,
    group: raw.group,
    pads: raw.auto_pad === 'VALID' ? zeros : (raw.pads ?? zeros),
  };
}

/** Spatial sizes after a sliding window. */
export function slidingShape(
  operation: string,
  spatial: Shape,
  kernel: readonly number[],
  window: Omit<Window, 'group'>,
  ceil = false,
): Dim[] {
  return spatial.map((dim, k): Dim => {
    const reach = ((kernel[k] ?? 1) - 1) * (window.dilations[k] ?? 1) + 1;
    if (typeof dim !== 'number') return freshDim('window');
    const before = window.pads[k] ?? 0;
    const padded = dim + before + (window.pads[k + kernel.length] ?? 0);
    const stride = window.strides[k] ?? 1;
    const steps = (padded - reach) / stride;
    let size = (ceil ? Math.ceil(steps) : Math.floor(steps)) + 1;
    // A window that would start in the end padding is not taken, as in PyTorch.
    if (ceil && (size - 1) * stride >= dim + before) size -= 1;
    if (size < 1) {
      throw new ShapeError(
        operation,
        `the window of ${reach} is larger than the padded size ${padded} along spatial axis ${k}; pad more or use a smaller kernel`,
      );
    }
    return size;
  });
}

function convContext(inputs: Inputs, attributes: RawWindow) {
  const x = required('Conv', inputs, 0);
  const w = required('Conv', inputs, 1);
  const kernel = staticShape('conv', w.shape.slice(2));
  return { x, w, bias: inputs[2], kernel, window: windowOf(x.shape.slice(2), kernel, attributes) };
}

export const Conv = defineOperator({
  name: 'Conv',
  opset: 11,
  attributes: schema,
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
      convWeightGradient(g, x, w, kernel, window),
      bias && sum(g, { axes }),
    ];
  },
  flops: ({ inputs, outputs }) =>
    2 * countOf(outputs[0]) * (countOf(inputs[1]) / staticDim('cost', inputs[1]?.shape[0])),
  doc: 'Cross-correlation of x with a kernel. Gradients: g correlated with the flipped kernel; windows of x times g; g summed.',
});

/** d(loss)/dx: with stride 1 a convolution by the flipped kernel, else the transposed convolution. */
function convInputGradient(
  g: Tensor,
  x: Tensor,
  w: Tensor,
  kernel: readonly number[],
  window: Window,
): Tensor {
  const rank = kernel.length;
  const flippedPads = window.pads.map(
    (amount, k) => ((kernel[k % rank] ?? 1) - 1) * (window.dilations[k % rank] ?? 1) - amount,
  );
  const plain =
    window.group === 1 &&
    window.strides.every((stride) => stride === 1) &&
    flippedPads.every((amount) => amount >= 0);
  if (plain) {
    const flipped = flip(
      w,
      kernel.map((_, k) => k + 2),
    );
    const swapped = transpose(flipped, [1, 0, ...kernel.map((_, k) => k + 2)]);
    return conv(g, swapped, { pads: flippedPads, dilations: window.dilations });
  }
  const outputPadding = kernel.map((size, k) => {
    const reached =
      (staticDim('gradient of conv', g.shape[k + 2]) - 1) * (window.strides[k] ?? 1) +
      (size - 1) * (window.dilations[k] ?? 1) +
      1 -
      (window.pads[k] ?? 0) -
      (window.pads[k + rank] ?? 0);
    return staticDim('gradient of conv', x.shape[k + 2]) - reached;
  });
  return convTranspose(g, w, {
    strides: window.strides,
    pads: window.pads,
    dilations: window.dilations,
    groups: window.group,
    outputPadding,
  });
}

/** d(loss)/dw, by whichever of two ways is the faster one. */
function convWeightGradient(
  g: Tensor,
  x: Tensor,
  w: Tensor,
  kernel: readonly number[],
  window: Window,
): Tensor {
  const perGroup = staticDim('gradient of conv', w.shape[1]);
  // Measured on 3x3 kernels: from 16 channels on, products of single taps are large enough to win.
  const bySample = window.group === 1 && perGroup >= 16 && kernel.reduce((all, size) => all * size, 1) <= 27;
  return bySample
    ? weightGradientBySample(g, x, w, kernel, window)
    : weightGradientByColumns(g, x, w, kernel, window);
}

/** A loop over samples that adds up one product per kernel tap: a sample's views stay in the processor's cache. */
function weightGradientBySample(
  g: Tensor,
  x: Tensor,
  w: Tensor,
  kernel: readonly number[],
  window: Window,
): Tensor {
  const [outputs, inputs] = [
    staticDim('gradient of conv', w.shape[0]),
    staticDim('gradient of conv', w.shape[1]),
  ];
  const outSpatial = g.shape.slice(2);
  const taps = tapOffsets(kernel);
  const { state } = scan(
    (sums, [sample, gradient]) => {
      const padded = padSpatial(sample as Tensor, 1, window);
      const rows = reshape(gradient as Tensor, [outputs, -1]);
      const products = taps.map((tap, index) => {
        const view = reshape(tapView(padded, 1, tap, outSpatial, window), [inputs, -1]);
        return gemm(rows, view, { c: sums[index] as Tensor, transposeB: true });
      });
      return { state: products };
    },
    { state: taps.map(() => fill(x.dtype, [outputs, inputs], 0)), sequences: [x, g] },
  );
  return reshape(stack(state, { axis: 2 }), w.shape);
}

/** Every tap's view of x side by side, times g, in one product per group and sample. */
function weightGradientByColumns(
  g: Tensor,
  x: Tensor,
  w: Tensor,
  kernel: readonly number[],
  window: Window,
): Tensor {
  const groups = window.group;
  const perGroup = staticDim('gradient of conv', w.shape[1]);
  const outPerGroup = staticDim('gradient of conv', w.shape[0]) / groups;
  const columns = windowColumns(x, g.shape.slice(2), kernel, window); // [N, G, k * C/G, P]
  const rows = reshape(g, [x.shape[0] as Dim, groups, outPerGroup, -1]); // [N, G, O/G, P]
  const product = sum(matmul(rows, transposeLast(columns)), { axes: 0 }); // [G, O/G, k * C/G]
  const taps = kernel.reduce((all, size) => all * size, 1);
  const split = reshape(product, [groups * outPerGroup, taps, perGroup]);
  return reshape(transpose(split, [0, 2, 1]), w.shape);
}

/** For each kernel tap the part of x it meets: [N, G, taps * C/G, positions]. */
function windowColumns(x: Tensor, outSpatial: Shape, kernel: readonly number[], window: Window): Tensor {
  const padded = padSpatial(x, 2, window);
  const channels = staticDim('gradient of conv', x.shape[1]);
  const views = tapOffsets(kernel).map((tap) =>
    reshape(tapView(padded, 2, tap, outSpatial, window), [
      x.shape[0] as Dim,
      window.group,
      channels / window.group,
      -1,
    ]),
  );
  return views.length === 1 ? (views[0] as Tensor) : concat(views, { axis: 2 });
}

/** x with the window's zeros around its spatial axes, which start at `first`. */
function padSpatial(x: Tensor, first: number, { pads }: Window): Tensor {
  if (pads.every((amount) => amount === 0)) return x;
  const rank = pads.length / 2;
  return pad(x, {
    pads: x.shape.map((_, axis): [number, number] =>
      axis < first ? [0, 0] : [pads[axis - first] ?? 0, pads[axis - first + rank] ?? 0],
    ),
  });
}

/** What one kernel tap sees of padded x, position by position. */
function tapView(
  padded: Tensor,
  first: number,
  tap: readonly number[],
  outSpatial: Shape,
  window: Window,
): Tensor {
  const starts = tap.map((offset, k) => offset * (window.dilations[k] ?? 1));
  const ends = starts.map(
    (start, k) => start + (staticDim('gradient of conv', outSpatial[k]) - 1) * (window.strides[k] ?? 1) + 1,
  );
  return slice(padded, { starts, ends, axes: tap.map((_, k) => k + first), steps: window.strides });
}

/** All positions inside a kernel, row-major. */
export function tapOffsets(kernel: readonly number[]): number[][] {
  return kernel.reduce<number[][]>(
    (taps, size) => taps.flatMap((tap) => Array.from({ length: size }, (_, offset) => [...tap, offset])),
    [[]],
  );
}

export const ConvTranspose = defineOperator({
  name: 'ConvTranspose',
  opset: 11,
  attributes: { ...schema, output_padding: 'ints?', output_shape: 'ints?' },
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
    const { x, w, bias, kernel, window } = transposeContext(inputs, attributes);
    const g = required('ConvTranspose', outputGradients, 0);
    const axes = g.shape.flatMap((_, axis) => (axis === 1 ? [] : [axis]));
    // The transposed convolution is the convolution's input gradient, so its own gradients are a convolution and the weight rule with x and g swapped.
    const dx = cropTo(conv(g, w, { ...window, groups: window.group }), x.shape);
    return [dx, convWeightGradient(x, g, w, kernel, window), bias && sum(g, { axes })];
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

function transposeContext(
  inputs: Inputs,
  attributes: RawWindow & {
    readonly output_padding: readonly number[] | undefined;
    readonly output_shape: readonly number[] | undefined;
  },
) {
  const x = required('ConvTranspose', inputs, 0);
  const w = required('ConvTranspose', inputs, 1);
  const kernel = staticShape('convTranspose', w.shape.slice(2));
  const rank = kernel.length;
  const strides = attributes.strides ?? new Array<number>(rank).fill(1);
  const dilations = attributes.dilations ?? new Array<number>(rank).fill(1);
  const extra = attributes.output_padding ?? new Array<number>(rank).fill(0);
  const full = kernel.map((size, k) => {
    const input = staticDim('convTranspose', x.shape[k + 2]);
    return (input - 1) * (strides[k] ?? 1) + (size - 1) * (dilations[k] ?? 1) + 1 + (extra[k] ?? 0);
  });
  const pads = transposePads(full, x.shape.slice(2), strides, attributes);
  const spatial = full.map((size, k) => size - (pads[k] ?? 0) - (pads[k + rank] ?? 0));
  const shape: Dim[] = [
    x.shape[0] as Dim,
    staticDim('convTranspose', w.shape[1]) * attributes.group,
    ...spatial,
  ];
  return {
    x,
    w,
    bias: inputs[2],
    kernel,
    shape,
    window: { strides, dilations, pads, group: attributes.group },
  };
}

/** Padding of a transposed convolution: given, or whatever reaches the wanted output shape. */
function transposePads(
  full: readonly number[],
  spatial: Shape,
  strides: readonly number[],
  attributes: {
    readonly auto_pad: string;
    readonly pads: readonly number[] | undefined;
    readonly output_shape: readonly number[] | undefined;
  },
): readonly number[] {
  const same = attributes.auto_pad.startsWith('SAME');
  const wanted =
    attributes.output_shape?.slice(-full.length) ??
    (same ? spatial.map((dim, k) => staticDim('convTranspose', dim) * (strides[k] ?? 1)) : undefined);
  if (!wanted) return attributes.pads ?? new Array<number>(2 * full.length).fill(0);
  const totals = full.map((size, k) => size - (wanted[k] ?? size));
  const begins = totals.map((total) =>
    attributes.auto_pad === 'SAME_UPPER' ? Math.floor(total / 2) : Math.ceil(total / 2),
  );
  return [...begins, ...totals.map((total, k) => total - (begins[k] ?? 0))];
}

/** How a kernel moves: single numbers hold for every spatial axis. */
export interface WindowOptions {
  /** @default 1 */
  readonly strides?: number | readonly number[];
  /** Zeros at both ends of each spatial axis, or `'same'` for an output as long as the input at stride 1. @default 0 */
  readonly padding?: number | readonly number[] | 'same';
  /** All begins, then all ends: instead of `padding` where the ends differ. */
  readonly pads?: readonly number[];
  /** @default 1 */
  readonly dilations?: number | readonly number[];
}

export interface ConvOptions<D extends DType> extends WindowOptions {
  /** Added per output channel, shape [O]. */
  readonly bias?: Tensor<D> | undefined;
  /** @default 1 */
  readonly groups?: number;
}

/** Repeats a single number for each spatial axis and checks counts. */
export function perAxis(
  operation: string,
  what: string,
  value: number | readonly number[],
  rank: number,
): readonly number[] {
  const list = typeof value === 'number' ? new Array<number>(rank).fill(value) : value;
  if (list.length !== rank) {
    throw new ArgumentError(operation, `${what} needs one number or ${rank}, got [${list.join(', ')}]`);
  }
  return list;
}

/** `padding` and `pads` of a call as ONNX pads. */
export function padsOf(
  operation: string,
  kernel: readonly number[],
  options: WindowOptions,
): readonly number[] {
  const rank = kernel.length;
  if (options.pads) return perAxis(operation, 'pads', options.pads, 2 * rank);
  if (options.padding === 'same') {
    const dilations = perAxis(operation, 'dilations', options.dilations ?? 1, rank);
    const totals = kernel.map((size, k) => (size - 1) * (dilations[k] ?? 1));
    return [...totals.map((total) => Math.floor(total / 2)), ...totals.map((total) => Math.ceil(total / 2))];
  }
  const amounts = perAxis(operation, 'padding', options.padding ?? 0, rank);
  return [...amounts, ...amounts];
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
  const kernel = staticShape('conv', weight.shape.slice(2));
  const { bias, groups = 1 } = options;
  return apply1(Conv, bias ? [x, weight, bias] : [x, weight], {
    auto_pad: 'NOTSET',
    kernel_shape: kernel,
    strides: perAxis('conv', 'strides', options.strides ?? 1, kernel.length),
    pads: padsOf('conv', kernel, options),
    dilations: perAxis('conv', 'dilations', options.dilations ?? 1, kernel.length),
    group: groups,
  }) as Tensor<D>;
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
  const kernel = staticShape('convTranspose', weight.shape.slice(2));
  const { bias, groups = 1, outputPadding = 0 } = options;
  return apply1(ConvTranspose, bias ? [x, weight, bias] : [x, weight], {
    auto_pad: 'NOTSET',
    kernel_shape: kernel,
    strides: perAxis('convTranspose', 'strides', options.strides ?? 1, kernel.length),
    pads: padsOf('convTranspose', kernel, options),
    dilations: perAxis('convTranspose', 'dilations', options.dilations ?? 1, kernel.length),
    group: groups,
    output_padding: perAxis('convTranspose', 'outputPadding', outputPadding, kernel.length),
    output_shape: undefined,
  }) as Tensor<D>;
}
