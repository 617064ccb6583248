/** Decomposition with several seasons: STL for one after the other, on what the others leave. */
import { knownOptions } from '@noosphere/base';
import { requireSeasons } from '../naive.js';
import { requireSeries } from '../require-series.js';
import { type StlOptions, stl } from './stl.js';
import { strength } from './strength.js';

export interface MstlOptions extends Omit<StlOptions, 'seasonalWindow'> {
  /** Windows of the seasonal smoothers, one a season. @default 11, 15, 19 … from the shortest season to the longest */
  readonly seasonalWindows?: readonly number[];
  /** Rounds over the seasons. @default 2, and 1 for one season */
  readonly rounds?: number;
}

/** y = trend + Σ seasonal + remainder. */
export interface MstlDecomposition {
  readonly trend: Float64Array;
  /** The seasons, from the shortest to the longest. */
  readonly seasonal: readonly {
    readonly season: number;
    readonly values: Float64Array;
    /** From 0 to 1. */
    readonly strength: number;
  }[];
  readonly remainder: Float64Array;
  /** From 0 to 1. */
  readonly trendStrength: number;
}

/**
 * Decomposes y with several seasons, each [N]; needs two of the longest season. Seasons are local means by default, as in
 * R's `mstl` and statsforecast. Bandara, Hyndman & Bergmeir 2021.
 * @example
 * const y = Float64Array.from({ length: 120 }, (_, t) => t + 5 * (t % 4) + 9 * (t % 6));
 * const { seasonal } = decomposeSeasons(y, [6, 4]);
 * console.log(seasonal.map(({ season }) => season)); // → [ 4, 6 ]
 */
export function decomposeSeasons(
  y: Float64Array,
  seasons: readonly number[],
  options: MstlOptions = {},
): MstlDecomposition {
  requireSeasons('decomposeSeasons', seasons);
  const sorted = [...seasons].sort((a, b) => a - b);
  requireSeries('decomposeSeasons', y, 2 * (sorted.at(-1) as number));
  const {
    seasonalWindows,
    rounds = sorted.length === 1 ? 1 : 2,
    ...stlOptions
  } = knownOptions(
    'decomposeSeasons',
    options,
    'seasonalWindows rounds trendWindow lowPassWindow seasonalDegree trendDegree',
    'lowPassDegree seasonalJump trendJump lowPassJump robust innerRounds outerRounds',
  );
  const parts = sorted.map((season, index) => ({
    season,
    window: seasonalWindows?.[index] ?? 11 + 4 * index,
    values: new Float64Array(y.length),
  }));
  const rest = y.slice();
  let trend = new Float64Array(y.length);
  for (let round = 0; round < rounds; round++) {
    for (const { season, window, values } of parts) {
      addTo(rest, values, 1);
      const fit = stl(rest, season, { seasonalDegree: 0, ...stlOptions, seasonalWindow: window });
      values.set(fit.seasonal);
      trend = Float64Array.from(fit.trend);
      addTo(rest, values, -1);
    }
  }
  const remainder = rest.map((value, index) => value - (trend[index] as number));
  return {
    trend,
    seasonal: parts.map(({ season, values }) => ({
      season,
      values,
      strength: strength(y, values, remainder),
    })),
    remainder,
    trendStrength: strength(y, trend, remainder),
  };
}

function addTo(target: Float64Array, values: Float64Array, sign: 1 | -1): void {
  for (let index = 0; index < target.length; index++) {
    target[index] = (target[index] as number) + sign * (values[index] as number);
  }
}
