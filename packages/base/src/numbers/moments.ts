/** Sums and moments of values. */
import { medianOf } from './order-statistics.js';

/** Σ aᵢ bᵢ over the values of the first. */
export function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let index = 0; index < a.length; index++) sum += (a[index] as number) * (b[index] as number);
  return sum;
}

/** The sum over the count; NaN of no values. */
export function meanOf(values: ArrayLike<number>): number {
  let sum = 0;
  for (let index = 0; index < values.length; index++) sum += values[index] as number;
  return sum / values.length;
}

/** Mean of squared differences from the mean. */
export function varianceOf(values: Float64Array): number {
  const mean = meanOf(values);
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
}

/** Median of distances from the median, × 1.4826: the standard deviation of normal values, whatever outliers there are. */
export function robustDeviation(values: Float64Array): number {
  const median = medianOf(values);
  return 1.482602218505602 * medianOf(values.map((value) => Math.abs(value - median)));
}
