/** How good intervals, quantiles and distributions are. y is what happened. */
import { requireList, requireObject } from '@noosphere/base';
import { ArgumentError } from '@noosphere/core';
import { meanOfErrors, requireSameCount } from './errors.js';

/**
 * Pinball (quantile) loss of the quantile q: mean of q (y - ŷ) where y ≥ ŷ, (1 - q) (ŷ - y) where not. Koenker & Bassett 1978.
 * @param quantile From 0 to 1, both left out.
 * @example
 * console.log(pinballLoss([10, 10], [8, 12], 0.9)); // → 1
 */
export function pinballLoss(
  actual: ArrayLike<number>,
  forecast: ArrayLike<number>,
  quantile: number,
): number {
  requireShare('pinballLoss', 'quantile', quantile, 1);
  return meanOfErrors('pinballLoss', actual, forecast, (y, f) =>
    Math.max(quantile * (y - f), (quantile - 1) * (y - f)),
  );
}

/** Forecasts of one quantile, one a value. */
export interface QuantileForecast {
  /** From 0 to 1, both left out. */
  readonly quantile: number;
  readonly values: ArrayLike<number>;
}

/** Mean of the pinball losses over all quantiles. */
export function multiQuantileLoss(actual: ArrayLike<number>, forecasts: readonly QuantileForecast[]): number {
  requireList('multiQuantileLoss', 'forecasts', forecasts);
  if (forecasts.length === 0)
    throw new ArgumentError('multiQuantileLoss', 'expects at least one quantile, got none');
  const losses = forecasts.map(({ quantile, values }) => pinballLoss(actual, values, quantile));
  return losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
}

/**
 * Continuous ranked probability score from quantiles: twice the mean of their pinball losses, which is ∫ 2 QL(q) dq on the
 * grid that was given; the more quantiles, the closer. Gneiting & Raftery 2007. Where one quantile is the median alone, it is
 * the mean absolute error.
 * @example
 * console.log(crpsOfQuantiles([10], [{ quantile: 0.5, values: [8] }])); // → 2
 */
export function crpsOfQuantiles(actual: ArrayLike<number>, forecasts: readonly QuantileForecast[]): number {
  return 2 * multiQuantileLoss(actual, forecasts);
}

/**
 * CRPS of normal forecasts: mean of σ (z (2Φ(z) - 1) + 2φ(z) - 1/√π), z = (y - μ) / σ. Gneiting, Raftery, Westveld & Goldman
 * 2005. Φ to 1e-15.
 * @example
 * console.log(crpsOfNormal([0], [0], [1]).toFixed(4)); // → 0.2337
 */
export function crpsOfNormal(
  actual: ArrayLike<number>,
  mean: ArrayLike<number>,
  deviation: ArrayLike<number>,
): number {
  requireSameCount('crpsOfNormal', actual, deviation);
  let row = 0;
  return meanOfErrors('crpsOfNormal', actual, mean, (y, mu) => {
    const sigma = deviation[row++] ?? Number.NaN;
    if (!(sigma > 0)) throw new ArgumentError('crpsOfNormal', `expects deviations above zero, got ${sigma}`);
    const z = (y - mu) / sigma;
    const density = Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);
    return sigma * (z * errorFunction(z / Math.SQRT2) + 2 * density - 1 / Math.sqrt(Math.PI));
  });
}

/** Lower and upper ends, one of each a value. */
export interface IntervalEnds {
  readonly lower: ArrayLike<number>;
  readonly upper: ArrayLike<number>;
}

/**
 * Coverage: per cent of values with lower ≤ y ≤ upper.
 * @example
 * console.log(coverage([1, 5], { lower: [0, 0], upper: [2, 2] })); // → 50
 */
export function coverage(actual: ArrayLike<number>, interval: IntervalEnds): number {
  const { lower, upper } = requireEnds('coverage', interval);
  requireSameCount('coverage', actual, upper);
  let row = 0;
  return meanOfErrors('coverage', actual, lower, (y, low) => {
    const high = upper[row++] ?? Number.NaN;
    return low <= y && y <= high ? 100 : 0;
  });
}

/** Mean width of the intervals: mean (upper - lower). */
export function intervalWidth(interval: IntervalEnds): number {
  const { lower, upper } = requireEnds('intervalWidth', interval);
  return meanOfErrors('intervalWidth', upper, lower, (high, low) => high - low);
}

/**
 * Winkler (interval) score: mean of the width, plus 2/α times how far y lies outside, α = 1 - level / 100. Winkler 1972;
 * lower is better, for right coverage with narrow intervals.
 * @param level Per cent, e.g. 90.
 * @example
 * console.log(winklerScore([3], { lower: [0], upper: [2] }, 90).toFixed(1)); // → 22.0
 */
export function winklerScore(actual: ArrayLike<number>, interval: IntervalEnds, level: number): number {
  const { lower, upper } = requireEnds('winklerScore', interval);
  requireShare('winklerScore', 'level', level, 100);
  requireSameCount('winklerScore', actual, upper);
  const penalty = 2 / (1 - level / 100);
  let row = 0;
  return meanOfErrors('winklerScore', actual, lower, (y, low) => {
    const high = upper[row++] ?? Number.NaN;
    return high - low + penalty * Math.max(0, low - y, y - high);
  });
}

/** The two quantiles at the ends of a central interval, e.g. 0.05 and 0.95 for 90. */
export function quantilesOfLevel(level: number): readonly [lower: number, upper: number] {
  requireShare('quantilesOfLevel', 'level', level, 100);
  return [0.5 - level / 200, 0.5 + level / 200];
}

function requireShare(operation: string, name: string, value: number, limit: number): void {
  if (!(value > 0 && value < limit))
    throw new ArgumentError(operation, `expects a ${name} between 0 and ${limit}, got ${value}`);
}

/** erf by its series for small arguments, and by the continued fraction of erfc for others. Abramowitz & Stegun 7.1.6, 7.1.14. */
export function errorFunction(x: number): number {
  const size = Math.abs(x);
  if (size > 6) return Math.sign(x);
  if (size < 2.5) {
    let [term, sum] = [size, size];
    for (let n = 1; Math.abs(term) > 1e-17 * sum; n++) {
      term *= (2 * size * size) / (2 * n + 1);
      sum += term;
    }
    return Math.sign(x) * (2 / Math.sqrt(Math.PI)) * Math.exp(-size * size) * sum;
  }
  let fraction = size;
  for (let n = 60; n >= 1; n--) fraction = size + n / 2 / fraction;
  return Math.sign(x) * (1 - Math.exp(-size * size) / Math.sqrt(Math.PI) / fraction);
}

function requireEnds(operation: string, interval: IntervalEnds): IntervalEnds {
  requireObject(operation, 'the interval', interval, '{ lower: [0], upper: [2] }');
  return interval;
}
