/** Forecasts by decomposition: the seasons are repeated, the rest is forecast by another model. */
import { knownOptions } from '@noosphere/base';
import { autoEts } from '../ets/ets-models.js';
import { type ContinuingFit, localModel } from '../fitted-model.js';
import type { FittedLocalModel, LocalModel } from '../local-model.js';
import { repeatSeason, requireSeasons } from '../naive.js';
import { decomposeSeasons, type MstlOptions } from './mstl.js';

export interface MstlModelOptions {
  /** Values in each season, such as [24, 168] for hours with days and weeks. */
  readonly seasons: readonly number[];
  /** Model of the series without its seasons. @default autoEts({ model: 'ZZN' }) */
  readonly trend?: LocalModel;
  /** @default windows 11, 15, … and no robustness */
  readonly decomposition?: MstlOptions;
}

/**
 * MSTL: the series without its seasons is forecast by `trend`, and the last of each season is put back. Intervals are those of
 * `trend`. Seasons that a series has not twice are left out (where that is all of them, `trend` forecasts it alone), and the
 * estimates tell which were fitted. Bandara, Hyndman & Bergmeir 2021; statsforecast's `MSTL`.
 * @example
 * const y = Float64Array.from({ length: 60 }, (_, t) => 50 + t + 5 * (t % 4) + Math.sin(t * t));
 * const { mean } = mstl({ seasons: [4], trend: drift() }).fit(y).forecast(4);
 * console.log((mean[3] ?? 0) > (mean[0] ?? 0)); // → true
 */
export function mstl(options: MstlModelOptions): LocalModel {
  const {
    seasons,
    trend = autoEts({ model: 'ZZN' }),
    decomposition = {},
  } = knownOptions('mstl', options, 'seasons trend decomposition');
  requireSeasons('mstl', seasons);
  const { name, kind, options: trendOptions } = trend;
  const settings = { seasons: [...seasons], trend: { name, kind, options: trendOptions }, decomposition };
  return localModel(
    { name: 'MSTL', kind: 'mstl', options: settings },
    1,
    (y) => fitMstl(y, seasons, decomposition, trend, (rest) => trend.fit(rest)),
    (estimates, y) =>
      fitMstl(y, seasons, decomposition, trend, (rest) => trend.resume?.(estimates, rest) ?? trend.fit(rest)),
  );
}

/** The options of the seasons that are left: windows belong to seasons by size. */
function decompositionOf(
  seasons: readonly number[],
  seen: readonly number[],
  { seasonalWindows, ...others }: MstlOptions,
): MstlOptions {
  const sizes = [...seasons].sort((a, b) => a - b);
  const windows = seasonalWindows?.filter((_, index) => seen.includes(sizes[index] as number));
  return windows ? { ...others, seasonalWindows: windows } : others;
}

/** Decomposes anew; the model of the rest is fitted, or goes forward. */
function fitMstl(
  y: Float64Array,
  seasons: readonly number[],
  decomposition: MstlOptions,
  trend: LocalModel,
  fitRest: (rest: Float64Array) => FittedLocalModel,
): ContinuingFit {
  const seen = seasons.filter((length) => y.length >= 2 * length);
  const seasonal =
    seen.length > 0 ? decomposeSeasons(y, seen, decompositionOf(seasons, seen, decomposition)).seasonal : [];
  const season = y.map((_, index) =>
    seasonal.reduce((sum, { values }) => sum + (values[index] as number), 0),
  );
  const rest = fitRest(y.map((value, index) => value - (season[index] as number)));
  const putBack = (values: Float64Array) => {
    const cycles = seasonal.map(({ season: length, values: all }) =>
      repeatSeason(all.subarray(y.length - length), values.length),
    );
    return values.map((value, step) => cycles.reduce((sum, cycle) => sum + (cycle[step] as number), value));
  };
  return {
    estimates: { ...rest.estimates, seasons: seen },
    fitted: rest.fitted.map((value, index) => value + (season[index] as number)),
    mean: (horizon) => putBack(rest.forecast(horizon).mean),
    spread: (mean, levels) =>
      rest.forecast(mean.length, { levels }).intervals.map(({ level, lower, upper }) => ({
        level,
        lower: putBack(lower),
        upper: putBack(upper),
      })),
    forward: (later) =>
      fitMstl(later, seasons, decomposition, trend, (left) => rest.forward?.(left) ?? trend.fit(left)),
  };
}
