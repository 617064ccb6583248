/** Gradients of convolutions. Legend: N batch, C channels in, O channels out, G groups, P positions, k kernel. */
import { fill, type Tensor } from '../graph/index.js';
import { type Dim, elementCount, type Shape, staticDim } from '../shape/index.js';
import { scan } from './control.js';
import { conv } from './convolution.js';
import { convTranspose } from './convolution-transposed.js';
import { concat, flip, pad, slice, stack } from './joining.js';
import { reshape, transpose } from './layout.js';
import { gemm, matmul, transposeLast } from './matrix.js';
import { sum } from './reduce.js';
import { tapOffsets, type Window } from './window.js';

/** d(loss)/dx: with stride 1 a convolution by the flipped kernel, else the transposed convolution. */
export function convInputGradient(
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
  // The flipped kernel meets every position of x, the transposed convolution every one of g: without padding g is smaller.
  const growth = elementCount(x.shape.slice(2)) / elementCount(g.shape.slice(2));
  const plain =
    growth <= 1.5 &&
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

/** d(loss)/dw of the shape of w, by whichever of three ways is the fastest one in standard operators. */
export function weightGradientByFormula(g: Tensor, x: Tensor, shape: Shape, window: Window): Tensor {
  const perGroup = staticDim('gradient of conv', shape[1]);
  const kernel = shape.slice(2).map((size) => staticDim('gradient of conv', size));
  const taps = elementCount(kernel);
  if (window.group === 1 && taps >= 16) return weightGradientBySwap(g, x, shape, window);
  // Measured on 3x3 kernels: from 16 channels on, products of single taps are large enough to win.
  const bySample = window.group === 1 && perGroup >= 16;
  return bySample
    ? weightGradientBySample(g, x, shape, kernel, window)
    : weightGradientByColumns(g, x, shape, kernel, window);
}

/** A convolution of x by g with samples and channels swapped: one product of long rows, where taps are many and images small. */
function weightGradientBySwap(g: Tensor, x: Tensor, shape: Shape, window: Window): Tensor {
  const swapped = [1, 0, ...shape.slice(2).map((_, k) => k + 2)];
  // Strides and dilations change places: g is the kernel now.
  const correlation = conv(transpose(x, swapped), transpose(g, swapped), {
    pads: window.pads,
    strides: window.dilations,
    dilations: window.strides,
  });
  const axes = swapped.slice(2);
  const fitted = slice(correlation, {
    starts: axes.map(() => 0),
    ends: axes.map((axis) => staticDim('gradient of conv', shape[axis])),
    axes,
  });
  return transpose(fitted, swapped);
}

/** A loop over samples that adds up one product per kernel tap: a sample's views stay in the processor's cache. */
function weightGradientBySample(
  g: Tensor,
  x: Tensor,
  shape: Shape,
  kernel: readonly number[],
  window: Window,
): Tensor {
  const [outputs, inputs] = [
    staticDim('gradient of conv', shape[0]),
    staticDim('gradient of conv', shape[1]),
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
  return reshape(stack(state, { axis: 2 }), shape);
}

/** Every tap's view of x side by side, times g, in one product per group and sample. */
function weightGradientByColumns(
  g: Tensor,
  x: Tensor,
  shape: Shape,
  kernel: readonly number[],
  window: Window,
): Tensor {
  const groups = window.group;
  const perGroup = staticDim('gradient of conv', shape[1]);
  const outPerGroup = staticDim('gradient of conv', shape[0]) / groups;
  const columns = windowColumns(x, g.shape.slice(2), kernel, window); // [N, G, k * C/G, P]
  const rows = reshape(g, [x.shape[0] as Dim, groups, outPerGroup, -1]); // [N, G, O/G, P]
  const product = sum(matmul(rows, transposeLast(columns)), { axes: 0 }); // [G, O/G, k * C/G]
  const taps = kernel.reduce((all, size) => all * size, 1);
  const split = reshape(product, [groups * outPerGroup, taps, perGroup]);
  return reshape(transpose(split, [0, 2, 1]), shape);
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
