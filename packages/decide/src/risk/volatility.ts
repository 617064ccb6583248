/** How much returns move: realised, exponentially weighted, and as a GARCH expects it for the days ahead. */
import { knownOptions, requireShare, requireWhole } from '@noosphere/base';
import { ArgumentError } from '@noosphere/core';
import {
  type ErrorDistribution,
  ewmaFit,
  fitGarch,
  type GarchFit,
  garchAhead,
  garchVariances,
  varianceBounds,
} from '@noosphere/statistics';
import { requireReturns } from '../moments/returns.js';

export interface RealisedVolatilityOptions {
  /** How many returns each value looks back on. @default 21 */
  readonly window?: number;
  /** Periods in a year; 1 to stay with the period of the data. @default 252 */
  readonly periodsPerYear?: number;
}

/**
 * Rolling standard deviation of returns (divisor n - 1), by the year. Value k is of the returns k … k + window - 1.
 *
 * @example
 * const volatility = realisedVolatility(Float64Array.of(0.01, -0.01, 0.02, -0.02), { window: 2, periodsPerYear: 1 });
 * console.log(Array.from(volatility, (value) => value.toFixed(4))); // → [ '0.0141', '0.0212', '0.0283' ]
 */
export function realisedVolatility(
  returns: Float64Array,
  options: RealisedVolatilityOptions = {},
): Float64Array {
  const { window = 21, periodsPerYear = 252 } = knownOptions(
    'realisedVolatility',
    options,
    'window periodsPerYear',
  );
  requireWhole('realisedVolatility', 'window', window, 2);
  requireReturns('realisedVolatility', returns, window);
  return Float64Array.from({ length: returns.length - window + 1 }, (_, first) => {
    const part = returns.subarray(first, first + window);
    const mean = part.reduce((sum, value) => sum + value, 0) / window;
    const squares = part.reduce((sum, value) => sum + (value - mean) ** 2, 0);
    return Math.sqrt((squares / (window - 1)) * periodsPerYear);
  });
}

/** A model of changing volatility, fitted. All numbers are per period of the returns, in their unit. */
export interface VolatilityFit {
  /** Mean of the returns. */
  readonly mean: number;
  /** σ of each return, as it was expected the period before. */
  readonly volatility: Float64Array;
  /** (return - mean) / σ. */
  readonly standardized: Float64Array;
  /** σ of the periods to come, the next one first. */
  ahead(periods: number): Float64Array;
  /** The same parameters on other returns, such as those that came since. */
  on(returns: Float64Array): VolatilityFit;
}

/** A GARCH with its estimates. */
export interface GarchVolatility extends VolatilityFit {
  readonly omega: number;
  /** Of squared errors. */
  readonly alpha: number;
  /** Of squared losses, beside α; 0 for a GARCH. */
  readonly gamma: number;
  /** Of the variance before. */
  readonly beta: number;
  /** Degrees of freedom of t errors. */
  readonly freedom?: number;
  readonly logLikelihood: number;
}

export interface EwmaOptions {
  /** λ: how much of the last variance is kept. @default 0.94, RiskMetrics' for days */
  readonly decay?: number;
}

/**
 * Exponentially weighted volatility: σ²[t] = λ σ²[t - 1] + (1 - λ) e²[t - 1]; the same for all periods ahead.
 *
 * J. P. Morgan's RiskMetrics 1996.
 *
 * @example
 * const { volatility, ahead } = ewmaVolatility(Float64Array.of(0.01, -0.01, 0.01, -0.01, 0.05, -0.05));
 * console.log((ahead(1)[0] ?? 0) > (volatility[4] ?? 0)); // → true
 */
export function ewmaVolatility(returns: Float64Array, options: EwmaOptions = {}): VolatilityFit {
  const { decay = 0.94 } = knownOptions('ewmaVolatility', options, 'decay');
  requireShare('ewmaVolatility', 'decay', decay);
  requireReturns('ewmaVolatility', returns, 2);
  const scale = scaleOf('ewmaVolatility', returns);
  return fitted(ewmaFit(scaled(returns, scale), decay), returns, scale);
}

export interface GarchVolatilityOptions {
  /** Whether losses raise the volatility more than gains: GJR-GARCH(1,1,1). @default false */
  readonly asymmetric?: boolean;
  /** @default 'normal' */
  readonly distribution?: ErrorDistribution;
}

/**
 * GARCH(1,1) or GJR-GARCH(1,1,1) with a constant mean, by maximum likelihood:
 * σ²[t] = ω + (α + γ (e[t - 1] < 0)) e²[t - 1] + β σ²[t - 1].
 *
 * Agrees with Python's `arch` 8.0. Needs 50 returns, and some hundreds to be of use. Bollerslev 1986; Glosten, Jagannathan & Runkle 1993.
 *
 * @example
 * let variance = 1e-4;
 * const returns = Float64Array.from({ length: 500 }, (_, t) => {
 *   const value = Math.sqrt(variance) * Math.SQRT2 * Math.sin(t * t);
 *   variance = 1e-5 + 0.2 * value * value + 0.7 * variance;
 *   return value;
 * });
 * const { alpha, beta, ahead } = garchVolatility(returns);
 * console.log(alpha > 0.1 && beta > 0.5, ahead(10).length); // → true 10
 */
export function garchVolatility(
  returns: Float64Array,
  options: GarchVolatilityOptions = {},
): GarchVolatility {
  const { asymmetric = false, distribution = 'normal' } = knownOptions(
    'garchVolatility',
    options,
    'asymmetric distribution',
  );
  if (distribution !== 'normal' && distribution !== 't') {
    throw new ArgumentError(
      'garchVolatility',
      `distribution must be 'normal' or 't', got '${String(distribution)}'`,
    );
  }
  requireReturns('garchVolatility', returns, 50);
  const scale = scaleOf('garchVolatility', returns);
  const fit = fitGarch(scaled(returns, scale), { p: 1, o: asymmetric ? 1 : 0, q: 1 }, distribution);
  const { omega, alpha, gamma, beta } = fit.parameters;
  return {
    ...fitted(fit, returns, scale),
    omega: omega / scale ** 2,
    alpha: alpha[0] ?? 0,
    gamma: gamma[0] ?? 0,
    beta: beta[0] ?? 0,
    ...(fit.freedom === undefined ? {} : { freedom: fit.freedom }),
    logLikelihood: fit.logLikelihood + returns.length * Math.log(scale),
  };
}

/** Variances of the size of one are what the search for parameters is made for. */
function scaleOf(operation: string, returns: Float64Array): number {
  const mean = returns.reduce((sum, value) => sum + value, 0) / returns.length;
  const variance = returns.reduce((sum, value) => sum + (value - mean) ** 2, 0) / returns.length;
  if (variance > 1e-24 * mean * mean && variance > 0) return 1 / Math.sqrt(variance);
  throw new ArgumentError(
    operation,
    `all ${returns.length} returns are ${returns[0]}: there is no volatility to estimate`,
  );
}

function scaled(returns: Float64Array, scale: number): Float64Array {
  return returns.map((value) => value * scale);
}

function fitted(fit: GarchFit, returns: Float64Array, scale: number): VolatilityFit {
  const { order, parameters, backcast } = fit;
  const errors = returns.map((value) => value * scale - fit.mean);
  const variances = new Float64Array(returns.length);
  garchVariances(order, parameters, errors, backcast, fit.bounds, variances);
  return {
    mean: fit.mean / scale,
    volatility: variances.map((variance) => Math.sqrt(variance) / scale),
    standardized: errors.map((error, at) => error / Math.sqrt(variances[at] as number)),
    ahead(periods) {
      requireWhole('ahead', 'periods', periods, 1);
      const ahead = garchAhead(order, parameters, errors, variances, backcast, periods);
      return ahead.map((variance) => Math.sqrt(variance) / scale);
    },
    on(later) {
      requireReturns('on', later, 2);
      const bounds = varianceBounds(later.map((value) => value * scale - fit.mean));
      return fitted({ ...fit, bounds }, later, scale);
    },
  };
}
