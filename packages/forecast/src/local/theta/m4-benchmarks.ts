/** Naive2 and Theta as the benchmarks of the M4 competition: its seasonality test, its decomposition, its forecasts. */

import { nashSimplex } from '../../optimize/nash-simplex.js';
import { classicalSeason } from '../decomposition/classical.js';
import { EtsRecursion } from '../ets/recursion.js';
import { type LocalFit, localModel, residualDeviation } from '../fitted-model.js';
import type { LocalModel } from '../local-model.js';
import { lagged, repeatSeason } from '../naive.js';
import { requireWhole } from '../require-series.js';
import { isSeasonal } from './seasonality-test.js';

export interface M4Options {
  /** Values in a season; 1 for none. @default 1 */
  readonly season?: number;
}

/**
 * Naive2: the naive forecast of the series without season, times the season where there is one. Seasons are indices of a
 * multiplicative classical decomposition, taken out where the autocorrelation at the season is significant at 90 %.
 * M4-methods, `Benchmarks and Evaluation.R`; Makridakis, Spiliotis & Assimakopoulos 2020.
 * @example
 * const { mean } = naive2({ season: 4 }).fit(Float64Array.of(2, 4, 6, 9)).forecast(2);
 * console.log(mean); // → Float64Array(2) [ 9, 9 ]
 */
export function naive2(options: M4Options = {}): LocalModel {
  const { season = 1 } = options;
  requireWhole('naive2', 'season', season, 1);
  return localModel({ name: 'Naive2', kind: 'naive2', options }, 1, (y) =>
    withSeason(y, season, (adjusted) => {
      const fitted = lagged(adjusted, 1);
      const sigma = residualDeviation(adjusted, fitted, adjusted.length - 1);
      return {
        estimates: { sigma },
        fitted,
        mean: (horizon) => new Float64Array(horizon).fill(adjusted[adjusted.length - 1] as number),
        spread: (mean) => mean.map((_, step) => sigma * Math.sqrt(step + 1)),
      };
    }),
  );
}

/**
 * The classic Theta method, θ = 2: the mean of a straight line through the series and of simple exponential smoothing of
 * 2y - line, without season as in Naive2; forecasts below zero become 0. Needs 4 values.
 * M4-methods, `Theta.classic`; Assimakopoulos & Nikolopoulos 2000.
 * @example
 * const y = Float64Array.from({ length: 20 }, (_, t) => 5 + t);
 * console.log(classicTheta().fit(y).forecast(1).mean[0]?.toFixed(2)); // → 24.50
 */
export function classicTheta(options: M4Options = {}): LocalModel {
  const { season = 1 } = options;
  requireWhole('classicTheta', 'season', season, 1);
  return localModel({ name: 'ClassicTheta', kind: 'classicTheta', options }, 5, (y) =>
    withSeason(y, season, thetaLines),
  );
}

function thetaLines(y: Float64Array): LocalFit {
  const { intercept, slope } = lineThrough(y);
  const lineAt = (index: number) => intercept + slope * (index + 1);
  const curved = y.map((value, index) => 2 * value - lineAt(index));
  const smoothed = smoothAsR(curved);
  const fitted = smoothed.fitted.map((value, index) => (value + lineAt(index)) / 2);
  const sigma = residualDeviation(y, fitted, y.length - 3);
  const { alpha, level } = smoothed;
  return {
    estimates: { alpha, level, intercept, slope, sigma },
    fitted,
    mean: (horizon) =>
      Float64Array.from({ length: horizon }, (_, step) => Math.max(0, (level + lineAt(y.length + step)) / 2)),
    spread: (mean) => mean.map((_, step) => sigma * Math.sqrt(1 + step * alpha ** 2)),
  };
}

/** Simple exponential smoothing as R's `ses`: least squares of α and the first level, by Nash's simplex. */
function smoothAsR(y: Float64Array): {
  readonly alpha: number;
  readonly level: number;
  readonly fitted: Float64Array;
} {
  const recursion = new EtsRecursion(y, { error: 'A', trend: 'N', season: 'N', damped: false }, 1);
  const evaluate = ([alpha = 0, level = 0]: Float64Array): number => {
    if (alpha < 1e-4 || alpha > 0.9999) return Number.POSITIVE_INFINITY;
    recursion.parameters[0] = alpha;
    recursion.trend[0] = level;
    recursion.run();
    return (recursion.sums[0] as number) / y.length;
  };
  const first = y.subarray(0, 10);
  const mean = first.reduce((sum, value) => sum + value, 0) / first.length;
  const point = nashSimplex(evaluate, [1e-4 + 0.2 * 0.9998, mean]);
  evaluate(point);
  return { alpha: point[0] as number, level: recursion.trend[0] as number, fitted: recursion.fitted };
}

/** Least squares on 1 … n. */
export function lineThrough(y: Float64Array): { readonly intercept: number; readonly slope: number } {
  const middle = (y.length + 1) / 2;
  const mean = y.reduce((sum, value) => sum + value, 0) / y.length;
  let [product, squares] = [0, 0];
  for (let index = 0; index < y.length; index++) {
    const distance = index + 1 - middle;
    product += distance * ((y[index] as number) - mean);
    squares += distance * distance;
  }
  const slope = squares > 0 ? product / squares : 0;
  return { intercept: mean - slope * middle, slope };
}

/** Fits the series without season, and puts the season back. */
function withSeason(y: Float64Array, season: number, fit: (adjusted: Float64Array) => LocalFit): LocalFit {
  if (!hasM4Season(y, season)) return fit(y);
  const indices = classicalSeason(y, season, 'multiplicative');
  const indexAt = (index: number) => indices[index % season] as number;
  const inner = fit(y.map((value, index) => value / indexAt(index)));
  const next = indices.map((_, step) => indexAt(y.length + step));
  return {
    estimates: { ...inner.estimates, seasons: Array.from(indices) },
    fitted: inner.fitted.map((value, index) => value * indexAt(index)),
    mean: (horizon) => {
      const seasons = repeatSeason(next, horizon);
      return inner.mean(horizon).map((value, step) => value * (seasons[step] as number));
    },
    spread: (mean, levels) => {
      const seasons = repeatSeason(next, mean.length);
      const spread = inner.spread(inner.mean(mean.length), levels) as Float64Array;
      return spread.map((value, step) => value * (seasons[step] as number));
    },
  };
}

/** R's `acf` looks no further than 10 log10 n lags back: a season beyond is not seen. */
function hasM4Season(y: Float64Array, season: number): boolean {
  if (season === 1 || y.length < 3 * season || season > Math.floor(10 * Math.log10(y.length))) return false;
  // Where an index would divide by nothing there is no multiplicative season.
  return y.every((value) => value > 0) && isSeasonal(y, season, 1.645);
}
