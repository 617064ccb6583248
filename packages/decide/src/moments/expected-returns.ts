/** Estimates of expected returns from past ones. Past means are poor forecasts: prefer Black-Litterman or none at all. */
import { knownOptions, requirePositive } from '@noosphere/base';
import { ArgumentError } from '@noosphere/core';
import { requireList, requireTable } from './tables.js';

export interface ExpectedReturnsOptions {
  /** Periods in a year: 252 for trading days, 52 for weeks, 1 to stay with the period of the data. @default 252 */
  readonly periodsPerYear?: number;
  /** Geometric: Π (1 + r)^(periods / n) - 1; otherwise the arithmetic mean times the periods. @default true */
  readonly compound?: boolean;
}

/**
 * Mean of past simple returns, by the year. NaN are gaps: each asset is averaged over what it has.
 *
 * @param returns - one array an asset, all of one length
 * @returns one number an asset
 *
 * @example
 * const returns = [Float64Array.of(0.1, -0.1), Float64Array.of(0.02, 0.02)];
 * console.log(Array.from(meanReturns(returns, { periodsPerYear: 2, compound: false }), (mean) => mean.toFixed(2)));
 * // → [ '0.00', '0.04' ]
 */
export function meanReturns(
  returns: readonly Float64Array[],
  options: ExpectedReturnsOptions = {},
): Float64Array {
  const { periodsPerYear = 252, compound = true } = knownOptions(
    'meanReturns',
    options,
    'periodsPerYear compound',
  );
  requireTable('meanReturns', returns, { allowGaps: true, minimum: 1 });
  requirePositive('meanReturns', 'periodsPerYear', periodsPerYear);
  return Float64Array.from(returns, (column, asset) => {
    const known = column.filter((value) => !Number.isNaN(value));
    if (known.length === 0) {
      throw new ArgumentError('meanReturns', `returns[${asset}] has no value at all; leave the asset out`);
    }
    if (!compound) return (known.reduce((sum, value) => sum + value, 0) / known.length) * periodsPerYear;
    const lost = known.find((value) => value < -1);
    if (lost !== undefined) {
      throw new ArgumentError(
        'meanReturns',
        `returns[${asset}] has ${lost}, more than everything: take compound: false`,
      );
    }
    // A sum of logarithms: a product over decades could leave the range of numbers.
    const growth = known.reduce((sum, value) => sum + Math.log1p(value), 0);
    return Math.expm1((growth * periodsPerYear) / known.length);
  });
}

export interface ExponentialMeanOptions extends ExpectedReturnsOptions {
  /** Centre of mass: a weight falls by the factor 1 - 2 / (span + 1) a period. @default 500 */
  readonly span?: number;
}

/**
 * Exponentially weighted mean of past returns, by the year: newer periods count more.
 *
 * @example
 * const returns = [Float64Array.of(0, 0.01)];
 * const [mean = 0] = exponentialMeanReturns(returns, { span: 3, periodsPerYear: 1 });
 * console.log(mean.toFixed(5)); // → 0.00667
 */
export function exponentialMeanReturns(
  returns: readonly Float64Array[],
  options: ExponentialMeanOptions = {},
): Float64Array {
  const {
    periodsPerYear = 252,
    compound = true,
    span = 500,
  } = knownOptions('exponentialMeanReturns', options, 'span periodsPerYear compound');
  requireTable('exponentialMeanReturns', returns, { minimum: 1 });
  requirePositive('exponentialMeanReturns', 'periodsPerYear', periodsPerYear);
  const keep = decayOf('exponentialMeanReturns', span);
  return Float64Array.from(returns, (column) => {
    const mean = exponentialMean(column, keep);
    return compound ? (1 + mean) ** periodsPerYear - 1 : mean * periodsPerYear;
  });
}

/** 1 - 2 / (span + 1). */
export function decayOf(operation: string, span: number): number {
  if (!(span >= 1 && Number.isFinite(span)))
    throw new ArgumentError(operation, `span must be at least 1, got ${span}`);
  return 1 - 2 / (span + 1);
}

/** Σ λ^age x / Σ λ^age. */
export function exponentialMean(values: Float64Array, keep: number): number {
  let sum = 0;
  let weight = 0;
  for (const value of values) {
    sum = keep * sum + value;
    weight = keep * weight + 1;
  }
  return sum / weight;
}

export interface CapmOptions extends ExpectedReturnsOptions {
  /** Return of the market in the same periods. @default the mean of the assets */
  readonly market?: ArrayLike<number>;
  /** By the year. @default 0 */
  readonly riskFree?: number;
}

/**
 * Returns that the capital asset pricing model expects, by the year: rf + β (market's mean - rf), β = cov(asset, market) / var(market).
 *
 * Sharpe 1964.
 *
 * @example
 * const market = Float64Array.of(0.01, -0.01, 0.02, 0);
 * const returns = [market.map((r) => 2 * r), market.map((r) => 0.5 * r)];
 * const means = capmReturns(returns, { market, periodsPerYear: 12, compound: false });
 * console.log(Array.from(means, (mean) => mean.toFixed(3))); // → [ '0.120', '0.030' ]
 */
export function capmReturns(returns: readonly Float64Array[], options: CapmOptions = {}): Float64Array {
  const {
    riskFree = 0,
    periodsPerYear = 252,
    compound = true,
  } = knownOptions('capmReturns', options, 'market riskFree periodsPerYear compound');
  const rows = requireTable('capmReturns', returns);
  const market =
    options.market === undefined
      ? Float64Array.from({ length: rows }, (_, row) => {
          return returns.reduce((sum, column) => sum + (column[row] as number), 0) / returns.length;
        })
      : requireList('capmReturns', 'market', options.market, rows);
  const center = market.reduce((sum, value) => sum + value, 0) / rows;
  const deviations = market.map((value) => value - center);
  const squares = deviations.reduce((sum, value) => sum + value * value, 0);
  if (!(squares > 0)) throw new ArgumentError('capmReturns', 'the market does not move: it has no β');
  const [marketMean = 0] = meanReturns([market], { periodsPerYear, compound });
  return Float64Array.from(returns, (column) => {
    const beta = deviations.reduce((sum, value, row) => sum + value * (column[row] as number), 0) / squares;
    return riskFree + beta * (marketMean - riskFree);
  });
}
