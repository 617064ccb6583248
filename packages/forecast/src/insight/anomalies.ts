/** Anomalies: values that a model did not expect, or that stand out from what a decomposition leaves. */
import {
  knownOptions,
  medianOf,
  normalQuantile,
  requireValues,
  requireWhole,
  robustDeviation,
} from '@noosphere/base';
import { ArgumentError } from '@noosphere/core';
import { normalTails } from '@noosphere/statistics';
import { stl } from '../local/decomposition/stl.js';
import type { FittedLocalModel, LocalModel } from '../local/local-model.js';
import { requireLevels, requireSeason } from '../local/require-series.js';

export interface DecompositionAnomalyOptions {
  /** Values in a season, which STL takes out with the trend; without, the running median of 11 values is. @default 1 */
  readonly season?: number;
  /** Window of STL's seasonal smoother in seasons, odd; shorter where the season changes. @default one season for all values */
  readonly seasonalWindow?: number;
  /** Robust standard deviations from which on a value is one. @default 3.5 */
  readonly threshold?: number;
}

export interface ModelAnomalyOptions {
  /** Whose intervals are looked at, one step ahead; it needs intervals of its own, or `conformal` around it. */
  readonly model: LocalModel;
  /** Percent of the intervals. @default 99 */
  readonly level?: number;
  /** Values that the model is fitted to; those after them are looked at. @default half of the series */
  readonly trainingLength?: number;
}

export interface Anomaly {
  readonly place: number;
  readonly value: number;
  readonly expected: number;
  readonly lower: number;
  readonly upper: number;
  /** (value - expected) in standard deviations, with its sign. */
  readonly score: number;
}

export interface AnomalyReport {
  readonly anomalies: readonly Anomaly[];
  /** Values that were looked at. */
  readonly checked: number;
  /** Anomalies that so many normal values have by chance. */
  readonly expectedByChance: number;
  /** What was expected of each value, NaN where none was looked at. */
  readonly expected: Float64Array;
}

/** Iglewicz & Hoaglin's threshold. */
const usualThreshold = 3.5;
/** Values on both sides of the running median's. */
const medianReach = 5;

/**
 * Values that stand out. With a model: those outside of its intervals one step ahead, the model fitted once to the first part
 * and led forward over the values before each; nothing later is seen. Without: those whose remainder (of a robust STL, or
 * beside a running median) is more than 3.5 robust deviations from 0; Iglewicz & Hoaglin 1993.
 * @example
 * const y = Float64Array.from({ length: 60 }, (_, t) => 10 + 3 * Math.sin((t * Math.PI) / 6) + Math.sin(t * t) / 4);
 * y[41] = 20;
 * console.log(anomalies(y, { season: 12 }).anomalies.map(({ place }) => place)); // → [ 41 ]
 */
export function anomalies(
  y: Float64Array,
  options: DecompositionAnomalyOptions | ModelAnomalyOptions = {},
): AnomalyReport {
  knownOptions('anomalies', options, 'season seasonalWindow threshold model level trainingLength');
  requireValues('anomalies', 'the series', y, 2 * medianReach + 1);
  return 'model' in options ? byModel(y, options) : byDecomposition(y, options);
}

function byModel(y: Float64Array, options: ModelAnomalyOptions): AnomalyReport {
  const { model, level = 99, trainingLength = Math.ceil(y.length / 2) } = options;
  requireLevels('anomalies', [level]);
  requireWhole('anomalies', 'trainingLength', trainingLength, 1);
  if (trainingLength >= y.length) {
    throw new ArgumentError(
      'anomalies',
      `trainingLength ${trainingLength} leaves nothing of ${y.length} values to look at`,
    );
  }
  const found: Anomaly[] = [];
  const expected = new Float64Array(y.length).fill(Number.NaN);
  let fitted: FittedLocalModel = model.fit(y.slice(0, trainingLength));
  for (let place = trainingLength; place < y.length; place++) {
    if (place > trainingLength) {
      const known = y.slice(0, place);
      fitted = fitted.forward?.(known) ?? model.fit(known);
    }
    const { mean, intervals } = fitted.forecast(1, { levels: [level] });
    const [interval, value, center] = [intervals[0], y[place] as number, mean[0] as number];
    const lower = interval?.lower[0] ?? Number.NaN;
    const upper = interval?.upper[0] ?? Number.NaN;
    if (Number.isNaN(lower) || Number.isNaN(upper)) {
      throw new ArgumentError('anomalies', `${model.name} has no intervals; wrap it in conformal(…)`);
    }
    expected[place] = center;
    if (value >= lower && value <= upper) continue;
    const deviation = (upper - lower) / 2 / normalQuantile(0.5 + level / 200);
    const score =
      deviation > 0 ? (value - center) / deviation : Math.sign(value - center) * Number.POSITIVE_INFINITY;
    found.push({ place, value, expected: center, lower, upper, score });
  }
  const checked = y.length - trainingLength;
  return { anomalies: found, checked, expectedByChance: checked * (1 - level / 100), expected };
}

function byDecomposition(y: Float64Array, options: DecompositionAnomalyOptions): AnomalyReport {
  const { season = 1, threshold = usualThreshold, seasonalWindow = 10 * y.length + 1 } = options;
  requireSeason('anomalies', season, 1);
  if (!(threshold > 0)) {
    throw new ArgumentError('anomalies', `threshold must be above zero, got ${threshold}`);
  }
  const expected = season > 1 ? decomposed(y, season, seasonalWindow) : runningMedian(y);
  const remainder = y.map((value, place) => value - (expected[place] as number));
  const center = medianOf(remainder);
  const size = y.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const deviation = Math.max(robustDeviation(remainder), 1e-12 * size);
  const found: Anomaly[] = [];
  for (const [place, rest] of remainder.entries()) {
    const score = deviation > 0 ? (rest - center) / deviation : 0;
    if (Math.abs(score) <= threshold) continue;
    const middle = (expected[place] as number) + center;
    const [lower, upper] = [middle - threshold * deviation, middle + threshold * deviation];
    found.push({ place, value: y[place] as number, expected: middle, lower, upper, score });
  }
  const expectedByChance = y.length * normalTails(threshold);
  return { anomalies: found, checked: y.length, expectedByChance, expected };
}

function decomposed(y: Float64Array, season: number, seasonalWindow: number): Float64Array {
  const { trend, seasonal } = stl(y, season, { robust: true, seasonalDegree: 0, seasonalWindow });
  return trend.map((value, place) => value + (seasonal[place] as number));
}

function runningMedian(y: Float64Array): Float64Array {
  return y.map((_, place) => {
    const from = Math.min(Math.max(0, place - medianReach), y.length - 2 * medianReach - 1);
    return medianOf(y.subarray(from, from + 2 * medianReach + 1));
  });
}
