/** ARIMA as models: orders that are given, and orders that are chosen. */
import { knownOptions } from '@noosphere/base';
import { ArgumentError } from '@noosphere/core';
import type { Estimates, Exogenous, LocalModel } from '../local-model.js';
import { requireSeason, requireSeries } from '../require-series.js';
import { covariates } from './arima-regression.js';
import { type AutoArimaOptions, chooseArima, readAutoOptions } from './choose-arima.js';
import { ArimaTask } from './fit-arima.js';
import { type FittedArima, fittedArima, requireCovariateNames } from './fitted-arima.js';
import { type ArimaOrder, arimaName, lostValues, requireOrders } from './order.js';
import { resumeArima } from './resume-arima.js';

export interface ArimaOptions {
  /** p, d, q. */
  readonly order: readonly [number, number, number];
  /** P, D, Q. @default [0, 0, 0] */
  readonly seasonal?: readonly [number, number, number];
  /** Values in a season. @default 1 */
  readonly season?: number;
  /** A mean, or, with one difference, a drift. @default true where nothing is differenced */
  readonly constant?: boolean;
}

/** An ARIMA: fits give their residuals, too. */
export interface ArimaModel extends LocalModel {
  fit(y: Float64Array, exogenous?: Exogenous): FittedArima;
  resume(estimates: Estimates, y: Float64Array, exogenous?: Exogenous): FittedArima;
}

/**
 * ARIMA(p,d,q)(P,D,Q)[season], with covariates as regressors with ARIMA errors:
 * φ(B) Φ(Bˢ) (1-B)ᵈ (1-Bˢ)ᴰ (y - x β) = θ(B) Θ(Bˢ) e. Exact Gaussian likelihood of the differences from a stationary first
 * state; β is found beside it by generalised least squares. Equal to R's `arima` and its Kalman filter, with the variance of
 * `forecast::Arima`. A covariate that says nothing new gets weight 0. Box & Jenkins 1970; Gardner, Harvey & Phillips 1980.
 * @example
 * const y = Float64Array.from({ length: 60 }, (_, t) => t + Math.sin(t * t));
 * const { estimates } = arima({ order: [0, 1, 1], constant: true }).fit(y);
 * console.log(estimates.model, Number(estimates.drift).toFixed(1)); // → ARIMA(0,1,1) with drift 1.0
 */
export function arima(options: ArimaOptions): ArimaModel {
  knownOptions('arima', options, 'order seasonal season constant');
  const order = readOrder(options);
  const lost = lostValues(order);
  return {
    name: 'ARIMA',
    kind: 'arima',
    options: Object.fromEntries(Object.entries(options)),
    fit(y, exogenous) {
      requireSeries('arima', y, lost + 1);
      const regressors = covariates('arima', exogenous, y.length);
      const covariateNames = regressors.map(({ name }) => name);
      requireCovariateNames('arima', covariateNames);
      const task = new ArimaTask(y, order, regressors);
      const count = task.count(order);
      const fit = task.rows > count ? task.fitExact(order, { thorough: true }) : undefined;
      if (!fit) {
        throw new ArgumentError(
          'arima',
          `${arimaName(order)} has ${count} parameters and, after differencing, ${task.rows} values; give a longer series, or lower orders`,
        );
      }
      return fittedArima(fit, { operation: 'arima', covariateNames, fourier: undefined }, y, exogenous);
    },
    resume: (estimates, y, exogenous) => resumeArima('arima', estimates, order.season, y, exogenous),
  };
}

/**
 * The ARIMA with the least AICc. Differences by the KPSS test and the strength of the season, then the stepwise search of
 * Hyndman & Khandakar (2008), as R's `auto.arima`; candidates of long series (or seasons) are fitted by conditional least
 * squares, the best exactly. Covariates are regressors. For seasons above 24, where a seasonal ARIMA would be slow and poor, Fourier
 * terms stand for the season: K pairs by AICc with ARIMA(2,d,1) errors. Needs 4 values.
 * @example
 * const y = Float64Array.from({ length: 72 }, (_, t) => 50 + t / 2 + 9 * Math.sin((t * Math.PI) / 6) + Math.sin(t * t));
 * const fitted = autoArima({ season: 12 }).fit(y);
 * console.log(fitted.estimates.model, fitted.forecast(12, { levels: [95] }).mean.length); // → ARIMA(1,0,1)(0,1,1)[12] with drift 12
 */
export function autoArima(options: AutoArimaOptions = {}): ArimaModel {
  knownOptions(
    'autoArima',
    options,
    'season fourier d seasonalD maxP maxQ maxSeasonalP maxSeasonalQ maxOrder stepwise',
    'approximate criterion',
  );
  const request = readAutoOptions(options);
  return {
    name: 'AutoARIMA',
    kind: 'autoArima',
    options: Object.fromEntries(Object.entries(options)),
    fit(y, exogenous) {
      requireSeries('autoArima', y, 4);
      const regressors = covariates('autoArima', exogenous, y.length);
      const covariateNames = regressors.map(({ name }) => name);
      requireCovariateNames('autoArima', covariateNames);
      const { fit, fourier } = chooseArima(y, regressors, request);
      return fittedArima(fit, { operation: 'autoArima', covariateNames, fourier }, y, exogenous);
    },
    resume: (estimates, y, exogenous) => resumeArima('autoArima', estimates, request.season, y, exogenous),
  };
}

function readOrder({ order, seasonal = [0, 0, 0], season = 1, constant }: ArimaOptions): ArimaOrder {
  requireOrders('arima', 'order', order);
  requireOrders('arima', 'seasonal', seasonal);
  requireSeason('arima', season, 1);
  const [p, d, q] = order;
  const [seasonalP, seasonalD, seasonalQ] = seasonal;
  if (season === 1 && seasonalP + seasonalD + seasonalQ > 0) {
    throw new ArgumentError(
      'arima',
      `seasonal orders [${seasonal.join(', ')}] need a season, such as 12 for months`,
    );
  }
  if (constant && d + seasonalD > 1) {
    throw new ArgumentError(
      'arima',
      `a constant with ${d + seasonalD} differences would be a parabola; leave it out`,
    );
  }
  return {
    p,
    d,
    q,
    seasonalP,
    seasonalD,
    seasonalQ,
    season,
    constant: constant ?? d + seasonalD === 0,
  };
}
