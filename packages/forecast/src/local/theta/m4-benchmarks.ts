/** Naive2 and Theta as the benchmarks of the M4 competition: its seasonality test, its decomposition, its forecasts. */

import { knownOptions } from '@noosphere/base';
import { nashSimplex } from '@noosphere/statistics';
import { classicalSeason } from '../decomposition/classical.js';
import { EtsRecursion } from '../ets/recursion.js';
import { type ContinuingFit, localModel, residualDeviation } from '../fitted-model.js';
import type { LocalModel } from '../local-model.js';
import { naiveFit } from '../naive.js';
import { numberFrom } from '../read-estimates.js';
import { requireSeason } from '../require-series.js';
import { unitOf } from '../unit-of.js';
import { isSeasonal } from './seasonality-test.js';
import { fitWithoutSeason, resumeSeason } from './without-season.js';

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
  const { season = 1 } = knownOptions('naive2', options, 'season');
  requireSeason('naive2', season, 1);
  return localModel({ name: 'Naive2', kind: 'naive2', options }, 1, (y) => fitAdjusted(y, season, naiveFit));
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
  const { season = 1 } = knownOptions('classicTheta', options, 'season');
  requireSeason('classicTheta', season, 1);
  return localModel(
    { name: 'ClassicTheta', kind: 'classicTheta', options },
    4,
    (y) => fitAdjusted(y, season, thetaLines),
    (estimates, y) =>
      resumeSeason('classicTheta', estimates, y, (rest) => {
        const told = (name: string) => numberFrom('classicTheta', estimates, name);
        const line = { intercept: told('intercept'), slope: told('slope') };
        return continueLines(rest, line, told('alpha'), told('level'), told('sigma'));
      }),
  );
}

function thetaLines(y: Float64Array): ContinuingFit {
  const line = lineThrough(y);
  return linesAsLocal(y, line, smoothAsR(y.map((value, index) => 2 * value - lineAt(line, index))));
}

function linesAsLocal(
  y: Float64Array,
  line: Line,
  { alpha, start, level, fitted: smooth }: Smoothing,
  known?: number,
): ContinuingFit {
  const fitted = smooth.map((value, index) => (value + lineAt(line, index)) / 2);
  const sigma = known ?? residualDeviation(y, fitted, y.length - 3);
  return {
    estimates: { alpha, level: start, intercept: line.intercept, slope: line.slope, sigma },
    fitted,
    mean: (horizon) =>
      Float64Array.from({ length: horizon }, (_, step) =>
        Math.max(0, (level + lineAt(line, y.length + step)) / 2),
      ),
    spread: (mean) => mean.map((_, step) => sigma * Math.sqrt(1 + step * alpha ** 2)),
    forward: (later) => continueLines(later, line, alpha, start, sigma),
  };
}

/** The same line, α, first level and deviation over other values. */
function continueLines(
  y: Float64Array,
  line: Line,
  alpha: number,
  start: number,
  sigma: number,
): ContinuingFit {
  const curved = y.map((value, index) => 2 * value - lineAt(line, index));
  return linesAsLocal(y, line, smoothWith(curved, alpha, start), sigma);
}

function lineAt({ intercept, slope }: Line, index: number): number {
  return intercept + slope * (index + 1);
}

interface Smoothing {
  readonly alpha: number;
  /** Before the first value. */
  readonly start: number;
  /** Behind the last. */
  readonly level: number;
  readonly fitted: Float64Array;
}

const levelOnly = { error: 'A', trend: 'N', season: 'N', damped: false } as const;

/** Simple exponential smoothing as R's `ses`: least squares of α and the first level, by Nash's simplex. */
function smoothAsR(y: Float64Array): Smoothing {
  const recursion = new EtsRecursion(y, levelOnly, 1);
  const unit = unitOf(y);
  const evaluate = ([alpha = 0, level = 0]: Float64Array): number => {
    if (alpha < 1e-4 || alpha > 0.9999) return Number.POSITIVE_INFINITY;
    recursion.parameters[0] = alpha;
    recursion.trend[0] = level * unit;
    recursion.run();
    return (recursion.sums[0] as number) / y.length / unit ** 2;
  };
  const first = y.subarray(0, 10);
  const mean = first.reduce((sum, value) => sum + value, 0) / first.length;
  // One step for a share and a level: it depends on the level's unit, so that has to be the series' own.
  const [alpha = 0, start = 0] = nashSimplex(evaluate, [1e-4 + 0.2 * 0.9998, mean / unit]);
  return smoothWith(y, alpha, start * unit);
}

function smoothWith(y: Float64Array, alpha: number, start: number): Smoothing {
  const recursion = new EtsRecursion(y, levelOnly, 1);
  recursion.parameters[0] = alpha;
  recursion.trend[0] = start;
  recursion.run();
  return { alpha, start, level: recursion.trend[0] as number, fitted: recursion.fitted };
}

/** A straight line over 1 … n. */
export interface Line {
  readonly intercept: number;
  readonly slope: number;
}

/** Least squares on 1 … n. */
export function lineThrough(y: Float64Array): Line {
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
function fitAdjusted(
  y: Float64Array,
  season: number,
  fit: (adjusted: Float64Array) => ContinuingFit,
): ContinuingFit {
  if (!hasM4Season(y, season)) return fit(y);
  const values = classicalSeason(y, season, 'multiplicative');
  return fitWithoutSeason(y, { kind: 'multiplicative', values }, fit);
}

/** R's `acf` looks no further than 10 log10 n lags back: a season beyond is not seen. */
function hasM4Season(y: Float64Array, season: number): boolean {
  if (season === 1 || y.length < 3 * season || season > Math.floor(10 * Math.log10(y.length))) return false;
  // Where an index would divide by nothing there is no multiplicative season.
  return y.every((value) => value > 0) && isSeasonal(y, season, 1.645);
}
