/** All metrics of one forecast, and their formulas for people. */
import { meanAbsolute, meanAbsoluteScaled, rootMeanSquare } from './errors.js';
import { type HitRate, hitRate } from './hit-rate.js';

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

/** Each metric's formula in words, for the legend of a table: [name, formula]. */
export const metricLegend: readonly (readonly [string, string])[] = [
  ['y', 'log return over the next h days, log(price[t+h] / price[t])'],
  ['MAE', 'mean |y - forecast| over the test windows'],
  ['RMSE', 'root of the mean of (y - forecast)² over the test windows'],
  ['MASE', 'MAE / mean |y| over the training windows: the error of a random walk there, same h'],
  ['hit rate', 'share of windows whose forecast has the sign of y, where neither is zero'],
  ['interval', 'Wilson, 95 %; targets of h days overlap, so for one window in h'],
];
