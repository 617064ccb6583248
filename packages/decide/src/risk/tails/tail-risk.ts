/** Value at risk and expected shortfall of one series of returns: what is lost on a bad day, and on the mean of worse ones. */
import { knownOptions, normalQuantile, requireShare } from '@noosphere/base';
import { ArgumentError } from '@noosphere/core';
import { studentQuantile } from '@noosphere/statistics';
import { requireReturns } from '../../moments/returns.js';
import { ewmaVolatility, garchVolatility, type VolatilityFit } from '../volatility.js';
import { fitStudent, logStudentDensity } from './student-fit.js';

/**
 * How the tail is found: from what happened (`historical`), from a distribution (`normal`, `t` by maximum likelihood, or
 * `cornish-fisher`, a normal corrected for skewness and kurtosis), or from what happened in units of its own volatility, times the
 * volatility of the next period (`filtered-…`).
 */
export type TailMethod =
  | 'historical'
  | 'normal'
  | 't'
  | 'cornish-fisher'
  | 'filtered-ewma'
  | 'filtered-garch'
  | 'filtered-gjr';

/** Losses as positive shares of the position. */
export interface TailRisk {
  /** Lost or more with probability 1 - level. */
  readonly valueAtRisk: number;
  /** Mean loss of that worst share. */
  readonly expectedShortfall: number;
}

export interface TailMethodOptions {
  /** @default 'historical' */
  readonly method?: TailMethod;
  /** Share of the periods in which less is lost. @default 0.95 */
  readonly level?: number;
}

/** Parameters are estimated once; what follows from them and from recent returns is asked as often as needed. */
export type FittedTail = (recent: Float64Array, level: number) => TailRisk;

/** Fewest returns of any method but the GARCH ones, which need 50. */
const fewest = 10;

/**
 * Value at risk and expected shortfall of the next period.
 *
 * `historical` takes the quantile of rank (n + 1)(1 - level) and the mean of the worst 1 - level of the returns, the one at the border by its share.
 * `cornish-fisher` is off where returns are very skewed or heavy-tailed: beyond some 8 of excess kurtosis take `t` or `historical`.
 *
 * Barone-Adesi, Giannopoulos & Vosper 1999 for `filtered`; Zangari 1996 for `cornish-fisher`.
 *
 * @param returns - simple returns, oldest first
 *
 * @example
 * const returns = Float64Array.from({ length: 100 }, (_, at) => (at - 49.5) / 1000);
 * const { valueAtRisk, expectedShortfall } = tailRisk(returns, { level: 0.95 });
 * console.log(valueAtRisk.toFixed(5), expectedShortfall.toFixed(5)); // → 0.04545 0.04750
 */
export function tailRisk(returns: Float64Array, options: TailMethodOptions = {}): TailRisk {
  const { method = 'historical', level = 0.95 } = knownOptions('tailRisk', options, 'method level');
  requireShare('tailRisk', 'level', level);
  return fitTail('tailRisk', method, returns)(returns, level);
}

/** Estimates the parameters of a method. */
export function fitTail(operation: string, method: TailMethod, returns: Float64Array): FittedTail {
  requireReturns(operation, returns, fewest);
  const fit = methods[method];
  if (fit === undefined) {
    throw new ArgumentError(
      operation,
      `method must be one of ${Object.keys(methods).join(', ')}, got '${String(method)}'`,
    );
  }
  return fit(returns);
}

const methods: Readonly<Record<TailMethod, (returns: Float64Array) => FittedTail>> = {
  historical: () => historicalTail,
  normal: () => normalTail,
  t: studentTail,
  'cornish-fisher': () => cornishFisherTail,
  'filtered-ewma': (returns) => filteredTail(ewmaVolatility(returns)),
  'filtered-garch': (returns) => filteredTail(garchVolatility(returns)),
  'filtered-gjr': (returns) => filteredTail(garchVolatility(returns, { asymmetric: true })),
};

/** From the returns as they are. */
export function historicalTail(returns: Float64Array, level: number): TailRisk {
  const sorted = returns.toSorted();
  const size = (1 - level) * sorted.length;
  let [sum, left] = [0, size];
  for (const value of sorted) {
    sum += Math.min(1, left) * value;
    left -= 1;
    if (left <= 0) break;
  }
  return { valueAtRisk: -predictiveQuantile(sorted, 1 - level), expectedShortfall: -sum / size };
}

/**
 * Linear between order statistics, at the rank (n + 1) · share: Hyndman & Fan's type 6. The next of n + 1 values that are alike
 * falls below it with just this probability; below type 7's, which spreadsheets take, with 5.09 instead of 5 % for n = 1000.
 */
function predictiveQuantile(sorted: Float64Array, share: number): number {
  const place = Math.min(sorted.length - 1, Math.max(0, (sorted.length + 1) * share - 1));
  const low = sorted[Math.floor(place)] as number;
  return low + ((sorted[Math.ceil(place)] as number) - low) * (place - Math.floor(place));
}

function normalTail(returns: Float64Array, level: number): TailRisk {
  const { mean, deviation } = momentsOf(returns);
  const z = normalQuantile(1 - level);
  return {
    valueAtRisk: -(mean + deviation * z),
    expectedShortfall: -(mean - (deviation * normalDensity(z)) / (1 - level)),
  };
}

function studentTail(returns: Float64Array): FittedTail {
  const { freedom, location, scale } = fitStudent(returns);
  return (_recent, level) => {
    const tail = 1 - level;
    const t = studentQuantile(tail, freedom);
    const density = Math.exp(logStudentDensity(t, freedom));
    const beyond = (-density * (freedom + t * t)) / ((freedom - 1) * tail);
    return { valueAtRisk: -(location + scale * t), expectedShortfall: -(location + scale * beyond) };
  };
}

/** z + (z² - 1) S / 6 + (z³ - 3z) K / 24 - (2z³ - 5z) S² / 36, and its mean below z. */
function cornishFisherTail(returns: Float64Array, level: number): TailRisk {
  const { mean, deviation, skewness, kurtosis } = momentsOf(returns);
  const tail = 1 - level;
  const z = normalQuantile(tail);
  const expanded = (first: number, second: number, third: number) =>
    first +
    ((second - 1) * skewness) / 6 +
    ((third - 3 * first) * kurtosis) / 24 -
    ((2 * third - 5 * first) * skewness ** 2) / 36;
  // Means of z, z² and z³ below the quantile.
  const share = normalDensity(z) / tail;
  return {
    valueAtRisk: -(mean + deviation * expanded(z, z * z, z ** 3)),
    expectedShortfall: -(mean + deviation * expanded(-share, 1 - z * share, -(z * z + 2) * share)),
  };
}

function filteredTail(fit: VolatilityFit): FittedTail {
  return (recent, level) => {
    const { mean, standardized, ahead } = fit.on(recent);
    const [next = 0] = ahead(1);
    const { valueAtRisk, expectedShortfall } = historicalTail(standardized, level);
    return { valueAtRisk: next * valueAtRisk - mean, expectedShortfall: next * expectedShortfall - mean };
  };
}

/** Deviation with divisor n - 1; skewness and excess kurtosis with divisor n. */
function momentsOf(returns: Float64Array) {
  const count = returns.length;
  const mean = returns.reduce((sum, value) => sum + value, 0) / count;
  let [second, third, fourth] = [0, 0, 0];
  for (const value of returns) {
    const square = (value - mean) ** 2;
    second += square;
    third += square * (value - mean);
    fourth += square * square;
  }
  const variance = second / count;
  return {
    mean,
    deviation: Math.sqrt(second / (count - 1)),
    skewness: variance > 0 ? third / count / variance ** 1.5 : 0,
    kurtosis: variance > 0 ? fourth / count / variance ** 2 - 3 : 0,
  };
}

function normalDensity(z: number): number {
  return Math.exp(-0.5 * z * z) / Math.sqrt(2 * Math.PI);
}
