/** Distributions: tails, as tests of significance need them, and quantiles. */
import jStat from 'jstat';

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

/** x with P(X ≤ x) = probability, for Student's t. */
export function studentQuantile(probability: number, freedom: number): number {
  return jStat.studentt.inv(probability, freedom);
}

/** P(Z ≤ z) of the standard normal. */
export function normalCdf(z: number): number {
  return jStat.normal.cdf(z, 0, 1);
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
