/** Exponential smoothing as models: the choice by AICc, and the classic methods by name. */
import { knownOptions } from '@noosphere/base';
import { ArgumentError } from '@noosphere/core';
import { type ContinuingFit, localModel } from '../fitted-model.js';
import type { Estimates, LocalModel, LocalModelKind } from '../local-model.js';
import { modelFrom, numberFrom, numbersFrom } from '../read-estimates.js';
import { requireSeason } from '../require-series.js';
import { candidatesOf, type EtsRequest, etsName, parseEtsModel, parseEtsName } from './components.js';
import {
  continueEts,
  type EstimatedEts,
  type EtsFit,
  type EtsFitOptions,
  fitEts,
  usualBounds,
} from './fit-ets.js';
import { etsIntervals, etsMean } from './forecast-ets.js';

export interface AutoEtsOptions {
  /** Values in a season; 1 for none. @default 1 */
  readonly season?: number;
  /** Error A or M, trend N, A or M, season N, A or M; Z tries all of them. @default 'ZZZ' */
  readonly model?: string;
  /** Whether a trend dies away; both are tried where this is left out. @default both */
  readonly damped?: boolean;
  /** Whether Z tries trends that multiply. @default false */
  readonly multiplicativeTrend?: boolean;
  /** What decides between the candidates. @default 'aicc' */
  readonly criterion?: 'aicc' | 'aic' | 'bic';
}

/**
 * Exponential smoothing, ETS(error, trend, season), every candidate fitted by maximum likelihood, the one with the least
 * AICc kept. Parameters and all initial states are searched. A candidate is left out only where the series does not admit
 * it: values of zero or less, where something multiplies; too few values, where AICc needs n > k + 1; a season not shorter
 * than the series. Needs 5 values. Sources: Hyndman, Koehler, Snyder & Grose 2002; R's `ets`; statsforecast, whose start,
 * box and simplex search it shares.
 * @example
 * const y = Float64Array.from({ length: 48 }, (_, t) => 100 + t + 10 * Math.sin(t * t) + 20 * Math.cos((t * Math.PI) / 2));
 * const fitted = autoEts({ season: 4 }).fit(y);
 * console.log(fitted.estimates.model, fitted.forecast(2, { levels: [95] }).mean.length); // → ETS(A,A,A) 2
 */
export function autoEts(options: AutoEtsOptions = {}): LocalModel {
  knownOptions('autoEts', options, 'season model damped multiplicativeTrend criterion');
  return etsModel('AutoETS', 'autoEts', options);
}

/**
 * Simple exponential smoothing, ETS(A,N,N): ŷ = level, level += α (y - level).
 * @example
 * const { mean } = ses().fit(Float64Array.of(5, 4, 6, 5, 4, 6)).forecast(1);
 * console.log(mean[0]?.toFixed(1)); // → 5.0
 */
export function ses(): LocalModel {
  return etsModel('SES', 'ses', { model: 'ANN' });
}

export interface HoltOptions {
  /** Whether errors are relative. @default false */
  readonly multiplicativeError?: boolean;
  /** Whether the trend dies away. @default false */
  readonly damped?: boolean;
}

/**
 * Holt's linear trend, ETS(A,A,N), damped by choice. fpp3 8.2.
 * @example
 * const { mean } = holt().fit(Float64Array.from({ length: 20 }, (_, t) => 3 * t)).forecast(1);
 * console.log(mean[0]?.toFixed(3)); // → 60.000
 */
export function holt(options: HoltOptions = {}): LocalModel {
  const { multiplicativeError = false, damped = false } = knownOptions(
    'holt',
    options,
    'multiplicativeError damped',
  );
  const model = etsModel('Holt', 'holt', { model: multiplicativeError ? 'MAN' : 'AAN', damped });
  return { ...model, options: { ...options } };
}

export interface HoltWintersOptions extends HoltOptions {
  /** Values in a season. */
  readonly season: number;
  /** Whether seasons multiply; errors then do, too. @default false */
  readonly multiplicative?: boolean;
}

/**
 * Holt and Winters' method, ETS(A,A,A) or, where seasons multiply, ETS(M,A,M). fpp3 8.3.
 * @example
 * const y = Float64Array.from({ length: 24 }, (_, t) => 10 + [1, 2, 3, 4][t % 4]!);
 * console.log(holtWinters({ season: 4 }).fit(y).forecast(1).mean[0]?.toFixed(2)); // → 11.00
 */
export function holtWinters(options: HoltWintersOptions): LocalModel {
  const {
    season,
    multiplicative = false,
    multiplicativeError = multiplicative,
    damped = false,
  } = knownOptions('holtWinters', options, 'season multiplicative multiplicativeError damped');
  requireSeason('holtWinters', season, 2);
  const letters = `${multiplicativeError ? 'M' : 'A'}A${multiplicative ? 'M' : 'A'}`;
  const model = etsModel('HoltWinters', 'holtWinters', { season, model: letters, damped });
  return { ...model, options: { ...options } };
}

function etsModel(name: string, kind: LocalModelKind, options: AutoEtsOptions): LocalModel {
  const { season = 1, model = 'ZZZ', damped, multiplicativeTrend = false, criterion = 'aicc' } = options;
  requireSeason(kind, season, 1);
  if (season === 1 && /[AM]$/.test(model)) {
    throw new ArgumentError(
      kind,
      `'${model}' has a season, but season is 1; give the values in a season, or end the model with N`,
    );
  }
  const request = parseEtsModel(kind, model, damped, multiplicativeTrend);
  return localModel(
    { name, kind, options },
    5,
    (y) => etsAsLocal(chooseEts(kind, y, request, season, criterion)),
    (estimates, y) => etsAsLocal(continueEts(readEts(kind, estimates, season), y)),
  );
}

/** Fits the candidates one after the other and keeps the best. */
export function chooseEts(
  operation: string,
  y: Float64Array,
  request: EtsRequest,
  season: number,
  criterion: 'aicc' | 'aic' | 'bic',
): EtsFit {
  if (y.every((value) => value === y[0])) return constantFit(y);
  const isPositive = y.every((value) => value > 0);
  const hasSeason = season > 1 && y.length > season;
  let bounds = usualBounds;
  let best: EtsFit | undefined;
  for (const components of candidatesOf(request, { isPositive, hasSeason })) {
    const candidate = fitEts(y, components, season, { bounds });
    bounds = candidate.bounds;
    if (candidate.fit && !(candidate.fit[criterion] >= (best?.[criterion] ?? Number.POSITIVE_INFINITY))) {
      best = candidate.fit;
    }
  }
  if (!best || !Number.isFinite(best[criterion])) {
    throw new ArgumentError(
      operation,
      `no model of the request fits a series of ${y.length} values${isPositive ? '' : ', some of them zero or less'}; ask for fewer parts, additive ones, or use naive`,
    );
  }
  return best;
}

/** A constant needs no search. */
function constantFit(y: Float64Array): EtsFit {
  const options: EtsFitOptions = { fixed: { alpha: 0.9999 } };
  const { fit } = fitEts(y, { error: 'A', trend: 'N', season: 'N', damped: false }, 1, options);
  if (!fit) throw new Error('internal: a constant of at least 5 values has a fit');
  const level = y[0] as number;
  const initial = { ...fit.initial, level };
  return { ...fit, initial, level, variance: 0, fitted: new Float64Array(y.length).fill(level) };
}

/** What `etsAsLocal` told. */
function readEts(kind: string, estimates: Estimates, season: number): EstimatedEts {
  const components = parseEtsName(kind, modelFrom(kind, estimates));
  const value = (name: string) => numberFrom(kind, estimates, name);
  const hasTrend = components.trend !== 'N';
  const hasSeason = components.season !== 'N';
  const seasons = hasSeason ? numbersFrom(kind, estimates, 'seasons') : new Float64Array(1);
  if (hasSeason && seasons.length !== season)
    throw new ArgumentError(
      kind,
      `expects estimates of a season of ${season}, got ${seasons.length} seasons; fit anew`,
    );
  return {
    components,
    period: seasons.length,
    parameters: {
      alpha: value('alpha'),
      beta: hasTrend ? value('beta') : 0,
      gamma: hasSeason ? value('gamma') : 0,
      phi: components.damped ? value('phi') : 1,
    },
    initial: { level: value('level'), growth: hasTrend ? value('growth') : 0, seasons },
    variance: value('sigma') ** 2,
    logLikelihood: value('logLikelihood'),
    aic: value('aic'),
    aicc: value('aicc'),
    bic: value('bic'),
  };
}

function etsAsLocal(fit: EtsFit): ContinuingFit {
  const { components, parameters, initial } = fit;
  const { trend, season, damped } = components;
  return {
    estimates: {
      model: etsName(components),
      alpha: parameters.alpha,
      ...(trend === 'N' ? {} : { beta: parameters.beta }),
      ...(season === 'N' ? {} : { gamma: parameters.gamma }),
      ...(damped ? { phi: parameters.phi } : {}),
      level: initial.level,
      ...(trend === 'N' ? {} : { growth: initial.growth }),
      ...(season === 'N' ? {} : { seasons: Array.from(initial.seasons) }),
      sigma: Math.sqrt(fit.variance),
      logLikelihood: fit.logLikelihood,
      aic: fit.aic,
      aicc: fit.aicc,
      bic: fit.bic,
    },
    fitted: fit.fitted,
    mean: (horizon) => etsMean(fit, horizon),
    spread: (mean, levels) => etsIntervals(fit, mean, levels),
    forward: (y) => etsAsLocal(continueEts(fit, y)),
  };
}
