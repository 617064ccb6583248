/** Seasonality: the periods of a series, found in its spectrum and confirmed by its autocorrelation. */
import { knownOptions, meanOf, requireValues, requireWhole, varianceOf } from '@noosphere/base';
import { ArgumentError } from '@noosphere/core';
import { autocorrelations } from '@noosphere/statistics';
import { stl } from '../local/decomposition/stl.js';

export interface SeasonalityOptions {
  /** The longest period that is looked for. @default a third of the values */
  readonly longest?: number;
  /** Chance that a series without periods shows one. @default 0.01 */
  readonly significance?: number;
}

export interface SeasonalPeriod {
  /** Values in a season. */
  readonly period: number;
  /** Share of the variance (without the line through the series) at the frequency of the period. */
  readonly power: number;
  /** Of a peak as high in red noise, however many frequencies were looked at. */
  readonly pValue: number;
  readonly autocorrelation: number;
  /** Of the season by STL, from 0 to 1. */
  readonly strength: number;
}

/** A period that divides a longer one is its overtone, unless its autocorrelation is this share of the longer one's. */
const overtoneShare = 0.7;

/**
 * Periods of a series, the strongest first. A peak of the periodogram counts where it stands out from red noise with the
 * series' own lag-1 autocorrelation (Gilman, Fuglister & Mitchell 1963), over all frequencies; its period is the lag nearby
 * with the largest autocorrelation, which must be a top and significant (Vlachos, Yu & Castelli 2005). O(n²).
 * @example
 * const y = Float64Array.from({ length: 200 }, (_, t) => 0.1 * t + 3 * Math.sin((2 * Math.PI * t) / 12) + Math.sin(t * t));
 * console.log(seasonalityOf(y).map(({ period }) => period)); // → [ 12 ]
 */
export function seasonalityOf(y: Float64Array, options: SeasonalityOptions = {}): readonly SeasonalPeriod[] {
  requireValues('seasonalityOf', 'the series', y, 8);
  const { longest = Math.floor(y.length / 3), significance = 0.01 } = knownOptions(
    'seasonalityOf',
    options,
    'longest significance',
  );
  requireWhole('seasonalityOf', 'longest', longest, 2);
  if (!(significance > 0 && significance < 1)) {
    throw new ArgumentError('seasonalityOf', `significance lies between 0 and 1, got ${significance}`);
  }
  const rest = withoutLine(y);
  const size = y.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  if (varianceOf(rest) <= (1e-12 * size) ** 2) return [];
  const limit = Math.min(longest, Math.floor(y.length / 2));
  const correlations = autocorrelations(rest, Math.min(y.length - 1, limit + 1));
  const found = new Map<number, Omit<SeasonalPeriod, 'strength'>>();
  for (const { frequency, power, pValue } of peaksOf(rest, correlations[1] as number)) {
    if (pValue > significance) continue;
    const period = topNear(correlations, y.length, frequency, limit);
    if (period === undefined) continue;
    const known = found.get(period);
    if (!known || known.power < power) {
      found.set(period, { period, power, pValue, autocorrelation: correlations[period] as number });
    }
  }
  const all = [...found.values()];
  return all
    .filter((each) => !all.some((other) => isOvertone(each, other)))
    .sort((a, b) => b.power - a.power)
    .map((each) => ({ ...each, strength: stl(y, each.period).seasonalStrength }));
}

function withoutLine(y: Float64Array): Float64Array {
  const mean = meanOf(y);
  const center = (y.length - 1) / 2;
  let [product, spread] = [0, 0];
  for (const [row, value] of y.entries()) {
    product += (row - center) * value;
    spread += (row - center) ** 2;
  }
  return y.map((value, row) => value - mean - (product / spread) * (row - center));
}

interface Peak {
  /** Waves in the series. */
  readonly frequency: number;
  readonly power: number;
  readonly pValue: number;
}

/** Local tops of the periodogram. Ordinates over their expectation are exponential: P(any > x) = 1 - (1 - e^-x)^count. */
function peaksOf(rest: Float64Array, lagOne: number): Peak[] {
  const count = rest.length;
  const half = Math.floor((count - 1) / 2);
  const powers = new Float64Array(half + 2);
  let total = 0;
  for (let frequency = 1; frequency <= half; frequency++) {
    powers[frequency] = powerAt(rest, frequency);
    total += powers[frequency] as number;
  }
  const red = Math.min(0.99, Math.max(0, lagOne));
  const noise = (frequency: number) =>
    (1 - red * red) / (1 + red * red - 2 * red * Math.cos((2 * Math.PI * frequency) / count));
  let expected = 0;
  for (let frequency = 1; frequency <= half; frequency++) expected += noise(frequency);
  const peaks: Peak[] = [];
  for (let frequency = 1; frequency <= half; frequency++) {
    const power = powers[frequency] as number;
    if (power < (powers[frequency - 1] as number) || power < (powers[frequency + 1] as number)) continue;
    const ratio = power / total / (noise(frequency) / expected);
    peaks.push({
      frequency,
      power: power / total,
      pValue: -Math.expm1(half * Math.log1p(-Math.exp(-ratio))),
    });
  }
  return peaks;
}

/** |Σ y exp(-2πi f t / n)|² by Goertzel's recursion. */
function powerAt(values: Float64Array, frequency: number): number {
  const factor = 2 * Math.cos((2 * Math.PI * frequency) / values.length);
  let [last, before] = [0, 0];
  for (let row = 0; row < values.length; row++) {
    const next = (values[row] as number) + factor * last - before;
    before = last;
    last = next;
  }
  return last * last + before * before - factor * last * before;
}

/** The lag with the largest autocorrelation between the neighbouring frequencies, if it is a top, and significant. */
function topNear(
  correlations: Float64Array,
  count: number,
  frequency: number,
  limit: number,
): number | undefined {
  const low = Math.max(2, Math.floor(count / (frequency + 1)));
  const high = Math.min(limit, Math.ceil(count / Math.max(0.5, frequency - 1)));
  let best: number | undefined;
  for (let lag = low; lag <= high; lag++) {
    const value = correlations[lag] as number;
    const isTop =
      value >= (correlations[lag - 1] as number) &&
      value >= (correlations[lag + 1] ?? Number.NEGATIVE_INFINITY);
    if (isTop && (best === undefined || value > (correlations[best] as number))) best = lag;
  }
  return best !== undefined && (correlations[best] as number) > 1.96 / Math.sqrt(count) ? best : undefined;
}

function isOvertone(
  { period, autocorrelation }: { readonly period: number; readonly autocorrelation: number },
  other: { readonly period: number; readonly autocorrelation: number; readonly power: number },
): boolean {
  if (other.period <= period) return false;
  const times = other.period / period;
  const isPart = Math.abs(times - Math.round(times)) * period <= 1;
  return isPart && autocorrelation < overtoneShare * other.autocorrelation;
}
