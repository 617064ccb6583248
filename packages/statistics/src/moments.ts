/** Moments of values, and what keeps them honest. */
import { ArgumentError } from '@noosphere/core';
import { medianOf } from './order-statistics.js';

/** Enough values, and all of them numbers. */
export function requireValues(operation: string, name: string, values: Float64Array, minimum: number): void {
  if (values.length < minimum) {
    throw new ArgumentError(operation, `${name} needs at least ${minimum} values, got ${values.length}`);
  }
  const bad = values.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) {
    throw new ArgumentError(
      operation,
      `value ${bad} of ${name} is ${values[bad]}; fill gaps or leave them out`,
    );
  }
}

/** Σ x / n. */
export function meanOf(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
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

/** Autocorrelations at lags 0 … count. */
export function autocorrelations(values: Float64Array, count: number): Float64Array {
  const mean = meanOf(values);
  const rest = values.map((value) => value - mean);
  const product = (lag: number) => {
    let sum = 0;
    for (let row = lag; row < rest.length; row++) sum += (rest[row] as number) * (rest[row - lag] as number);
    return sum;
  };
  const total = product(0);
  return new Float64Array(count + 1).map((_, lag) => (lag === 0 ? 1 : total > 0 ? product(lag) / total : 0));
}
