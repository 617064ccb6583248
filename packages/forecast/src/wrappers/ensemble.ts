/** Several models as one: mean, median, or weights learnt on the last windows of the training values. */

import { knownOptions, medianOf, requireList } from '@noosphere/base';
import { ArgumentError } from '@noosphere/core';
import { nonNegativeLeastSquares } from '../least-squares/non-negative.js';
import {
  type FittedLocalModel,
  type Interval,
  type LocalForecast,
  type LocalModel,
  settingsOf,
} from '../local/local-model.js';
import { requireSeries } from '../local/require-series.js';
import { forecastWindows, requireWindows, type Window } from './windows.js';

export type Combination = 'mean' | 'median' | 'weighted' | 'stacked';

export interface EnsembleOptions {
  /**
   * `mean`, `median`: of the members at each step. `weighted`: w ∝ 1 / mean absolute error on the windows. `stacked`: the
   * weights, none below zero, with the least squared error on the windows.
   * @default 'mean'
   */
  readonly combine?: Combination;
  /** Origins at the training values' end for `weighted` and `stacked`. @default 2 */
  readonly windows?: number;
  /** Values from one origin to the next. @default the horizon */
  readonly step?: number;
  /** Steps ahead on the windows; needed for `weighted` and `stacked`. */
  readonly horizon?: number;
  /**
   * Of `weighted`: weights are 1 / error^power. 0 is the mean, a large one is nearly the best member alone; single windows say
   * enough for 4 where members differ much (M4's hourly series). @default 1
   */
  readonly power?: number;
  /** Column name in tables. @default 'Ensemble' and how it combines, e.g. `EnsembleMean` */
  readonly name?: string;
}

/**
 * A model that combines others. Its intervals combine theirs end by end, around its own forecast. A member that cannot be
 * fitted to a series is left out there, and named in `estimates.failed`; the ensemble fails where all do.
 * @example
 * const model = ensemble([naive(), drift()], { combine: 'mean' });
 * console.log(model.fit(Float64Array.of(1, 5, 3)).forecast(2).mean); // → Float64Array(2) [ 3.5, 4 ]
 */
export function ensemble(models: readonly LocalModel[], options: EnsembleOptions = {}): LocalModel {
  const { combine = 'mean', power = 1 } = knownOptions(
    'ensemble',
    options,
    'combine windows step horizon power name',
  );
  requireMembers('ensemble', models);
  if (!['mean', 'median', 'weighted', 'stacked'].includes(combine))
    throw new ArgumentError('ensemble', `expected mean, median, weighted or stacked, got '${combine}'`);
  if (!(power >= 0 && power <= 100))
    throw new ArgumentError('ensemble', `power must be from 0 to 100, got ${power}`);
  const isLearnt = combine === 'weighted' || combine === 'stacked';
  const windows = windowsOf('ensemble', options, isLearnt);
  return {
    name: options.name ?? `Ensemble${combine[0]?.toUpperCase()}${combine.slice(1)}`,
    kind: 'ensemble',
    options: { ...options, models: models.map(settingsOf) },
    fit(y, exogenous) {
      requireSeries('ensemble', y, 1);
      const { members, failed } = fitMembers('ensemble', models, (model) => ({
        model,
        fitted: model.fit(y, exogenous),
        found: windows ? forecastWindows('ensemble', model, y, exogenous, windows) : [],
      }));
      const weights = isLearnt
        ? learnWeights(
            combine,
            members.map(({ found }) => found),
            power,
          )
        : members.map(() => 1 / members.length);
      return joinFits(members, {
        estimates: {
          members: members.map(({ model }) => model.name).join(', '),
          ...(combine === 'median' ? {} : { weights }),
          ...(failed.length > 0 ? { failed: failed.join('; ') } : {}),
        },
        join: combine === 'median' ? medianOf : (values) => weightedSum(values, weights),
      });
    },
  };
}

interface Member {
  readonly model: LocalModel;
  readonly fitted: FittedLocalModel;
}

/** Fitted members as one. Forward, weights stay, and so do the estimates of members that can keep theirs. */
function joinFits(
  members: readonly Member[],
  { estimates, join }: { readonly estimates: FittedLocalModel['estimates']; readonly join: Join },
): FittedLocalModel {
  return {
    estimates,
    fitted: joinColumns(
      members.map(({ fitted }) => fitted.fitted),
      join,
    ),
    forecast: (horizon, ahead) =>
      joinForecasts(
        members.map(({ fitted }) => fitted.forecast(horizon, ahead)),
        join,
      ),
    forward: (y, exogenous) =>
      joinFits(
        members.map(({ model, fitted }) => ({
          model,
          fitted: fitted.forward?.(y, exogenous) ?? model.fit(y, exogenous),
        })),
        { estimates, join },
      ),
  };
}

export interface BestOfOptions {
  /** What decides. @default 'mae' */
  readonly metric?: 'mae' | 'rmse' | 'smape200';
  /** Origins at the training values' end. @default 1 */
  readonly windows?: number;
  /** Values from one origin to the next. @default the horizon */
  readonly step?: number;
  /** Steps ahead on the windows. */
  readonly horizon: number;
  /** Column name in tables. @default 'BestOf' */
  readonly name?: string;
}

/**
 * The model with the least error on the last windows of the training values, chosen for each series, then fitted to all of
 * them. What was chosen and all errors are in the estimates; of equals the first one is kept.
 * @example
 * const y = Float64Array.from({ length: 40 }, (_, t) => 2 * t);
 * const { estimates } = bestOf([naive(), drift()], { horizon: 4 }).fit(y);
 * console.log(estimates.chosen, estimates.errors); // → RWD [ 5, 0 ]
 */
export function bestOf(models: readonly LocalModel[], options: BestOfOptions): LocalModel {
  requireMembers('bestOf', models);
  const { metric = 'mae' } = knownOptions('bestOf', options, 'metric windows step horizon name');
  const measure = measures[metric];
  if (!measure) throw new ArgumentError('bestOf', `expected mae, rmse or smape200, got '${metric}'`);
  const windows = windowsOf('bestOf', { windows: 1, ...options }, true) as Required<WindowsGiven>;
  return {
    name: options.name ?? 'BestOf',
    kind: 'bestOf',
    options: { ...options, models: models.map(settingsOf) },
    fit(y, exogenous) {
      requireSeries('bestOf', y, 1);
      const { members, failed } = fitMembers('bestOf', models, (model) => ({
        model,
        error: measure(forecastWindows('bestOf', model, y, exogenous, windows)),
      }));
      const best = members.reduce((a, b) => (b.error < a.error ? b : a));
      const fitted: FittedLocalModel = best.model.fit(y, exogenous);
      const estimates = {
        ...fitted.estimates,
        chosen: best.model.name,
        candidates: members.map(({ model }) => model.name).join(', '),
        errors: members.map(({ error }) => error),
        ...(failed.length > 0 ? { failed: failed.join('; ') } : {}),
      };
      return { ...fitted, estimates };
    },
  };
}

const measures: Readonly<
  Record<NonNullable<BestOfOptions['metric']>, (windows: readonly Window[]) => number>
> = {
  mae: (windows) => meanOver(windows, (y, f) => Math.abs(y - f)),
  rmse: (windows) => Math.sqrt(meanOver(windows, (y, f) => (y - f) ** 2)),
  smape200: (windows) =>
    meanOver(windows, (y, f) => (y === f ? 0 : (200 * Math.abs(y - f)) / (Math.abs(y) + Math.abs(f)))),
};

function meanOver(windows: readonly Window[], measure: (y: number, forecast: number) => number): number {
  let [sum, count] = [0, 0];
  for (const { forecast, actual } of windows) {
    actual.forEach((value, step) => {
      sum += measure(value, forecast[step] as number);
    });
    count += actual.length;
  }
  return sum / count;
}

interface WindowsGiven {
  readonly windows?: number;
  readonly step?: number;
  readonly horizon?: number;
}

function windowsOf(
  operation: string,
  { windows = 2, step, horizon }: WindowsGiven,
  isNeeded: boolean,
): Required<WindowsGiven> | undefined {
  if (!isNeeded) return undefined;
  if (horizon === undefined)
    throw new ArgumentError(
      operation,
      'expects the horizon of its windows; give horizon: …, the one it will forecast',
    );
  const given = { windows, step: step ?? horizon, horizon };
  requireWindows(operation, given);
  return given;
}

function requireMembers(operation: string, models: readonly LocalModel[]): void {
  requireList(operation, 'models', models);
  if (models.length === 0) throw new ArgumentError(operation, 'expects at least one model, got none');
}

/** Members that can be fitted, and why others cannot. */
function fitMembers<T>(
  operation: string,
  models: readonly LocalModel[],
  fit: (model: LocalModel) => T,
): { members: T[]; failed: string[] } {
  const members: T[] = [];
  const failed: string[] = [];
  for (const model of models) {
    try {
      members.push(fit(model));
    } catch (error) {
      failed.push(`${model.name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  if (members.length === 0)
    throw new ArgumentError(operation, `no member can be fitted: ${failed.join('; ')}`);
  return { members, failed };
}

/** One weight a member, from the members' windows. */
function learnWeights(
  combine: 'weighted' | 'stacked',
  found: readonly (readonly Window[])[],
  power: number,
): number[] {
  const [first = []] = found;
  const equal = found.map(() => 1 / found.length);
  if (combine === 'weighted') {
    const errors = found.map(measures.mae);
    const exact = errors.filter((error) => error === 0).length;
    // Members without any error share all the weight.
    const least = Math.min(...errors);
    const shares = errors.map((error) => (exact > 0 ? (error === 0 ? 1 : 0) : (least / error) ** power));
    const sum = shares.reduce((total, share) => total + share, 0);
    return shares.map((share) => share / sum);
  }
  const target = Float64Array.from(first.flatMap(({ actual }) => Array.from(actual)));
  const columns = found.map((windows) =>
    Float64Array.from(windows.flatMap(({ forecast }) => Array.from(forecast))),
  );
  const weights = nonNegativeLeastSquares(columns, target);
  return weights.some((weight) => weight > 0) ? Array.from(weights) : equal;
}

function weightedSum(values: readonly number[], weights: readonly number[]): number {
  return values.reduce((sum, value, member) => sum + value * (weights[member] as number), 0);
}

type Join = (values: readonly number[]) => number;

function joinColumns(columns: readonly Float64Array[], join: Join): Float64Array {
  return Float64Array.from(columns[0] ?? [], (_, row) =>
    join(columns.map((column) => column[row] as number)),
  );
}

/** Distances of the ends from each member's forecast are combined: weights need not add up to one. */
function joinForecasts(forecasts: readonly LocalForecast[], join: Join): LocalForecast {
  const mean = joinColumns(
    forecasts.map((each) => each.mean),
    join,
  );
  const [first] = forecasts;
  const intervals = (first?.intervals ?? []).map(({ level }, index): Interval => {
    const end = (of: 'lower' | 'upper') => {
      const away = forecasts.map((each) =>
        (each.intervals[index] as Interval)[of].map((value, step) => value - (each.mean[step] as number)),
      );
      return joinColumns(away, join).map((distance, step) => (mean[step] as number) + distance);
    };
    return { level, lower: end('lower'), upper: end('upper') };
  });
  return { mean, intervals };
}
