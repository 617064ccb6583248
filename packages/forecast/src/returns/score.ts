/** Scores of forecasts of returns, whose MASE is scaled by a random walk over the same horizon, and formulas for people. */
import { ArgumentError } from '@noosphere/core';
import { type HitRate, hitRate, meanAbsolute, rootMeanSquare } from '../metrics/index.js';

export interface Score {
  /** In log returns: 0.01 is about one per cent. */
  readonly mae: number;
  /** In log returns. */
  readonly rmse: number;
  readonly mase: number;
  /** `null` where the forecast never has a sign. */
  readonly hitRate: HitRate | null;
}

/**
 * Scores forecasts of log returns. @param scale See `randomWalkScale`.
 * @example
 * const { mae, mase } = scoreForecast([0.02, -0.02], [0, 0], { scale: 0.04, horizon: 1 });
 * console.log(mae, mase); // → 0.02 0.5
 */
export function scoreForecast(
  actual: ArrayLike<number>,
  forecast: ArrayLike<number>,
  { scale, horizon }: { readonly scale: number; readonly horizon: number },
): Score {
  return {
    mae: meanAbsolute(actual, forecast),
    rmse: rootMeanSquare(actual, forecast),
    mase: meanAbsoluteScaled(actual, forecast, scale),
    hitRate: hitRate(actual, forecast, { horizon }) ?? null,
  };
}

/**
 * Scale of MASE: the mean absolute error that a random walk (ŷ = 0) makes over the same horizon on the training part,
 * q = mean |y| over the training targets.
 * @example
 * console.log(randomWalkScale([0.01, -0.03])); // → 0.02
 */
export function randomWalkScale(trainingTargets: ArrayLike<number>): number {
  return meanAbsolute(trainingTargets, new Float64Array(trainingTargets.length));
}

/**
 * Mean absolute scaled error: mean |y - ŷ| / q, with q of `randomWalkScale`. Below 1, forecasts on the test part are
 * better than a random walk was on the training part. Hyndman & Koehler 2006, whose q is that of one day ahead; here it
 * is that of the horizon, so that 1 means the same for each.
 * @example
 * console.log(meanAbsoluteScaled([0.02, -0.02], [0, 0], 0.02)); // → 1
 */
export function meanAbsoluteScaled(
  actual: ArrayLike<number>,
  forecast: ArrayLike<number>,
  scale: number,
): number {
  if (!(scale > 0)) {
    throw new ArgumentError(
      'meanAbsoluteScaled',
      `the scale must be above zero, got ${scale}; did prices never move?`,
    );
  }
  return meanAbsolute(actual, forecast) / scale;
}

/** Each metric's formula in words, for the legend of a table: [name, formula]. */
export const metricLegend: readonly (readonly [string, string])[] = [
  ['y', 'log return over the next h days, log(price[t+h] / price[t])'],
  ['MAE', 'mean |y - forecast| over the test windows'],
  ['RMSE', 'root of the mean of (y - forecast)² over the test windows'],
  ['MASE', 'MAE / mean |y| over the training windows: the error of a random walk there, same h'],
  ['hit rate', 'share of windows whose forecast has the sign of y, where neither is zero'],
  ['interval', 'Wilson, 95 %; targets of h days overlap, so for one window in h'],
];
