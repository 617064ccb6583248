/** Whether two forecasts differ by more than chance. Diebold & Mariano 1995; Harvey, Leybourne & Newbold 1997. */
import { requireSameCount } from './errors.js';

export interface DieboldMariano {
  /** Below zero where the first forecast has the lower mean absolute error. */
  readonly statistic: number;
  /** Two-sided. */
  readonly pValue: number;
}

/**
 * d[t] = |y - a| - |y - b|; statistic = mean d / √(v / N), with v the variance of d and twice its autocovariances up to
 * lag h - 1, which overlapping targets have (weighted by Bartlett, so that v is never negative). p from the normal distribution.
 * @example
 * console.log(dieboldMariano([1, 2, 3, 4], [1, 2, 3, 5], [2, 2, 4, 4], 1).statistic.toFixed(3)); // → -0.603
 */
export function dieboldMariano(
  actual: ArrayLike<number>,
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  horizon: number,
): DieboldMariano {
  requireSameCount('dieboldMariano', actual, a);
  requireSameCount('dieboldMariano', actual, b);
  const differences = Float64Array.from(actual, (value, index) => {
    return Math.abs(value - (a[index] ?? Number.NaN)) - Math.abs(value - (b[index] ?? Number.NaN));
  });
  return dieboldMarianoOf(differences, horizon);
}

/** The same from the differences of the losses, in the order of time. */
export function dieboldMarianoOf(differences: Float64Array, horizon: number): DieboldMariano {
  const count = differences.length;
  const mean = differences.reduce((sum, each) => sum + each, 0) / count;
  let variance = covariance(differences, mean, 0);
  for (let lag = 1; lag < Math.min(horizon, count); lag++) {
    variance += 2 * (1 - lag / horizon) * covariance(differences, mean, lag);
  }
  // Equal forecasts differ by nothing, for certain.
  if (!(variance > 0)) return { statistic: 0, pValue: 1 };
  const statistic = mean / Math.sqrt(variance / count);
  return { statistic, pValue: twoSidedNormal(statistic) };
}

function covariance(values: Float64Array, mean: number, lag: number): number {
  let sum = 0;
  for (let index = lag; index < values.length; index++) {
    sum += ((values[index] ?? 0) - mean) * ((values[index - lag] ?? 0) - mean);
  }
  return sum / values.length;
}

/** P(|Z| > |z|) = erfc(|z| / √2); error below 1.2e-7. Numerical Recipes, `erfcc`. */
export function twoSidedNormal(z: number): number {
  const x = Math.abs(z) / Math.SQRT2;
  const t = 1 / (1 + 0.5 * x);
  const coefficients = [
    0.17087277, -0.82215223, 1.48851587, -1.13520398, 0.27886807, -0.18628806, 0.09678418, 0.37409196,
    1.00002368, -1.26551223,
  ];
  return t * Math.exp(-x * x + coefficients.reduce((sum, each) => sum * t + each, 0));
}
