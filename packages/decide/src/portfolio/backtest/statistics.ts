/** What a history of returns says about a strategy. */
import { knownOptions, requirePositive, requireShare } from '@noosphere/base';
import { ArgumentError } from '@noosphere/core';
import { requireReturns } from '../../moments/returns.js';
import { maximumDrawdown } from '../../risk/drawdown.js';
import { historicalTail } from '../../risk/tails/tail-risk.js';

export interface StatisticsOptions {
  /** @default 252 */
  readonly periodsPerYear?: number;
  /** What cash earns, by the period. @default 0 */
  readonly riskFree?: number;
  /** Of value at risk and expected shortfall. @default 0.95 */
  readonly level?: number;
}

/** Annual numbers are by the year, the rest by the period of the returns. */
export interface PortfolioStatistics {
  readonly periods: number;
  /** Π (1 + r) - 1. */
  readonly totalReturn: number;
  /** Geometric: (Π (1 + r))^(periods a year / n) - 1. */
  readonly annualReturn: number;
  /** Standard deviation (divisor n - 1) times √(periods a year). */
  readonly annualVolatility: number;
  /** Mean excess return over the standard deviation, times √(periods a year); 0 where nothing moves. */
  readonly sharpe: number;
  /** The same over the root mean square of the shortfalls below the risk-free rate; 0 where there are none. */
  readonly sortino: number;
  /** Positive share of the highest value. */
  readonly maximumDrawdown: number;
  /** Annual return over the maximum drawdown; 0 where there is none. */
  readonly calmar: number;
  /** Historical, a positive share. */
  readonly valueAtRisk: number;
  readonly expectedShortfall: number;
}

/**
 * Return, risk and their ratios of a history of returns.
 *
 * @example
 * const { annualReturn, maximumDrawdown } = portfolioStatistics(Float64Array.of(0.1, -0.5, 1), { periodsPerYear: 3 });
 * console.log(annualReturn.toFixed(2), maximumDrawdown); // → 0.10 0.5
 */
export function portfolioStatistics(
  returns: Float64Array,
  options: StatisticsOptions = {},
): PortfolioStatistics {
  const {
    periodsPerYear = 252,
    riskFree = 0,
    level = 0.95,
  } = knownOptions('portfolioStatistics', options, 'periodsPerYear riskFree level');
  requireReturns('portfolioStatistics', returns, 2);
  requirePositive('portfolioStatistics', 'periodsPerYear', periodsPerYear);
  requireShare('portfolioStatistics', 'level', level);
  if (!Number.isFinite(riskFree))
    throw new ArgumentError('portfolioStatistics', `riskFree must be finite, got ${riskFree}`);
  const lost = returns.findIndex((value) => value <= -1);
  if (lost >= 0) {
    throw new ArgumentError(
      'portfolioStatistics',
      `returns[${lost}] of ${returns[lost]} loses everything: nothing after it counts`,
    );
  }
  const periods = returns.length;
  const growth = returns.reduce((sum, value) => sum + Math.log1p(value), 0);
  const mean = returns.reduce((sum, value) => sum + value, 0) / periods;
  const deviation = Math.sqrt(returns.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (periods - 1));
  const shortfall = Math.sqrt(
    returns.reduce((sum, value) => sum + Math.min(0, value - riskFree) ** 2, 0) / periods,
  );
  const excess = (mean - riskFree) * Math.sqrt(periodsPerYear);
  const annualReturn = Math.expm1((growth * periodsPerYear) / periods);
  const { depth } = maximumDrawdown(returns);
  return {
    periods,
    totalReturn: Math.expm1(growth),
    annualReturn,
    annualVolatility: deviation * Math.sqrt(periodsPerYear),
    sharpe: deviation > 0 ? excess / deviation : 0,
    sortino: shortfall > 0 ? excess / shortfall : 0,
    maximumDrawdown: depth,
    calmar: depth > 0 ? annualReturn / depth : 0,
    ...historicalTail(returns, level),
  };
}
