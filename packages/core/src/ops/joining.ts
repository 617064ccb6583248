/** Operators that join, cut and repeat tensors: Concat, Split, Slice, Pad, Tile and their functions. */
import { ArgumentError, knownOptions, requireList, ShapeError } from '@noosphere/base';
import {
  apply,
  apply1,
  constantNumbers,
  defineOperator,
  freshDim,
  fromNumbers,
  type Inputs,
  int64Vector,
  maybeNumbers,
  scalar,
  type Tensor,
} from '../graph/index.js';
import { type Dim, type DType, formatShape, normalizeAxis, type Shape, staticDim } from '../shape/index.js';
import { expandLike, reshape, unsqueeze } from './layout.js';
import { noFlops, required, requireSameDType, requireTensors } from './like.js';
import { productAlong } from './matrix.js';
import { sum } from './reduce.js';

export const Concat = defineOperator({
  name: 'Concat',
  opset: 13,
  attributes: { axis: 'int' },
  infer: ({ inputs, attributes }) => {
    const tensors = inputs.filter((input) => input !== undefined);
    const first = required('Concat', tensors, 0);
    requireSameDType('concat', first, ...tensors.slice(1));
    const axis = normalizeAxis('concat', attributes.axis, first.rank);
    const dims = tensors.map((tensor) => tensor.shape[axis] as Dim);
    for (const tensor of tensors) {
      const fits =
        tensor.rank === first.rank &&
        tensor.shape.every((dim, k) => k === axis || mayEqual(dim, first.shape[k]));
      if (!fits) {
        throw new ShapeError(
          'concat',
          `shapes must agree but along axis ${axis}, got ${tensors.map((each) => formatShape(each.shape)).join(' and ')}`,
        );
      }
    }
    const total = dims.every((dim) => typeof dim === 'number')
      ? dims.reduce((sum, dim) => sum + dim, 0)
      : dims.length === 1
        ? (dims[0] as Dim)
        : freshDim('concat');
    return [{ dtype: first.dtype, shape: first.shape.map((dim, k) => (k === axis ? total : dim)) }];
  },
  gradient: ({ inputs, outputGradients, attributes }) => {
    const g = required('Concat', outputGradients, 0);
    const axis = normalizeAxis('concat', attributes.axis, g.rank);
    const sizes = inputs.map((input) => staticDim('gradient of concat', input?.shape[axis]));
    return split(g, { axis, sizes });
  },
  flops: noFlops,
  doc: 'Tensors one behind the other along an axis. Gradient: g cut into the same pieces.',
});

/** Whether two dimensions can be the same size at run time. */
function mayEqual(a: Dim | undefined, b: Dim | undefined): boolean {
  return a === b || typeof a === 'string' || typeof b === 'string';
}

export const Split = defineOperator({
  name: 'Split',
  opset: 18,
  attributes: { axis: 'int', num_outputs: 'int?' },
  defaults: { axis: 0 },
  infer: ({ inputs, attributes }) => {
    const x = required('Split', inputs, 0);
    const axis = normalizeAxis('split', attributes.axis, x.rank);
    const sizes = inputs[1]
      ? constantNumbers('split', 'sizes', inputs[1])
      : evenSizes(staticDim('split', x.shape[axis]), attributes.num_outputs ?? 1);
    const total = sizes.reduce((sum, size) => sum + size, 0);
    const dim = x.shape[axis];
    if (typeof dim === 'number' && dim !== total) {
      throw new ShapeError(
        'split',
        `sizes [${sizes.join(', ')}] sum to ${total}, but axis ${axis} of ${formatShape(x.shape)} has ${dim}`,
      );
    }
    return sizes.map((size) => ({
      dtype: x.dtype,
      shape: x.shape.map((each, k) => (k === axis ? size : each)),
    }));
  },
  gradient: ({ outputs, outputGradients, attributes }) => {
    const pieces = outputs.map((output, index) => outputGradients[index] ?? zerosLike(output));
    return [concat(pieces, { axis: attributes.axis }), undefined];
  },
  flops: noFlops,
  allOutputs: true,
  doc: 'Pieces along an axis. Gradient: the pieces of g joined.',
});

/** ONNX's even split: the last piece may be smaller. */
function evenSizes(size: number, parts: number): number[] {
  const each = Math.ceil(size / parts);
  return Array.from({ length: parts }, (_, index) => Math.max(0, Math.min(each, size - index * each)));
}

/** Zeros in the shape of a tensor, named dimensions included. */
export function zerosLike(like: Tensor): Tensor {
  return expandLike(scalar(like.dtype, 0), like.shape, [like]);
}

export const Slice = defineOperator({
  name: 'Slice',
  opset: 13,
  attributes: {},
  infer: ({ inputs }) => {
    const x = required('Slice', inputs, 0);
    const ranges = sliceRanges(x.shape, inputs);
    return [{ dtype: x.dtype, shape: x.shape.map((dim, axis) => ranges.get(axis)?.size ?? dim) }];
  },
  gradient: ({ inputs, outputGradients }) => {
    const x = required('Slice', inputs, 0);
    const g = required('Slice', outputGradients, 0);
    return [unslice(g, x, sliceRanges(x.shape, inputs))];
  },
  flops: noFlops,
  doc: 'Elements from start to end in steps, along axes. Gradient: g put back among zeros.',
});

export interface SliceRange {
  readonly start: number;
  readonly step: number;
  readonly size: Dim;
}

/** Per axis what a Slice takes, with ONNX's clamping. */
export function sliceRanges(shape: Shape, inputs: Inputs): Map<number, SliceRange> {
  const starts = maybeNumbers(inputs[1]);
  const ends = maybeNumbers(inputs[2]);
  const axes = inputs[3] ? constantNumbers('slice', 'axes', inputs[3]) : shape.map((_, axis) => axis);
  const steps = inputs[4] ? constantNumbers('slice', 'steps', inputs[4]) : axes.map(() => 1);
  const ranges = new Map<number, SliceRange>();
  const count = inputs[3] ? axes.length : (starts?.length ?? axes.length);
  for (let index = 0; index < count; index++) {
    const axis = normalizeAxis('slice', axes[index] as number, shape.length);
    const dim = shape[axis] as Dim;
    const step = steps[index] as number;
    const start = starts?.[index];
    const end = ends?.[index];
    if (step === 0) throw new ArgumentError('slice', `the step along axis ${axis} must not be 0`);
    if (typeof dim !== 'number' || start === undefined || end === undefined) {
      const whole = start === 0 && step === 1 && end !== undefined && end >= 2 ** 31 - 1;
      ranges.set(axis, { start: start ?? 0, step, size: whole ? dim : symbolicSize(dim, start, end, step) });
      continue;
    }
    const low = step > 0 ? 0 : -1;
    const high = step > 0 ? dim : dim - 1;
    const place = (value: number) =>
      Math.min(high, Math.max(low, value < 0 ? Math.max(value + dim, low) : value));
    const from = place(start);
    const size = Math.max(0, Math.ceil((place(end) - from) / step));
    ranges.set(axis, { start: from, step, size });
  }
  return ranges;
}

/** The size of a slice of a named dimension, where start and end tell it. */
function symbolicSize(_dim: Dim, start: number | undefined, end: number | undefined, step: number): Dim {
  const bothFromEnd = start !== undefined && end !== undefined && start < 0 && end < 0;
  const lastOnes = start !== undefined && start < 0 && end !== undefined && end >= 2 ** 31 - 1;
  if (bothFromEnd) return Math.max(0, Math.ceil((end - start) / step));
  if (lastOnes) return Math.max(0, Math.ceil(-start / step));
  return freshDim('slice');
}

/** Puts a slice's gradient back among zeros: padded outside, and between where the step is larger than 1. */
function unslice(g: Tensor, x: Tensor, ranges: ReadonlyMap<number, SliceRange>): Tensor {
  let result = g;
  for (const [axis, range] of ranges) {
    const size = staticDim('gradient of slice', x.shape[axis]);
    const taken = staticDim('gradient of slice', range.size);
    if (range.step < 0) result = flip(result, [axis]);
    const stride = Math.abs(range.step);
    const first = range.step < 0 ? range.start + (taken - 1) * range.step : range.start;
    const spread = taken === 0 ? 0 : (taken - 1) * stride + 1;
    if (stride > 1 && taken > 0) result = spreadOut(result, axis, stride, spread);
    const before = taken === 0 ? 0 : first;
    const after = size - before - spread;
    if (before !== 0 || after !== 0) {
      result = pad(result, {
        pads: result.shape.map((_, k): [number, number] => (k === axis ? [before, after] : [0, 0])),
      });
    }
  }
  return result;
}

/** Puts stride - 1 zeros between neighbours along an axis. */
export function spreadOut(x: Tensor, axis: number, stride: number, size: number): Tensor {
  const pads = (rank: number, at: number, after: number) =>
    Array.from({ length: rank }, (_, k): [number, number] => (k === at ? [0, after] : [0, 0]));
  const spaced = pad(unsqueeze(x, axis + 1), { pads: pads(x.rank + 1, axis + 1, stride - 1) });
  const joined = reshape(
    spaced,
    x.shape.map((dim, k) => (k === axis ? staticDim('spreadOut', dim) * stride : dim)),
  );
  return slice(joined, { starts: [0], ends: [size], axes: [axis] });
}

const padModes = ['constant', 'reflect', 'edge', 'wrap'] as const;
export type PadMode = (typeof padModes)[number];

export const Pad = defineOperator({
  name: 'Pad',
  opset: 21,
  attributes: { mode: 'string' },
  defaults: { mode: 'constant' },
  infer: ({ inputs }) => {
    const x = required('Pad', inputs, 0);
    const amounts = padAmounts(x.rank, inputs);
    const shape = x.shape.map((dim, axis): Dim => {
      const [before, after] = amounts[axis] as [number, number];
      if (before === 0 && after === 0) return dim;
      return typeof dim === 'number' ? dim + before + after : freshDim('padded');
    });
    return [{ dtype: x.dtype, shape }];
  },
  gradient: ({ inputs, outputGradients, attributes }) => {
    const x = required('Pad', inputs, 0);
    const g = required('Pad', outputGradients, 0);
    return [unpad(g, x.shape, padAmounts(x.rank, inputs), attributes.mode), undefined];
  },
  flops: noFlops,
  doc: 'x with a border: constant, reflected, repeated edge or wrapped. Gradient: g without the border, whose part returns to the elements it copied.',
});

/** Amounts before and after for each axis, from ONNX's [begins…, ends…] over the given axes. */
function padAmounts(rank: number, inputs: Inputs): [number, number][] {
  const flat = constantNumbers('pad', 'pads', required('Pad', inputs, 1));
  const axes = inputs[3]
    ? constantNumbers('pad', 'axes', inputs[3])
    : Array.from({ length: rank }, (_, axis) => axis);
  const amounts = Array.from({ length: rank }, (): [number, number] => [0, 0]);
  axes.forEach((axis, index) => {
    amounts[normalizeAxis('pad', axis, rank)] = [flat[index] ?? 0, flat[index + axes.length] ?? 0];
  });
  return amounts;
}

/** The gradient of Pad, axis by axis: cut the middle out and add what the border copied. */
function unpad(g: Tensor, shape: Shape, amounts: readonly [number, number][], mode: string): Tensor {
  let result = g;
  amounts.forEach(([before, after], axis) => {
    if (before === 0 && after === 0) return;
    const size = staticDim('gradient of pad', shape[axis]);
    result =
      mode === 'constant' || before < 0 || after < 0
        ? pad(result, {
            pads: amounts.map((_, k): [number, number] => (k === axis ? [-before, -after] : [0, 0])),
          })
        : foldBorder(result, axis, borderSources(size, before, after, mode), size);
  });
  return result;
}

/** For each position of the padded axis, the element it shows. */
function borderSources(size: number, before: number, after: number, mode: string): number[] {
  const period = 2 * (size - 1);
  return Array.from({ length: before + size + after }, (_, position) => {
    const at = position - before;
    if (mode === 'edge') return Math.min(size - 1, Math.max(0, at));
    if (mode === 'wrap') return ((at % size) + size) % size;
    if (period === 0) return 0;
    const phase = ((at % period) + period) % period;
    return Math.min(phase, period - phase);
  });
}

/** Sums positions that show the same element: a product with a 0/1 matrix along the axis. */
function foldBorder(g: Tensor, axis: number, sources: readonly number[], size: number): Tensor {
  const data = new Float64Array(sources.length * size);
  sources.forEach((source, position) => {
    data[position * size + source] = 1;
  });
  return productAlong(g, axis, fromNumbers(g.dtype, [sources.length, size], data));
}

export const Tile = defineOperator({
  name: 'Tile',
  opset: 13,
  attributes: {},
  infer: ({ inputs }) => {
    const x = required('Tile', inputs, 0);
    const repeats = maybeNumbers(inputs[1]);
    const shape = x.shape.map((dim, axis): Dim => {
      const times = repeats?.[axis];
      if (times === 1) return dim;
      return typeof dim === 'number' && times !== undefined ? dim * times : freshDim('tiled');
    });
    return [{ dtype: x.dtype, shape }];
  },
  gradient: ({ inputs, outputGradients }) => {
    const x = required('Tile', inputs, 0);
    const g = required('Tile', outputGradients, 0);
    const repeats = constantNumbers('gradient of tile', 'repeats', required('Tile', inputs, 1));
    // [r0 s0, r1 s1, …] -> [r0, s0, r1, s1, …], then sum the repeats away.
    const split = reshape(
      g,
      x.shape.flatMap((dim, axis) => [repeats[axis] as number, dim]),
    );
    return [sum(split, { axes: x.shape.map((_, axis) => 2 * axis) }), undefined];
  },
  flops: noFlops,
  doc: 'x repeated along each axis. Gradient: g summed over the repeats.',
});

/**
 * Tensors one behind the other along an axis.
 * @example
 * console.log(await concat([tensor([1]), tensor([2, 3])], { axis: 0 }).array()); // → [ 1, 2, 3 ]
 */
export function concat<D extends DType>(
  tensors: readonly Tensor<D>[],
  options: { axis?: number } = {},
): Tensor<D> {
  requireTensors('concat', ...[tensors].flat());
  const { axis = 0 } = knownOptions('concat', options, 'axis');
  const first = tensors[0];
  if (!first) throw new ArgumentError('concat', 'needs at least one tensor, got none');
  return apply1(Concat, tensors, { axis: normalizeAxis('concat', axis, first.rank) }) as Tensor<D>;
}

/**
 * Tensors of one shape side by side along a new axis.
 * @example
 * console.log(await stack([tensor([1, 2]), tensor([3, 4])]).array()); // → [ [ 1, 2 ], [ 3, 4 ] ]
 */
export function stack<D extends DType>(
  tensors: readonly Tensor<D>[],
  options: { axis?: number } = {},
): Tensor<D> {
  requireTensors('stack', ...[tensors].flat());
  const { axis = 0 } = knownOptions('stack', options, 'axis');
  const first = tensors[0];
  if (!first) throw new ArgumentError('stack', 'needs at least one tensor, got none');
  const at = normalizeAxis('stack', axis, first.rank + 1);
  return concat(
    tensors.map((each) => unsqueeze(each, at)),
    { axis: at },
  );
}

/**
 * Pieces along an axis: of the given sizes, or as many equal parts (the last may be smaller).
 * @example
 * const [head, tail] = split(tensor([1, 2, 3]), { sizes: [1, 2] });
 * console.log(await tail?.array()); // → [ 2, 3 ]
 */
export function split<D extends DType>(
  x: Tensor<D>,
  options: { axis?: number; sizes?: readonly number[]; parts?: number },
): Tensor<D>[] {
  const { axis = 0, sizes, parts } = knownOptions('split', options, 'axis sizes parts');
  const at = normalizeAxis('split', axis, x.rank);
  if ((sizes === undefined) === (parts === undefined)) {
    throw new ArgumentError('split', 'needs either sizes or parts, got both or none');
  }
  const each = sizes ?? evenSizes(staticDim('split', x.shape[at]), parts ?? 1);
  return apply(Split, [x, int64Vector(each)], { axis: at, num_outputs: undefined }) as Tensor<D>[];
}

/**
 * The tensors along an axis, each without it.
 * @example
 * console.log(unstack(ones([3, 2])).length); // → 3
 */
export function unstack<D extends DType>(x: Tensor<D>, options: { axis?: number } = {}): Tensor<D>[] {
  requireTensors('unstack', x);
  const { axis = 0 } = knownOptions('unstack', options, 'axis');
  const at = normalizeAxis('unstack', axis, x.rank);
  const parts = staticDim('unstack', x.shape[at]);
  return split(x, { axis: at, sizes: new Array(parts).fill(1) }).map((piece) =>
    reshape(
      piece,
      x.shape.filter((_, k) => k !== at),
    ),
  );
}

/** What `slice` takes along the given axes (the first ones where none are given); ends beyond the size are clamped. */
export interface SliceOptions {
  readonly starts: readonly number[];
  readonly ends: readonly number[];
  readonly axes?: readonly number[];
  /** @default 1 each */
  readonly steps?: readonly number[];
}

/**
 * Elements from start up to end, in steps, along axes; negative positions count from the end.
 * @example
 * console.log(await slice(tensor([1, 2, 3, 4]), { starts: [1], ends: [4], steps: [2] }).array()); // → [ 2, 4 ]
 */
export function slice<D extends DType>(x: Tensor<D>, options: SliceOptions): Tensor<D> {
  const { starts, ends, axes, steps } = knownOptions('slice', options, 'starts ends axes steps');
  const list = axes ?? starts.map((_, axis) => axis);
  if (
    starts.length !== ends.length ||
    starts.length !== list.length ||
    (steps && steps.length !== starts.length)
  ) {
    throw new ArgumentError(
      'slice',
      `starts, ends, axes and steps must have one length, got ${starts.length}, ${ends.length}, ${list.length} and ${steps?.length ?? list.length}`,
    );
  }
  const clampEnd = (end: number) => Math.max(-(2 ** 62), Math.min(2 ** 62, end));
  // Backwards from before the first element there is nothing; ONNX would begin at the first.
  const isBefore = starts.map((start, index) => {
    const dim = x.shape[normalizeAxis('slice', list[index] ?? 0, x.rank)];
    return (steps?.[index] ?? 1) < 0 && typeof dim === 'number' && start < -dim;
  });
  return apply1(
    Slice,
    [
      x,
      int64Vector(starts.map((start, index) => (isBefore[index] ? 0 : start))),
      int64Vector(ends.map((end, index) => (isBefore[index] ? 0 : clampEnd(end)))),
      int64Vector(list.map((axis) => normalizeAxis('slice', axis, x.rank))),
      int64Vector(steps ?? starts.map(() => 1)),
    ],
    {},
  ) as Tensor<D>;
}

/**
 * Elements in reverse order along axes (all of them where none are given).
 * @example
 * console.log(await flip(tensor([1, 2, 3])).array()); // → [ 3, 2, 1 ]
 */
export function flip<D extends DType>(x: Tensor<D>, axes?: readonly number[]): Tensor<D> {
  requireTensors('flip', x);
  requireList('flip', 'axes', axes ?? []);
  return flipAlong(x, axes ?? x.shape.map((_, axis) => axis));
}

function flipAlong<D extends DType>(x: Tensor<D>, axes: readonly number[]): Tensor<D> {
  if (axes.length === 0) return x;
  return slice(x, {
    starts: axes.map(() => -1),
    ends: axes.map(() => Number.MIN_SAFE_INTEGER),
    axes,
    steps: axes.map(() => -1),
  });
}

/** `pads` gives [before, after] for each axis; negative amounts cut. */
export interface PadOptions {
  readonly pads: readonly (readonly [number, number])[];
  /** @default 'constant' */
  readonly mode?: PadMode;
  /** What a constant border holds. @default 0 */
  readonly value?: number;
}

/**
 * x with a border.
 * @example
 * console.log(await pad(tensor([1, 2]), { pads: [[1, 2]] }).array()); // → [ 0, 1, 2, 0, 0 ]
 */
export function pad<D extends DType>(x: Tensor<D>, options: PadOptions): Tensor<D> {
  const { pads, mode = 'constant', value = 0 } = knownOptions('pad', options, 'pads mode value');
  if (pads.length !== x.rank) {
    throw new ArgumentError(
      'pad',
      `pads needs [before, after] for each of the ${x.rank} axes, got ${pads.length}`,
    );
  }
  if (!padModes.includes(mode))
    throw new ArgumentError('pad', `mode must be ${padModes.join(', ')}, got ${mode}`);
  const flat = int64Vector([...pads.map(([before]) => before), ...pads.map(([, after]) => after)]);
  const inputs = mode === 'constant' ? [x, flat, scalar(x.dtype, value)] : [x, flat];
  return apply1(Pad, inputs, { mode }) as Tensor<D>;
}

/**
 * x repeated `repeats[axis]` times along each axis.
 * @example
 * console.log(await tile(tensor([1, 2]), [2]).array()); // → [ 1, 2, 1, 2 ]
 */
export function tile<D extends DType>(x: Tensor<D>, repeats: readonly number[]): Tensor<D> {
  requireTensors('tile', x);
  requireList('tile', 'repeats', repeats);
  if (repeats.length !== x.rank) {
    throw new ArgumentError('tile', `needs a count for each of the ${x.rank} axes, got ${repeats.length}`);
  }
  return apply1(Tile, [x, int64Vector(repeats)], {}) as Tensor<D>;
}
