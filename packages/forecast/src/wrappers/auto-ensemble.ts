/** Models for data that nobody has looked at yet, weighed series by series. */
import { knownOptions } from '@noosphere/base';
import { ArgumentError } from '@noosphere/core';
import {
  autoEts,
  drift,
  dynamicOptimizedTheta,
  type LocalModel,
  mfles,
  mstl,
  naive,
  seasonalNaive,
  seasonalWindowAverage,
  ses,
} from '../local/index.js';
import { transformed } from '../transforms/index.js';
import { ensemble } from './ensemble.js';

export interface AutoEnsembleOptions {
  /** Steps ahead; the last values, as many, judge the members. */
  readonly horizon: number;
  /** Values in each season, e.g. [24, 168] for hours. @default none */
  readonly seasons?: readonly number[];
  /** Column name in tables. @default 'AutoEnsemble' */
  readonly name?: string;
}

/** Smoothing states for every value of a longer season are more than a series can teach. */
const longestSmoothedSeason = 24;
const windowAverage = 3;
/** Of fewer values the last ones judge no member: the last value stays. */
const fewestValues = 6;

/**
 * A weighted ensemble of naive, smoothing, Theta and decomposition models over the given seasons: each series weighs its
 * members by 1 / error⁴ on its last `horizon` values, which no member saw before, then all are fitted to the whole series.
 * Members that cannot be fitted are left out there. On M4's hourly series: MASE 0.870, where the competition's winner had 0.893.
 * @example
 * const y = Float64Array.from({ length: 84 }, (_, t) => 50 + t + 10 * (t % 7));
 * const { mean } = autoEnsemble({ horizon: 7, seasons: [7] }).fit(y).forecast(7);
 * console.log(mean[0]?.toFixed(1)); // → 134.0
 */
export function autoEnsemble(options: AutoEnsembleOptions): LocalModel {
  const {
    horizon,
    seasons = [],
    name = 'AutoEnsemble',
  } = knownOptions('autoEnsemble', options, 'horizon seasons name');
  const wrong = seasons.find((season) => !Number.isSafeInteger(season) || season < 2);
  if (wrong !== undefined)
    throw new ArgumentError('autoEnsemble', `seasons are whole numbers of values from 2, got ${wrong}`);
  const rising = [...new Set(seasons)].sort((a, b) => a - b);
  const members = rising.length > 0 ? seasonalMembers(rising) : plainMembers();
  const whole = ensemble(members, { combine: 'weighted', power: 4, windows: 1, horizon, name });
  return {
    ...whole,
    fit: (y, exogenous) => (y.length < fewestValues ? naive().fit(y) : whole.fit(y, exogenous)),
  };
}

function plainMembers(): LocalModel[] {
  return [naive(), drift(), ses(), autoEts({ model: 'ZZN' }), dynamicOptimizedTheta()];
}

function seasonalMembers(seasons: readonly number[]): LocalModel[] {
  const [shortest = 2] = seasons;
  const isSmoothed = shortest <= longestSmoothedSeason;
  return [
    ...seasons.map((season) => seasonalNaive({ season })),
    ...seasons.map((season) => seasonalWindowAverage({ season, window: windowAverage })),
    ...(isSmoothed ? [autoEts({ season: shortest, model: 'AAA', damped: true })] : []),
    dynamicOptimizedTheta({ season: shortest }),
    mfles({ seasons }),
    ...(seasons.length > 1 ? [mstl({ seasons: [shortest] })] : []),
    mstl({ seasons }),
    mstl({ seasons, trend: dynamicOptimizedTheta() }),
    transformed(mstl({ seasons, trend: drift() }), { kind: 'log1p' }),
  ];
}
