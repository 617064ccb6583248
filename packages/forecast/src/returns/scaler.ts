/** Brings features and targets to mean 0 and deviation 1, and back; fitted on training windows alone. */
import { add, div, mul, sub, type Tensor, tensor } from '@noosphere/core';

/** z = (x - mean) / deviation, for each of `width` features. */
export interface Scaler {
  readonly mean: readonly number[];
  readonly deviation: readonly number[];
}

/**
 * Mean and deviation (divisor n) of each feature; a feature that never changes keeps its scale.
 * Shape: values [rows, width], row-major.
 */
export function fitScaler(values: ArrayLike<number>, width: number): Scaler {
  const rows = values.length / width;
  const averageOf = (measure: (value: number, feature: number) => number) => {
    const sums = new Array<number>(width).fill(0);
    for (let index = 0; index < values.length; index++) {
      const feature = index % width;
      sums[feature] = (sums[feature] ?? 0) + measure(values[index] ?? Number.NaN, feature) / rows;
    }
    return sums;
  };
  const mean = averageOf((value) => value);
  const variance = averageOf((value, feature) => (value - (mean[feature] ?? 0)) ** 2);
  return { mean, deviation: variance.map((value) => (value > 0 ? Math.sqrt(value) : 1)) };
}

/** Inside a graph, along the last axis: (x - mean) / deviation. */
export function scale(x: Tensor, { mean, deviation }: Scaler): Tensor {
  return div(sub(x, tensor(mean)), tensor(deviation));
}

/** Inside a graph, along the last axis: z · deviation + mean. */
export function unscale(z: Tensor, { mean, deviation }: Scaler): Tensor {
  return add(mul(z, tensor(deviation)), tensor(mean));
}
