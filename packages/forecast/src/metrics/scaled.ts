/** Errors in units of what the seasonal naive forecast errs inside the training part. */
import { requireObject } from '@noosphere/base';
import { ArgumentError } from '@noosphere/core';
import { meanAbsolute, rootMeanSquare } from './errors.js';

/** Mean absolute and squared error of y[t] - y[t - m] over the training part. */
export interface SeasonalScale {
  readonly absolute: number;
  readonly squared: number;
}

/**
 * Scale of MASE and RMSSE: mean |y[t] - y[t-m]| and mean (y[t] - y[t-m])² over the training values, t = m … n - 1; gaps are
 * left out. NaN where the training part is no longer than a season.
 * @param season m, 1 for the naive forecast.
 * @example
 * console.log(seasonalScale([1, 3, 2, 6], 1)); // → { absolute: 2.3333333333333335, squared: 7 }
 */
export function seasonalScale(training: ArrayLike<number>, season: number): SeasonalScale {
  if (!Number.isSafeInteger(season) || season < 1)
    throw new ArgumentError('seasonalScale', `expects a season of whole rows from 1, got ${season}`);
  let [absolute, squared, count] = [0, 0, 0];
  for (let row = season; row < training.length; row++) {
    const difference = (training[row] ?? Number.NaN) - (training[row - season] ?? Number.NaN);
    if (Number.isNaN(difference)) continue;
    absolute += Math.abs(difference);
    squared += difference * difference;
    count += 1;
  }
  return { absolute: absolute / count, squared: squared / count };
}

/**
 * Mean absolute scaled error over the horizon: mean |y - ŷ| / q, q = mean |y[t] - y[t-m]| of the training part. Below 1 the
 * forecast errs less than the seasonal naive one did one season ahead. Hyndman & Koehler 2006. What `meanAbsoluteScaled`
 * takes is a scale; this takes the training values. Infinite or NaN where those never change.
 * @example
 * console.log(mase([5, 6], [4, 6], [1, 2, 3], 1)); // → 0.5
 */
export function mase(
  actual: ArrayLike<number>,
  forecast: ArrayLike<number>,
  training: ArrayLike<number>,
  season: number,
): number {
  return meanAbsolute(actual, forecast) / seasonalScale(training, season).absolute;
}

/**
 * Root mean squared scaled error: √(mean (y - ŷ)² / mean (y[t] - y[t-m])²). The M5 competition's, with m = 1 there.
 * @example
 * console.log(rmsse([5, 6], [3, 6], [1, 2, 3], 1).toFixed(4)); // → 1.4142
 */
export function rmsse(
  actual: ArrayLike<number>,
  forecast: ArrayLike<number>,
  training: ArrayLike<number>,
  season: number,
): number {
  return rootMeanSquare(actual, forecast) / Math.sqrt(seasonalScale(training, season).squared);
}

/**
 * Overall weighted average: (sMAPE / sMAPE of the baseline + MASE / MASE of the baseline) / 2, of means over all series. The
 * M4 competition's, whose baseline is Naive2.
 * @example
 * console.log(overallWeightedAverage({ smape: 8, mase: 0.9 }, { smape: 10, mase: 1 }).toFixed(3)); // → 0.850
 */
export function overallWeightedAverage(
  of: { readonly smape: number; readonly mase: number },
  baseline: { readonly smape: number; readonly mase: number },
): number {
  requireObject('overallWeightedAverage', 'the scores', of, '{ smape, mase }');
  requireObject('overallWeightedAverage', 'the baseline', baseline, '{ smape, mase }');
  return (of.smape / baseline.smape + of.mase / baseline.mase) / 2;
}
