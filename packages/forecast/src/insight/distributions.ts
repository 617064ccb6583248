/** Tails of distributions, as tests of significance need them. */
import { ArgumentError } from '@noosphere/core';
import jStat from 'jstat';
import { medianOf } from '../order-statistics.js';

/** P(X > x) of chi-squared. */
export function chiSquaredTail(statistic: number, freedom: number): number {
  return clamp(1 - jStat.chisquare.cdf(statistic, freedom));
}

/** P(|Z| > |z|) of the standard normal. */
export function normalTails(z: number): number {
  return chiSquaredTail(z * z, 1);
}

/** P(|T| > |t|) of Student's t. */
export function studentTails(t: number, freedom: number): number {
  return clamp(2 * (1 - jStat.studentt.cdf(Math.abs(t), freedom)));
}

/** Half the width of an interval of so many percent, in standard errors. */
export function studentWidth(level: number, freedom: number): number {
  return jStat.studentt.inv(0.5 + level / 200, freedom);
}

/** P(K > x) of Kolmogorov's distribution: 2 Σ (-1)^(k-1) exp(-2 k² x²). */
export function kolmogorovTail(x: number): number {
  if (x < 0.2) return 1;
  let sum = 0;
  for (let k = 1; k <= 100; k++) sum += (k % 2 === 1 ? 2 : -2) * Math.exp(-2 * k * k * x * x);
  return clamp(sum);
}

function clamp(probability: number): number {
  return Math.min(1, Math.max(0, probability));
}

/** Enough values, and all of them numbers. */
export function requireValues(operation: string, name: string, values: Float64Array, minimum: number): void {
  if (values.length < minimum) {
    throw new ArgumentError(operation, `${name} needs at least ${minimum} values, got ${values.length}`);
  }
  const bad = values.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) {
    throw new ArgumentError(
      operation,
      `value ${bad} of ${name} is ${values[bad]}; fill gaps or leave them out`,
    );
  }
}

export function meanOf(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Mean of squared differences from the mean. */
export function varianceOf(values: Float64Array): number {
  const mean = meanOf(values);
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
}

/** Median of distances from the median, × 1.4826: the standard deviation of normal values, whatever outliers there are. */
export function robustDeviation(values: Float64Array): number {
  const median = medianOf(values);
  return 1.482602218505602 * medianOf(values.map((value) => Math.abs(value - median)));
}

/** Autocorrelations at lags 0 … count. */
export function autocorrelations(values: Float64Array, count: number): Float64Array {
  const mean = meanOf(values);
  const rest = values.map((value) => value - mean);
  const product = (lag: number) => {
    let sum = 0;
    for (let row = lag; row < rest.length; row++) sum += (rest[row] as number) * (rest[row - lag] as number);
    return sum;
  };
  const total = product(0);
  return new Float64Array(count + 1).map((_, lag) => (lag === 0 ? 1 : total > 0 ? product(lag) / total : 0));
}
