/** What models of one series share once they are fitted: checks of a forecast's arguments, and its intervals. */
import { requireWhole } from '@noosphere/base';
import type { Estimates, FittedLocalModel, Interval, LocalModel, LocalModelKind } from './local-model.js';
import { normalIntervals } from './normal-intervals.js';
import { requireLevels, requireSeries } from './require-series.js';

/** A fit, before its forecasts are wrapped. */
export interface LocalFit {
  readonly estimates: Estimates;
  readonly fitted: Float64Array;
  /** Point forecasts. */
  mean(horizon: number): Float64Array;
  /** Intervals around them: standard deviations of normal errors, or the intervals themselves. */
  spread(mean: Float64Array, levels: readonly number[]): Float64Array | readonly Interval[];
  /** The same estimates over other values; left out where they are nothing without the values. */
  forward?(y: Float64Array): ContinuingFit;
}

/** A fit whose estimates may be kept while the series goes on. */
export type ContinuingFit = LocalFit & Required<Pick<LocalFit, 'forward'>>;

/** Plain settings and a fit become a model; the series is checked before `fit` and `resume` see it. */
export function localModel(
  settings: { readonly name: string; readonly kind: LocalModelKind; readonly options: object },
  minimum: number,
  fit: (y: Float64Array) => LocalFit,
  resume?: (estimates: Estimates, y: Float64Array) => LocalFit,
): LocalModel {
  const { name, kind } = settings;
  return {
    name,
    kind,
    options: Object.fromEntries(Object.entries(settings.options)),
    fit(y) {
      requireSeries(kind, y, minimum);
      return fittedModel(kind, minimum, fit(y));
    },
    ...(resume && {
      resume(estimates, y) {
        requireSeries(kind, y, minimum);
        return fittedModel(kind, minimum, resume(estimates, y));
      },
    }),
  };
}

function fittedModel(
  kind: string,
  minimum: number,
  { estimates, fitted, forward, ...fit }: LocalFit,
): FittedLocalModel {
  return {
    estimates,
    fitted,
    forecast(horizon, { levels = [] } = {}) {
      requireWhole(kind, 'horizon', horizon, 1);
      requireLevels(kind, levels);
      const mean = fit.mean(horizon);
      if (levels.length === 0) return { mean, intervals: [] };
      const spread = fit.spread(mean, levels);
      return {
        mean,
        intervals: spread instanceof Float64Array ? normalIntervals(mean, spread, levels) : spread,
      };
    },
    ...(forward && {
      forward(y) {
        requireSeries(kind, y, minimum);
        return fittedModel(kind, minimum, forward(y));
      },
    }),
  };
}

/** √(Σ e² / count) over the errors that there are; 0 where nothing is left to count. */
export function residualDeviation(y: Float64Array, fitted: Float64Array, count: number): number {
  let squares = 0;
  for (let index = 0; index < y.length; index++) {
    const error = (y[index] as number) - (fitted[index] as number);
    if (!Number.isNaN(error)) squares += error * error;
  }
  return count > 0 ? Math.sqrt(squares / count) : 0;
}
