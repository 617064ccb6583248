/** Trend: how much a series rises a step, and how sure that is. */

import { knownOptions, requireValues } from '@noosphere/base';
import { studentTails, studentWidth } from '@noosphere/statistics';
import { decomposeSeasons } from '../local/decomposition/mstl.js';
import { strength } from '../local/decomposition/strength.js';
import { requireLevels, requireSeason } from '../local/require-series.js';

export interface TrendOptions {
  /** Values in each season; they are taken out first. @default none */
  readonly seasons?: readonly number[];
  /** Percent of the slope's interval. @default 95 */
  readonly level?: number;
}

export interface Trend {
  /** Rise a step of the line through the series without its seasons. */
  readonly slope: number;
  readonly lower: number;
  readonly upper: number;
  /** Percent of the interval. */
  readonly level: number;
  /** Of a slope as large, if there were none. */
  readonly pValue: number;
  /** The smooth trend itself, by MSTL; without seasons, the line. */
  readonly values: Float64Array;
  /** From 0, nothing beside what is left, to 1. */
  readonly strength: number;
}

/**
 * Trend of a series: MSTL takes the seasons out, a line goes through the rest, and its standard error allows for errors that
 * are autocorrelated (Newey & West 1987, ⌊4 (n/100)^(2/9)⌋ lags, n / (n - 2)).
 * @example
 * const y = Float64Array.from({ length: 96 }, (_, t) => 0.5 * t + 8 * Math.sin((t * Math.PI) / 6) + Math.sin(t * t));
 * const { slope, lower, upper } = trendOf(y, { seasons: [12] });
 * console.log(slope.toFixed(1), upper - lower < 0.02); // → 0.5 true
 */
export function trendOf(y: Float64Array, options: TrendOptions = {}): Trend {
  const { seasons = [], level = 95 } = knownOptions('trendOf', options, 'seasons level');
  requireLevels('trendOf', [level]);
  for (const season of seasons) requireSeason('trendOf', season, 2);
  requireValues('trendOf', 'the series', y, Math.max(8, ...seasons.map((season) => 2 * season)));
  const parts = seasons.length > 0 ? decomposeSeasons(y, seasons) : undefined;
  const rest = parts ? y.map((_, row) => (parts.trend[row] as number) + (parts.remainder[row] as number)) : y;
  const { intercept, slope, error } = lineOf(rest);
  const freedom = y.length - 2;
  const width = studentWidth(level, freedom) * error;
  const values = parts ? parts.trend : y.map((_, row) => intercept + slope * row);
  const remainder = rest.map((value, row) => value - (values[row] as number));
  return {
    slope,
    lower: slope - width,
    upper: slope + width,
    level,
    pValue: error > 0 ? studentTails(slope / error, freedom) : slope === 0 ? 1 : 0,
    values,
    strength: parts ? parts.trendStrength : strength(y, values, remainder),
  };
}

/** Least squares on the row number, and the robust standard error of the slope. */
function lineOf(values: Float64Array): {
  readonly intercept: number;
  readonly slope: number;
  readonly error: number;
} {
  const count = values.length;
  const center = (count - 1) / 2;
  const spread = (count * (count * count - 1)) / 12;
  let [mean, product] = [0, 0];
  for (const [row, value] of values.entries()) {
    mean += value / count;
    product += (row - center) * value;
  }
  const slope = product / spread;
  const scores = values.map((value, row) => (row - center) * (value - mean - slope * (row - center)));
  const lags = Math.floor(4 * (count / 100) ** (2 / 9));
  let meat = 0;
  for (let lag = 0; lag <= lags; lag++) {
    let sum = 0;
    for (let row = lag; row < count; row++) sum += (scores[row] as number) * (scores[row - lag] as number);
    meat += lag === 0 ? sum : 2 * (1 - lag / (lags + 1)) * sum;
  }
  const error = Math.sqrt(Math.max(0, (meat * count) / (count - 2))) / spread;
  return { intercept: mean - slope * center, slope, error };
}
