/** The choice of an ARIMA for a series: Fourier terms, differences, then orders. */
import { requireWhole } from '@noosphere/base';
import { ArgumentError } from '@noosphere/core';
import { requireSeason } from '../require-series.js';
import { fourierRegressors } from './arima-regression.js';
import { isConstant } from './constant.js';
import { countDifferences, countSeasonalDifferences } from './differencing.js';
import { type ArimaCriteria, type ArimaFit, ArimaTask } from './fit-arima.js';
import type { FourierTerms } from './fitted-arima.js';
import {
  differences,
  interceptName,
  leastSquaresLeft,
  type Regressor,
  RegressorBasis,
} from './regressors.js';
import { searchOrders } from './search-orders.js';

export interface AutoArimaOptions {
  /** Values in a season; above 24 (or with `fourier`) it need not be whole, such as 52.18 weeks. @default 1 */
  readonly season?: number;
  /** Pairs of sine and cosine for the season instead of seasonal orders; 0 for none. @default 0; by AICc for a season above 24 */
  readonly fourier?: number | 'auto';
  /** Differences. @default by the KPSS test, 2 at most */
  readonly d?: number;
  /** Seasonal differences. @default 1 where the season's strength is above 0.64 */
  readonly seasonalD?: number;
  /** @default 5 */
  readonly maxP?: number;
  /** @default 5 */
  readonly maxQ?: number;
  /** @default 2 */
  readonly maxSeasonalP?: number;
  /** @default 2 */
  readonly maxSeasonalQ?: number;
  /** p + q + P + Q at most, where all are tried. @default 5 */
  readonly maxOrder?: number;
  /** False tries all orders. @default true */
  readonly stepwise?: boolean;
  /** Whether candidates are fitted by conditional least squares. @default above 150 values, or for a season above 12 */
  readonly approximate?: boolean;
  /** What decides. @default 'aicc' */
  readonly criterion?: keyof ArimaCriteria;
}

/** Options that were checked. */
export interface AutoArimaRequest extends AutoArimaOptions {
  readonly season: number;
  readonly fourier: number | 'auto';
  readonly criterion: keyof ArimaCriteria;
}

/** The longest season of seasonal orders by default. */
const longestSeason = 24;
/** Pairs that are tried, as far as half the season and a tenth of the values go. */
const pairsTried = [1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 25];

export function readAutoOptions(options: AutoArimaOptions): AutoArimaRequest {
  const { season = 1, criterion = 'aicc' } = options;
  const { fourier = season > longestSeason ? 'auto' : 0 } = options;
  if (!(season >= 1 && Number.isFinite(season))) requireSeason('autoArima', season, 1);
  if (fourier === 0) requireSeason('autoArima', season, 1);
  if (fourier !== 'auto') {
    requireWhole('autoArima', 'fourier', fourier, 0);
    if (2 * fourier > season) {
      throw new ArgumentError(
        'autoArima',
        `${fourier} Fourier pairs need a season of at least ${2 * fourier}, got ${season}`,
      );
    }
  }
  for (const name of [
    'd',
    'seasonalD',
    'maxP',
    'maxQ',
    'maxSeasonalP',
    'maxSeasonalQ',
    'maxOrder',
  ] as const) {
    if (options[name] !== undefined) requireWhole('autoArima', name, options[name], 0);
  }
  if (!['aicc', 'aic', 'bic'].includes(criterion)) {
    throw new ArgumentError('autoArima', `criterion must be aicc, aic or bic, got '${String(criterion)}'`);
  }
  return { ...options, season, fourier, criterion };
}

/** Fourier terms where they were asked for, then the ARIMA of what is beside them. */
export function chooseArima(
  y: Float64Array,
  covariates: readonly Regressor[],
  request: AutoArimaRequest,
): { readonly fit: ArimaFit; readonly fourier: FourierTerms | undefined } {
  const { season, fourier } = request;
  if (fourier === 0) return { fit: chooseOrders(y, covariates, request, season), fourier: undefined };
  const pairs = fourier === 'auto' ? choosePairs(y, covariates, request) : fourier;
  const waves = fourierRegressors(season, pairs, 0, y.length);
  const fit = chooseOrders(y, [...covariates, ...waves], request, 1);
  return { fit, fourier: pairs > 0 ? { season, pairs } : undefined };
}

function chooseOrders(
  y: Float64Array,
  regressors: readonly Regressor[],
  request: AutoArimaRequest,
  season: number,
): ArimaFit {
  const rest = residualsOf(y, regressors);
  const { seasonalD = season > 1 ? countSeasonalDifferences(rest, season) : 0 } = request;
  const seasonless = differences(rest, season, seasonalD);
  const { d = countDifferences(seasonless, 2) } = request;
  const last = differences(seasonless, 1, d);
  if (last.length < 2) {
    throw new ArgumentError(
      'autoArima',
      `${d} differences and ${seasonalD} of season ${season} leave ${Math.max(0, last.length)} of ${y.length} values; take fewer`,
    );
  }
  if (isConstant(last)) return fitConstant(y, regressors, { d, seasonalD, season });
  const { maxP = 5, maxQ = 5, maxSeasonalP = 2, maxSeasonalQ = 2, maxOrder = 5 } = request;
  const { stepwise = true, approximate = y.length > 150 || season > 12 } = request;
  const third = Math.floor(y.length / 3);
  const most = Math.min(third, season > 1 ? season - 1 : third);
  const mostSeasonal = season > 1 ? Math.floor(y.length / 3 / season) : 0;
  return searchOrders(y, regressors, {
    d,
    seasonalD,
    season,
    most: {
      p: Math.min(maxP, most),
      q: Math.min(maxQ, most),
      seasonalP: Math.min(maxSeasonalP, mostSeasonal),
      seasonalQ: Math.min(maxSeasonalQ, mostSeasonal),
    },
    mostInAll: maxOrder,
    stepwise,
    approximate,
    criterion: request.criterion,
  });
}

/** Where the differences do not vary there is nothing to search. */
function fitConstant(
  y: Float64Array,
  regressors: readonly Regressor[],
  differenced: { readonly d: number; readonly seasonalD: number; readonly season: number },
): ArimaFit {
  const constant = differenced.d + differenced.seasonalD < 2;
  const order = { p: 0, q: 0, seasonalP: 0, seasonalQ: 0, constant, ...differenced };
  const fit = new ArimaTask(y, order, regressors).exactFit(order, new Float64Array(0));
  if (!fit) throw new Error('internal: a model without lags fits any series');
  return fit;
}

/** K by the criterion with ARIMA(2,d,1) errors, d being that beside most pairs. */
function choosePairs(
  y: Float64Array,
  covariates: readonly Regressor[],
  { season, criterion, d: asked }: AutoArimaRequest,
): number {
  const limit = Math.min(Math.floor(season / 2), Math.floor(y.length / 10));
  const tried = pairsTried.filter((pairs) => pairs <= limit);
  const withPairs = (pairs: number) => [...covariates, ...fourierRegressors(season, pairs, 0, y.length)];
  const d = asked ?? countDifferences(residualsOf(y, withPairs(tried.at(-1) ?? 0)), 2);
  const order = { p: 2, d, q: 1, seasonalP: 0, seasonalD: 0, seasonalQ: 0, season: 1, constant: d < 2 };
  let best = 0;
  let least = Number.POSITIVE_INFINITY;
  for (const pairs of [0, ...tried]) {
    const fit = new ArimaTask(y, order, withPairs(pairs)).fitConditional(order);
    if (fit && fit.criteria[criterion] < least) [best, least] = [pairs, fit.criteria[criterion]];
  }
  return best;
}

/** What a plane through the regressors leaves; the series itself without regressors. */
function residualsOf(y: Float64Array, regressors: readonly Regressor[]): Float64Array {
  if (regressors.length === 0) return y;
  const all = [{ name: interceptName, values: new Float64Array(y.length).fill(1) }, ...regressors];
  const basis = new RegressorBasis(
    all,
    all.map(({ values }) => values),
  );
  const columns = basis.beside(y);
  const { weights } = leastSquaresLeft(columns.values, columns);
  const rest = y.slice();
  for (const [index, weight] of weights.entries()) {
    for (let row = 0; row < y.length; row++) {
      rest[row] =
        (rest[row] as number) - weight * (columns.values[(index + 1) * columns.rows + row] as number);
    }
  }
  return rest;
}
