/** Forecasts of an exponential smoothing model, and the variance of their errors. */
import { normalQuantile, quantileOf } from '@noosphere/base';
import type { Interval } from '../local-model.js';
import { normalIntervals } from '../normal-intervals.js';
import type { EtsFit } from './fit-ets.js';

/** Paths that are drawn where no variance is known in closed form. */
const paths = 5000;

/** Point forecasts: the states go on without errors. */
export function etsMean(fit: EtsFit, horizon: number): Float64Array {
  const { trend, season } = fit.components;
  const fades = sumsOfPhi(fit.parameters.phi, horizon);
  return Float64Array.from({ length: horizon }, (_, step) => {
    const fade = fades[step] ?? 0;
    const path = trend === 'M' ? fit.level * fit.growth ** fade : fit.level + fade * fit.growth;
    const place = fit.seasons[step % fit.period] ?? 0;
    return season === 'M' ? path * place : path + place;
  });
}

/** φ + φ² + … + φʰ for every h. */
function sumsOfPhi(phi: number, horizon: number): Float64Array {
  let sum = 0;
  return Float64Array.from({ length: horizon }, (_, step) => {
    sum += phi ** (step + 1);
    return sum;
  });
}

/**
 * Intervals. Additive errors: variance σ² (1 + Σ c²). Relative errors, nothing that multiplies: the recursion
 * θ[h] = μ[h]² + σ² Σ c[j]² θ[h-j], variance (1 + σ²) θ[h] - μ[h]². Seasons that multiply: the same without seasons,
 * θ[h] · (1 + σ²) (1 + γ²σ²)^k - μ[h]², times the season squared, k being the whole seasons in h - 1 (exact in the
 * first season). A trend that multiplies: quantiles of 5,000 drawn paths, from a seed that is always the same.
 * c[j] = α + β (φ + … + φʲ) + γ [j is a whole number of seasons]. Hyndman, Koehler, Ord & Snyder 2005; fpp3 8.7.
 */
export function etsIntervals(
  fit: EtsFit,
  mean: Float64Array,
  levels: readonly number[],
): Float64Array | readonly Interval[] {
  const { error, trend, season } = fit.components;
  if (trend === 'M') return drawnIntervals(fit, mean.length, levels);
  if (error === 'A') return additiveDeviations(fit, mean.length);
  if (season === 'M') return normalIntervals(mean, seasonalDeviations(fit, mean), levels);
  const theta = secondMoments(fit, mean, fit.components.season === 'A');
  return mean.map((value, step) => deviation((1 + fit.variance) * (theta[step] ?? 0) - value * value));
}

/** What an error moves the forecast j steps later, as a share of itself. */
function responses(
  { parameters, period, components }: EtsFit,
  horizon: number,
  hasSeason: boolean,
): Float64Array {
  const fades = sumsOfPhi(parameters.phi, horizon);
  return fades.map(
    (fade, index) =>
      parameters.alpha +
      (components.trend === 'N' ? 0 : parameters.beta * fade) +
      (hasSeason && (index + 1) % period === 0 ? parameters.gamma : 0),
  );
}

function additiveDeviations(fit: EtsFit, horizon: number): Float64Array {
  const response = responses(fit, horizon, fit.components.season === 'A');
  let sum = 1;
  return response.map((share) => {
    const variance = fit.variance * sum;
    sum += share * share;
    return deviation(variance);
  });
}

/** E[forecast²] of every step, for relative errors. */
function secondMoments(fit: EtsFit, mean: Float64Array, hasSeason: boolean): Float64Array {
  const response = responses(fit, mean.length, hasSeason);
  const theta = new Float64Array(mean.length);
  for (let step = 0; step < mean.length; step++) {
    let sum = 0;
    for (let back = 1; back <= step; back++) {
      sum += (response[back - 1] as number) ** 2 * (theta[step - back] as number);
    }
    theta[step] = (mean[step] as number) ** 2 + fit.variance * sum;
  }
  return theta;
}

function seasonalDeviations(fit: EtsFit, mean: Float64Array): Float64Array {
  const seasons = mean.map((_, step) => fit.seasons[step % fit.period] ?? 0);
  const path = mean.map((value, step) => value / (seasons[step] || 1));
  const theta = secondMoments(fit, path, false);
  const ofSeason = 1 + fit.parameters.gamma ** 2 * fit.variance;
  return path.map((value, step) => {
    const factor = (1 + fit.variance) * ofSeason ** Math.floor(step / fit.period);
    return Math.abs(seasons[step] ?? 0) * deviation((theta[step] ?? 0) * factor - value * value);
  });
}

function deviation(variance: number): number {
  return Math.sqrt(Math.max(variance, 0));
}

/** Quantiles of paths with normal relative errors. */
function drawnIntervals(fit: EtsFit, horizon: number, levels: readonly number[]): Interval[] {
  const draw = normalStream(1);
  const drawn = Array.from({ length: horizon }, () => new Float64Array(paths));
  for (let path = 0; path < paths; path++) drawPath(fit, draw, path, drawn);
  for (const values of drawn) values.sort();
  return levels.map((level) => ({
    level,
    lower: Float64Array.from(drawn, (values) => quantileOf(values, 0.5 - level / 200)),
    upper: Float64Array.from(drawn, (values) => quantileOf(values, 0.5 + level / 200)),
  }));
}

function drawPath(fit: EtsFit, draw: () => number, path: number, drawn: readonly Float64Array[]): void {
  const { alpha, beta, gamma, phi } = fit.parameters;
  const hasSeason = fit.components.season === 'M';
  const sigma = Math.sqrt(fit.variance);
  const seasons = fit.seasons.slice();
  let { level, growth } = fit;
  for (const [step, values] of drawn.entries()) {
    const place = step % fit.period;
    const season = hasSeason ? (seasons[place] ?? 1) : 1;
    const fade = Math.max(growth, 0) ** phi;
    const trend = level * fade;
    const error = sigma * draw();
    values[path] = trend * season * (1 + error);
    // In error-correction form: level = trend (1 + α e), growth = fade (1 + β e), season (1 + γ e).
    level = trend * (1 + alpha * error);
    growth = fade * (1 + beta * error);
    if (hasSeason) seasons[place] = season * (1 + gamma * error);
  }
}

/** Standard normal numbers from a seed: quantiles of mulberry32. `Random` of train would load all of train into each thread. */
function normalStream(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return normalQuantile((((mixed ^ (mixed >>> 14)) >>> 0) + 0.5) / 2 ** 32);
  };
}
