/** A fitted ARIMA as the package's other models are: estimates, one-step forecasts, intervals, and going forward. */
import { requireWhole } from '@noosphere/base';
import { ArgumentError } from '@noosphere/core';
import type { Estimates, Exogenous, FittedLocalModel } from '../local-model.js';
import { normalIntervals } from '../normal-intervals.js';
import { requireLevels, requireSeries } from '../require-series.js';
import { covariates, explained, fourierRegressors } from './arima-regression.js';
import { type ArimaFit, constantOf, lagParts } from './fit-arima.js';
import { followArima } from './forecast-arima.js';
import { type ArimaOrder, arimaName, lostValues } from './order.js';
import type { Regressor } from './regressors.js';

/** Fourier terms of a season. */
export interface FourierTerms {
  readonly season: number;
  readonly pairs: number;
}

export interface FittedArima extends FittedLocalModel {
  /** Errors of the one-step forecasts, NaN for the values that differencing takes away. */
  readonly residuals: Float64Array;
}

/** What a fit is beside its numbers. */
export interface ArimaContext {
  readonly operation: string;
  readonly covariateNames: readonly string[];
  readonly fourier: FourierTerms | undefined;
}

/** A fit at the end of a series. */
export function fittedArima(
  fit: ArimaFit,
  context: ArimaContext,
  y: Float64Array,
  exogenous: Exogenous | undefined,
): FittedArima {
  const { operation } = context;
  const known = explained(regressorsOf(fit, context, exogenous, 0, y.length), fit.weights, y.length);
  const rest = y.map((value, row) => value - (known[row] as number));
  const path = followArima(fit, rest, y);
  return {
    estimates: estimatesOf(fit, context),
    fitted: path.fitted,
    residuals: path.residuals,
    forecast(horizon, { levels = [], exogenous: ahead } = {}) {
      requireWhole(operation, 'horizon', horizon, 1);
      requireLevels(operation, levels);
      const regressors = regressorsOf(fit, context, ahead, y.length, horizon);
      const { mean: unexplained, deviations } = path.forecast(horizon);
      const added = explained(regressors, fit.weights, horizon);
      const mean = unexplained.map((value, step) => value + (added[step] as number));
      return { mean, intervals: normalIntervals(mean, deviations, levels) };
    },
    forward(later, laterExogenous) {
      requireSeries(operation, later, lostValues(fit.order) + 1);
      return fittedArima(fit, context, later, laterExogenous);
    },
  };
}

/** Names of the regressors of a fit, in its order. */
export function regressorNames(order: ArimaOrder, { covariateNames, fourier }: ArimaContext): string[] {
  const waves = fourier ? fourierRegressors(fourier.season, fourier.pairs, 0, 0) : [];
  const constant = constantOf(order, 0);
  return [...constant.map(({ name }) => name), ...covariateNames, ...waves.map(({ name }) => name)];
}

/** The regressors of a fit for other rows, in its order: constant, covariates, Fourier terms. */
function regressorsOf(
  { order }: ArimaFit,
  { operation, covariateNames, fourier }: ArimaContext,
  exogenous: Exogenous | undefined,
  from: number,
  length: number,
): Regressor[] {
  const columns = covariates(operation, exogenous, length, covariateNames);
  const waves = fourier ? fourierRegressors(fourier.season, fourier.pairs, from, length) : [];
  if (!order.constant) return [...columns, ...waves];
  const isMean = order.d + order.seasonalD === 0;
  const values = Float64Array.from({ length }, (_, row) => (isMean ? 1 : from + row + 1));
  return [{ name: isMean ? 'intercept' : 'drift', values }, ...columns, ...waves];
}

function estimatesOf(fit: ArimaFit, context: ArimaContext): Estimates {
  const { fourier } = context;
  const { order, lags, weights, variance, logLikelihood, criteria } = fit;
  const parts = lagParts(order, lags);
  const numbered = (name: string, values: Float64Array) =>
    Array.from(values, (value, index) => [`${name}${index + 1}`, value] as const);
  return {
    model: fourier ? `${arimaName(order)} with ${fourier.pairs} Fourier pairs` : arimaName(order),
    ...Object.fromEntries([
      ...numbered('ar', parts.ar),
      ...numbered('ma', parts.ma),
      ...numbered('sar', parts.seasonalAr),
      ...numbered('sma', parts.seasonalMa),
      ...regressorNames(order, context).map((name, index) => [name, weights[index] as number] as const),
    ]),
    ...(fourier ? { fourierPairs: fourier.pairs } : {}),
    sigma2: variance,
    logLikelihood,
    aic: criteria.aic,
    // With as many parameters as values there is none.
    ...(Number.isFinite(criteria.aicc) ? { aicc: criteria.aicc } : {}),
    bic: criteria.bic,
  };
}

/** Names of estimates that are no covariate's. */
export const estimateName =
  /^((s?(ar|ma)|sin|cos)\d+|intercept|drift|model|sigma2|logLikelihood|aicc?|bic|fourierPairs)$/;

/** Covariates may not be named as estimates are. */
export function requireCovariateNames(operation: string, names: readonly string[]): void {
  for (const name of names) {
    if (estimateName.test(name)) {
      throw new ArgumentError(
        operation,
        `the covariate '${name}' has the name of an estimate; call it something else`,
      );
    }
  }
}
