/** Naive forecasts: the last value, the last season, the last value and the mean step. What any other model has to beat. */
import { knownOptions, requireList } from '@noosphere/base';
import { ArgumentError } from '@noosphere/core';
import { type ContinuingFit, localModel, residualDeviation } from './fitted-model.js';
import type { LocalModel } from './local-model.js';
import { requireSeason } from './require-series.js';

/**
 * Naive, i.e. a random walk: ŷ[n+h] = y[n], with deviation σ√h. fpp3 5.2 and 5.5.
 * @example
 * const { mean } = naive().fit(Float64Array.of(1, 5, 3)).forecast(2);
 * console.log(mean); // → Float64Array(2) [ 3, 3 ]
 */
export function naive(): LocalModel {
  return localModel({ name: 'Naive', kind: 'naive', options: {} }, 1, naiveFit);
}

/** The fit of `naive`, for models that hold one. */
export function naiveFit(y: Float64Array): ContinuingFit {
  const fitted = lagged(y, 1);
  const sigma = residualDeviation(y, fitted, y.length - 1);
  return {
    estimates: { sigma },
    fitted,
    mean: (horizon) => new Float64Array(horizon).fill(y[y.length - 1] as number),
    spread: (mean) => mean.map((_, step) => sigma * Math.sqrt(step + 1)),
    forward: naiveFit,
  };
}

export interface SeasonalNaiveOptions {
  /** Values in a season, such as 24 for hours of a day. */
  readonly season: number;
}

/**
 * Seasonal naive: ŷ[n+h] is the value of the last season at the same place, with deviation σ√(k+1), k being the whole
 * seasons in h - 1. Needs one whole season. fpp3 5.2 and 5.5.
 * @example
 * const { mean } = seasonalNaive({ season: 2 }).fit(Float64Array.of(1, 5, 3, 7)).forecast(3);
 * console.log(mean); // → Float64Array(3) [ 3, 7, 3 ]
 */
export function seasonalNaive(options: SeasonalNaiveOptions): LocalModel {
  const { season } = knownOptions('seasonalNaive', options, 'season');
  requireSeason('seasonalNaive', season, 1);
  return localModel({ name: 'SeasonalNaive', kind: 'seasonalNaive', options }, season, (y) => {
    const fitted = lagged(y, season);
    const sigma = residualDeviation(y, fitted, y.length - season);
    return {
      estimates: { sigma },
      fitted,
      mean: (horizon) => repeatSeason(y.subarray(y.length - season), horizon),
      spread: (mean) => mean.map((_, step) => sigma * Math.sqrt(Math.floor(step / season) + 1)),
    };
  });
}

/**
 * Random walk with drift: ŷ[n+h] = y[n] + h (y[n] - y[1]) / (n - 1), with deviation σ√(h (1 + h / (n - 1))). Needs two
 * values. fpp3 5.2 and 5.5.
 * @example
 * const { mean } = drift().fit(Float64Array.of(1, 5, 3)).forecast(2);
 * console.log(mean); // → Float64Array(2) [ 4, 5 ]
 */
export function drift(): LocalModel {
  return localModel({ name: 'RWD', kind: 'drift', options: {} }, 2, (y) => {
    const steps = y.length - 1;
    const last = y[steps] as number;
    const slope = (last - (y[0] as number)) / steps;
    const fitted = lagged(y, 1).map((value) => value + slope);
    const sigma = residualDeviation(y, fitted, steps);
    return {
      estimates: { slope, sigma },
      fitted,
      mean: (horizon) => Float64Array.from({ length: horizon }, (_, step) => last + slope * (step + 1)),
      spread: (mean) => mean.map((_, step) => sigma * Math.sqrt((step + 1) * (1 + (step + 1) / steps))),
    };
  });
}

/** The series `lag` steps later, NaN before. */
export function lagged(y: Float64Array, lag: number): Float64Array {
  return y.map((_, index) => y[index - lag] ?? Number.NaN);
}

/** A season over and over, its first value first. */
export function repeatSeason(season: Float64Array, horizon: number): Float64Array {
  return Float64Array.from({ length: horizon }, (_, step) => season[step % season.length] ?? Number.NaN);
}

/** Seasons are counted in whole steps; one of 1 is none. */
export function requireSeasons(operation: string, seasons: readonly number[]): void {
  requireList(operation, 'seasons', seasons);
  if (seasons.length === 0) throw new ArgumentError(operation, 'expects at least one season, got none');
  for (const season of seasons) requireSeason(operation, season, 2);
  if (new Set(seasons).size < seasons.length) {
    throw new ArgumentError(operation, `expects each season once, got ${seasons.join(', ')}`);
  }
}
