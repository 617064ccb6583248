/** Sliding windows: how a kernel steps over spatial axes, and the sizes that result. Shared by convolutions and pooling. */
import { ArgumentError, ShapeError } from '@noosphere/base';
import { freshDim } from '../graph/index.js';
import { type Dim, type Shape, staticDim } from '../shape/index.js';

/** Attributes of Conv as ONNX writes them; pads are all begins, then all ends. */
export interface Window {
  readonly strides: readonly number[];
  readonly pads: readonly number[];
  readonly dilations: readonly number[];
  readonly group: number;
}

/** The same as a node has it, defaults not filled in. */
export interface RawWindow {
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

/** Repeats a single number for each spatial axis and checks counts. */
export function perAxis(
  operation: string,
  what: string,
  value: number | readonly number[],
  rank: number,
): readonly number[] {
  const list = typeof value === 'number' ? new Array<number>(rank).fill(value) : value;
  if (!Array.isArray(list))
    throw new ArgumentError(operation, `${what} must be a number or ${rank} of them, got ${String(value)}`);
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

/** All positions inside a kernel, row-major. */
export function tapOffsets(kernel: readonly number[]): number[][] {
  return kernel.reduce<number[][]>(
    (taps, size) => taps.flatMap((tap) => Array.from({ length: size }, (_, offset) => [...tap, offset])),
    [[]],
  );
}

/** Attributes that Conv and ConvTranspose share. */
export const convSchema = {
  auto_pad: 'string',
  kernel_shape: 'ints?',
  strides: 'ints?',
  pads: 'ints?',
  dilations: 'ints?',
  group: 'int',
} as const;
