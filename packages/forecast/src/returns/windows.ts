/** Inputs and targets of forecasts, for every origin in a range. */
import type { OriginRange } from './split.js';
import { countOrigins } from './split.js';

/**
 * The target of a forecast from day t: the log return over the next h days, y[t] = log(p[t+h] / p[t]).
 * It is cumulative: the sum of h daily log returns.
 * @example
 * const prices = Float64Array.of(100, 110, 121);
 * console.log(cumulativeReturns(prices, { first: 0, end: 1 }, 2)[0] === Math.log(1.21)); // → true
 */
export function cumulativeReturns(prices: Float64Array, range: OriginRange, horizon: number): Float64Array {
  return Float64Array.from({ length: countOrigins(range) }, (_, index) => {
    const origin = range.first + index;
    return Math.log((prices[origin + horizon] ?? Number.NaN) / (prices[origin] ?? Number.NaN));
  });
}

/** Numbers by day: `width` for each, side by side. */
export interface DailyFeatures {
  readonly width: number;
  readonly values: Float64Array;
}

/**
 * The features of the `lookback` days up to each origin, oldest first.
 * Shape: [origins, lookback, width], row-major.
 * @example
 * const features = { width: 1, values: Float64Array.of(0, 1, 2, 3) };
 * console.log(lookbackWindows(features, { first: 1, end: 3 }, 2)); // → Float32Array(4) [ 0, 1, 1, 2 ]
 */
export function lookbackWindows(
  { width, values }: DailyFeatures,
  range: OriginRange,
  lookback: number,
): Float32Array {
  const size = lookback * width;
  const windows = new Float32Array(countOrigins(range) * size);
  for (let origin = range.first; origin < range.end; origin++) {
    const end = (origin + 1) * width;
    windows.set(values.subarray(end - size, end), (origin - range.first) * size);
  }
  return windows;
}
