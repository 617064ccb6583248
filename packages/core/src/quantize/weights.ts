/** Weights as int8: symmetric, one scale for the tensor or for each output channel. */

import type { Tensor } from '../graph/index.js';
import { fromData, type HostTensor, hostData } from '../graph/index.js';
import { dequantize } from '../ops/index.js';

export interface QuantizedWeights {
  readonly values: HostTensor<'int8'>;
  /** [] or [channels] */
  readonly scale: HostTensor<'float32'>;
  readonly zeroPoint: HostTensor<'int8'>;
  readonly axis: number;
}

/** Largest integer used: 127, or 64 where sums of two products must fit into 16 bits (x86 without VNNI). */
export type LargestInteger = 127 | 64;

/**
 * w ≈ scale · q with q = round(w / scale) in ±largest and scale = max|w| / largest.
 * @param axis undefined for one scale
 * @param leastScales For each channel the least scale. @default none
 */
export function quantizeWeights(
  weights: HostTensor<'float32'>,
  axis: number | undefined,
  largest: LargestInteger = 127,
  leastScales?: ArrayLike<number>,
): QuantizedWeights {
  const data = hostData(weights);
  const shape = weights.shape;
  const channels = axis === undefined ? 1 : (shape[axis] as number);
  const inner = axis === undefined ? 1 : shape.slice(axis + 1).reduce((product, dim) => product * dim, 1);
  const channelOf = (index: number) => (axis === undefined ? 0 : Math.floor(index / inner) % channels);
  const reach = new Float64Array(channels);
  data.forEach((value, index) => {
    const channel = channelOf(index);
    reach[channel] = Math.max(reach[channel] as number, Math.abs(value));
  });
  const scales = Float32Array.from(reach, (most, channel) => {
    const scale = Math.fround(Math.max(most / largest, leastScales?.[channel] ?? 0));
    // A channel of zeros, or of less than the least float, keeps a scale that divides.
    return scale > 0 ? scale : 1;
  });
  const values = Int8Array.from(data, (value, index) => {
    const steps = roundToEven(value / (scales[channelOf(index)] as number));
    return Math.max(-largest, Math.min(largest, steps));
  });
  const perChannel = axis === undefined ? [] : [channels];
  return {
    values: fromData('int8', shape as readonly number[], values),
    scale: fromData('float32', perChannel, scales),
    zeroPoint: fromData('int8', perChannel, new Int8Array(channels)),
    axis: axis ?? 0,
  };
}

/** The weights as the graph computes them again. */
export function dequantizeWeights({ values, scale, zeroPoint, axis }: QuantizedWeights): Tensor<'float32'> {
  return dequantize(values, { scale, zeroPoint, axis });
}

/** To the nearest whole number, halves to the even one, as the runtime rounds. */
export function roundToEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest < 0.5) return floor;
  if (rest > 0.5) return floor + 1;
  return floor % 2 === 0 ? floor : floor + 1;
}
