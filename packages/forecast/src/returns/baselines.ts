/** Forecasts that need no model: what any other has to beat. */
import { ArgumentError } from '@noosphere/core';
import { countOrigins, type OriginRange, type TimeSplit } from './split.js';
import { cumulativeReturns } from './windows.js';

/**
 * Zero return, i.e. a random walk: the price stays, ŷ[t] = 0.
 * @example
 * console.log(zeroReturn({ first: 0, end: 2 })); // → Float64Array(2) [ 0, 0 ]
 */
export function zeroReturn(range: OriginRange): Float64Array {
  return new Float64Array(countOrigins(range));
}

/**
 * Mean of the training targets, i.e. a random walk with drift: ŷ[t] = mean of y over the training part.
 * @example
 * const prices = Float64Array.from({ length: 1000 }, (_, day) => Math.exp(day / 100));
 * const split = splitByTime(1000, { horizon: 5 });
 * console.log(trainingMean(prices, split, split.test)[0]?.toFixed(6)); // → 0.050000
 */
export function trainingMean(
  prices: Float64Array,
  { training, horizon }: TimeSplit,
  range: OriginRange,
): Float64Array {
  const targets = cumulativeReturns(prices, training, horizon);
  const mean = targets.reduce((sum, target) => sum + target, 0) / targets.length;
  return new Float64Array(countOrigins(range)).fill(mean);
}

/**
 * Seasonal naive: each of the next h returns is the last known one of the same place in a season of m periods, so with
 * h = q m + r, ŷ[t] = q log(p[t] / p[t-m]) + log(p[t-m+r] / p[t-m]), for m ≤ t.
 * @param season m. @default 5, a trading week
 * @example
 * console.log(seasonalReturns(Float64Array.of(1, 2, 3, 4, 5, 6), { first: 5, end: 6 }, 1)[0] === Math.log(2)); // → true
 */
export function seasonalReturns(
  prices: Float64Array,
  { first, end }: OriginRange,
  horizon: number,
  season = 5,
): Float64Array {
  if (!(Number.isInteger(season) && season >= 1 && season <= first)) {
    throw new ArgumentError(
      'seasonalReturns',
      `expects a season of 1 to ${first} periods, got ${season}; choose another season`,
    );
  }
  const before = { first: first - season, end: end - season };
  const [seasons, rest] = [Math.floor(horizon / season), horizon % season];
  const whole = seasons > 0 ? cumulativeReturns(prices, before, season) : undefined;
  const part = rest > 0 ? cumulativeReturns(prices, before, rest) : undefined;
  return Float64Array.from(
    { length: end - first },
    (_, at) => seasons * (whole?.[at] ?? 0) + (part?.[at] ?? 0),
  );
}
