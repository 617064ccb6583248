/** Interpolation along one axis, as ONNX's Resize defines it: which input positions make each output position, with what weights. */
import { ArgumentError } from '@noosphere/base';
import type { AxisMap, Term } from './separable.js';

/** How one axis is resized. */
export interface AxisInterpolation {
  readonly inputSize: number;
  readonly outputSize: number;
  /** Output size over input size, before rounding. */
  readonly scale: number;
  readonly mode: 'nearest' | 'linear' | 'cubic';
  /** ONNX's coordinate_transformation_mode. */
  readonly coordinates: string;
  readonly nearestMode: string;
  readonly cubicCoefficient: number;
  readonly excludeOutside: boolean;
  readonly antialias: boolean;
  /** Start and end of the cropped part as shares of the axis, for tf_crop_and_resize. */
  readonly crop: readonly [number, number];
}

// The runtime computes coordinates in float32: ties between two nearest neighbours must fall the same way here.
const f = Math.fround;

/** The place in the input that an output position shows; fractional. */
function sourcePosition(to: number, axis: AxisInterpolation): number {
  const { inputSize, outputSize, coordinates, crop } = axis;
  const scale = f(axis.scale);
  const halfPixel = () => f(f(f(to + 0.5) / scale) - 0.5);
  switch (coordinates) {
    case 'half_pixel':
      return halfPixel();
    case 'pytorch_half_pixel':
      return outputSize > 1 ? halfPixel() : 0;
    case 'asymmetric':
      return f(to / scale);
    case 'align_corners':
      return outputSize === 1 ? 0 : f(f(to * (inputSize - 1)) / (outputSize - 1));
    case 'half_pixel_symmetric': {
      const adjustment = f(outputSize / f(scale * inputSize));
      const offset = f(f(inputSize / 2) * f(1 - adjustment));
      return f(f(offset + f(f(to + 0.5) / scale)) - 0.5);
    }
    case 'tf_crop_and_resize': {
      const [start, end] = crop;
      const reach = end - start;
      return outputSize > 1
        ? f(start * (inputSize - 1) + (to * reach * (inputSize - 1)) / (outputSize - 1))
        : f(0.5 * (start + end) * (inputSize - 1));
    }
    default:
      throw new ArgumentError(
        'resize',
        `coordinates must be half_pixel, align_corners or asymmetric, got ${coordinates}`,
      );
  }
}

function nearest(position: number, mode: string): number {
  switch (mode) {
    case 'floor':
      return Math.floor(position);
    case 'ceil':
      return Math.ceil(position);
    case 'round_prefer_ceil':
      return Math.floor(f(position + 0.5));
    default:
      return Math.ceil(f(position - 0.5));
  }
}

/** Weight of a tap at distance `x` under linear interpolation. */
const linearWeight = (x: number) => Math.max(0, 1 - Math.abs(x));

/** Keys' cubic convolution kernel at distance `x`, with coefficient `a`. Keys 1981. */
function cubicWeight(x: number, a: number): number {
  const t = Math.abs(x);
  if (t <= 1) return ((a + 2) * t - (a + 3)) * t * t + 1;
  return t < 2 ? ((a * t - 5 * a) * t + 8 * a) * t - 4 * a : 0;
}

/** Terms of one output position; taps beyond the ends repeat the end, or are left out. */
function termsAt(to: number, axis: AxisInterpolation): Term[] {
  const { inputSize, mode, antialias, excludeOutside } = axis;
  const position = sourcePosition(to, axis);
  const last = inputSize - 1;
  if (axis.coordinates === 'tf_crop_and_resize' && (position < 0 || position > last)) return [];
  const inside = (place: number) => Math.min(last, Math.max(0, place));
  if (mode === 'nearest') return [{ from: inside(nearest(position, axis.nearestMode)), weight: 1 }];
  // Shrinking with antialiasing widens the kernel by the factor of the shrinking.
  const stretch = antialias ? Math.min(1, axis.scale) : 1;
  const reach = (mode === 'linear' ? 1 : 2) / stretch;
  const weightOf = (distance: number) =>
    mode === 'linear'
      ? linearWeight(distance * stretch)
      : cubicWeight(distance * stretch, axis.cubicCoefficient);
  const terms: Term[] = [];
  for (let place = Math.ceil(position - reach); place <= Math.floor(position + reach); place++) {
    const isOutside = place < 0 || place > last;
    if (!isOutside || !excludeOutside)
      terms.push({ from: inside(place), weight: weightOf(place - position) });
  }
  const total = terms.reduce((sum, { weight }) => sum + weight, 0);
  return terms.map(({ from, weight }) => ({ from, weight: weight / total }));
}

/** The linear map that resizes one axis. */
export function interpolationMap(axis: AxisInterpolation): AxisMap {
  return {
    inputSize: axis.inputSize,
    outputs: Array.from({ length: axis.outputSize }, (_, to) => termsAt(to, axis)),
  };
}
