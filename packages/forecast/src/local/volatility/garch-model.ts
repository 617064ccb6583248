/** Volatility models of returns: a constant mean, variances that change, and intervals that are as wide as it is turbulent. */
import { knownOptions, normalQuantile, requireWhole } from '@noosphere/base';
import { ArgumentError } from '@noosphere/core';
import {
  type ErrorDistribution,
  ewmaFit,
  fitGarch,
  type GarchFit,
  type GarchOrder,
  garchAhead,
  garchVariances,
  persistenceOf,
  studentQuantile,
  varianceBounds,
} from '@noosphere/statistics';
import type { FittedLocalModel, LocalModel, LocalModelKind } from '../local-model.js';
import { requireLevels, requireSeries } from '../require-series.js';

/** A fitted model of volatility. */
export interface FittedVolatility extends FittedLocalModel {
  /** Variance of each value, as it was foretold by those before it. */
  readonly variances: Float64Array;
  /** (y - mean) / √variance. */
  readonly standardized: Float64Array;
  /** Variances of the next values. */
  forecastVariance(horizon: number): Float64Array;
}

export interface VolatilityModel extends LocalModel {
  fit(returns: Float64Array): FittedVolatility;
}

export interface GarchOptions {
  /** Lags of squared errors. @default 1 */
  readonly p?: number;
  /** Lags of variances. @default 1 */
  readonly q?: number;
  /** Errors: normal, or Student's t with its degrees of freedom estimated. @default 'normal' */
  readonly distribution?: ErrorDistribution;
}

export interface GjrGarchOptions extends GarchOptions {
  /** Lags of squared losses. @default 1 */
  readonly o?: number;
}

export interface ArchOptions {
  /** Lags of squared errors. @default 1 */
  readonly p?: number;
  /** @default 'normal' */
  readonly distribution?: ErrorDistribution;
}

/**
 * GARCH(p, q) of returns: y = μ + σ z, σ²[t] = ω + Σ α e²[t-i] + Σ β σ²[t-j], by maximum likelihood with the backcast and
 * bounds of Python's `arch`. Returns in percent fit best: their variance should be about 1. Needs 20 values, and some hundreds to be of use. Bollerslev 1986.
 * @example
 * let variance = 1;
 * const y = Float64Array.from({ length: 400 }, (_, t) => {
 *   const value = Math.sqrt(variance) * Math.SQRT2 * Math.sin(t * t);
 *   variance = 0.1 + 0.2 * value * value + 0.7 * variance;
 *   return value;
 * });
 * const fitted = garch().fit(y);
 * console.log(fitted.estimates.model, fitted.forecastVariance(5).length); // → GARCH(1,1) 5
 */
export function garch(options: GarchOptions = {}): VolatilityModel {
  const { p = 1, q = 1, distribution } = knownOptions('garch', options, 'p q distribution');
  return garchModel('GARCH', 'garch', options, { p, o: 0, q }, distribution);
}

/**
 * GJR-GARCH(p, o, q): losses move the variance by γ more than gains, + Σ γ e²[t-i] (e[t-i] < 0). Glosten, Jagannathan &
 * Runkle 1993.
 * @example
 * const y = Float64Array.from({ length: 200 }, (_, t) => Math.sin(t * t) * (1 + Math.sin(t / 30)));
 * console.log(gjrGarch().fit(y).estimates.model); // → GJR-GARCH(1,1,1)
 */
export function gjrGarch(options: GjrGarchOptions = {}): VolatilityModel {
  const { p = 1, o = 1, q = 1, distribution } = knownOptions('gjrGarch', options, 'o p q distribution');
  return garchModel('GJR-GARCH', 'gjrGarch', options, { p, o, q }, distribution);
}

/**
 * ARCH(p): GARCH without lags of variances. Engle 1982.
 * @example
 * const y = Float64Array.from({ length: 200 }, (_, t) => Math.sin(t * t) * (1 + Math.sin(t / 30)));
 * console.log(arch({ p: 2 }).fit(y).estimates.model); // → ARCH(2)
 */
export function arch(options: ArchOptions = {}): VolatilityModel {
  const { p = 1, distribution } = knownOptions('arch', options, 'p distribution');
  return garchModel('ARCH', 'arch', options, { p, o: 0, q: 0 }, distribution);
}

export interface EwmaVolatilityOptions {
  /** How much of the last variance is kept. @default 0.94, RiskMetrics' for days */
  readonly decay?: number;
}

/**
 * Exponentially weighted variance: σ²[t] = λ σ²[t-1] + (1 - λ) e²[t-1], from the backcast; the same at every step ahead.
 * J. P. Morgan's RiskMetrics 1996.
 * @example
 * const { variances } = ewmaVolatility().fit(Float64Array.of(1, -1, 1, -1, 3, -3));
 * console.log(variances.length, (variances[5] ?? 0) > (variances[4] ?? 0)); // → 6 true
 */
export function ewmaVolatility(options: EwmaVolatilityOptions = {}): VolatilityModel {
  const { decay = 0.94 } = knownOptions('ewmaVolatility', options, 'decay');
  if (!(decay > 0 && decay < 1)) {
    throw new ArgumentError('ewmaVolatility', `decay lies between 0 and 1, such as 0.94, got ${decay}`);
  }
  return {
    name: 'EWMA',
    kind: 'ewmaVolatility',
    options: { ...options },
    fit(returns) {
      requireReturns('ewmaVolatility', returns, 2);
      return fittedVolatility('ewmaVolatility', returns, ewmaFit(returns, decay), { decay });
    },
  };
}

function garchModel(
  name: string,
  kind: LocalModelKind,
  options: object,
  order: GarchOrder,
  distribution: ErrorDistribution = 'normal',
): VolatilityModel {
  for (const [letter, lags] of Object.entries(order)) requireWhole(kind, letter, lags, 0);
  if (order.p + order.o === 0) {
    throw new ArgumentError(kind, 'needs lags of squared errors; without them nothing moves the variance');
  }
  if (distribution !== 'normal' && distribution !== 't') {
    throw new ArgumentError(kind, `distribution must be 'normal' or 't', got '${String(distribution)}'`);
  }
  const letters =
    kind === 'arch' ? [order.p] : kind === 'garch' ? [order.p, order.q] : [order.p, order.o, order.q];
  return {
    name,
    kind,
    options: Object.fromEntries(Object.entries(options)),
    fit(returns) {
      requireReturns(kind, returns, 20);
      const fit = fitGarch(returns, order, distribution);
      return fittedVolatility(kind, returns, fit, {
        model: `${name}(${letters.join(',')})${distribution === 't' ? ' with t errors' : ''}`,
      });
    },
  };
}

function requireReturns(operation: string, returns: Float64Array, minimum: number): void {
  requireSeries(operation, returns, minimum);
  if (returns.every((value) => value === returns[0])) {
    throw new ArgumentError(
      operation,
      `all ${returns.length} returns are ${returns[0]}: there is no volatility to estimate; use historicAverage`,
    );
  }
}

function fittedVolatility(
  operation: string,
  returns: Float64Array,
  fit: GarchFit,
  named: Readonly<Record<string, number | string>>,
): FittedVolatility {
  const { order, parameters, mean, freedom } = fit;
  const errors = returns.map((value) => value - mean);
  const variances = new Float64Array(returns.length);
  garchVariances(order, parameters, errors, fit.backcast, fit.bounds, variances);
  const forecastVariance = (horizon: number) => {
    requireWhole(operation, 'horizon', horizon, 1);
    return garchAhead(order, parameters, errors, variances, fit.backcast, horizon);
  };
  return {
    estimates: { ...named, ...estimatesOf(fit) },
    fitted: new Float64Array(returns.length).fill(mean),
    variances,
    standardized: errors.map((error, row) => error / Math.sqrt(variances[row] as number)),
    forecastVariance,
    forecast(horizon, { levels = [] } = {}) {
      requireLevels(operation, levels);
      const deviations = forecastVariance(horizon).map(Math.sqrt);
      const means = new Float64Array(horizon).fill(mean);
      const intervals = levels.map((level) => {
        const width = errorQuantile(0.5 + level / 200, freedom);
        return {
          level,
          lower: deviations.map((deviation) => mean - width * deviation),
          upper: deviations.map((deviation) => mean + width * deviation),
        };
      });
      return { mean: means, intervals };
    },
    forward(later) {
      requireReturns(operation, later, 2);
      // The variance before the first value is still the one that was estimated with.
      const bounds = varianceBounds(later.map((value) => value - mean));
      return fittedVolatility(operation, later, { ...fit, bounds }, named);
    },
  };
}

/** Of errors with variance 1. */
function errorQuantile(probability: number, freedom: number | undefined): number {
  return freedom === undefined
    ? normalQuantile(probability)
    : studentQuantile(probability, freedom) * Math.sqrt((freedom - 2) / freedom);
}

function estimatesOf({ mean, parameters, freedom, logLikelihood, order }: GarchFit) {
  const { omega, alpha, gamma, beta } = parameters;
  const numbered = (name: string, values: readonly number[]) =>
    Object.fromEntries(values.map((value, index) => [`${name}${index + 1}`, value]));
  const count = 2 + order.p + order.o + order.q + (freedom === undefined ? 0 : 1);
  return {
    mean,
    omega,
    ...numbered('alpha', alpha),
    ...numbered('gamma', gamma),
    ...numbered('beta', beta),
    ...(freedom === undefined ? {} : { freedom }),
    persistence: persistenceOf(parameters),
    logLikelihood,
    aic: 2 * count - 2 * logLikelihood,
  };
}
