/** Covariances of returns from what was: plain and exponentially weighted. */
import { dot, knownOptions, requirePositive } from '@noosphere/base';
import { ArgumentError } from '@noosphere/core';
import { decayOf } from './expected-returns.js';
import { positivePart } from './positive-semidefinite.js';
import { requireCovariance, requireTable } from './tables.js';

export interface CovarianceOptions {
  /** Periods in a year: 252 for trading days, 1 to stay with the period of the data. @default 252 */
  readonly periodsPerYear?: number;
}

/**
 * Sample covariance with divisor n - 1, by the year. NaN are gaps: each pair is taken over the rows that both have, and negative
 * eigenvalues that may come of it are set to zero.
 *
 * @param returns - one array an asset, all of one length
 * @returns [assets, assets] as rows
 *
 * @example
 * const returns = [Float64Array.of(0.01, -0.01, 0.03), Float64Array.of(0.02, 0, 0.01)];
 * const covariance = sampleCovariance(returns, { periodsPerYear: 1 });
 * console.log(covariance.map((row) => Array.from(row, (value) => value.toFixed(5))));
 * // → [ [ '0.00040', '0.00010' ], [ '0.00010', '0.00010' ] ]
 */
export function sampleCovariance(
  returns: readonly Float64Array[],
  options: CovarianceOptions = {},
): Float64Array[] {
  const { periodsPerYear = 252 } = knownOptions('sampleCovariance', options, 'periodsPerYear');
  requireTable('sampleCovariance', returns, { allowGaps: true });
  requirePositive('sampleCovariance', 'periodsPerYear', periodsPerYear);
  const hasGaps = returns.some((column) => column.some(Number.isNaN));
  const entry = hasGaps ? pairwise : complete(returns);
  const covariance = symmetric(returns.length, (i, j) => {
    const value = entry(returns[i] as Float64Array, returns[j] as Float64Array, i, j);
    if (Number.isFinite(value)) return value * periodsPerYear;
    throw new ArgumentError(
      'sampleCovariance',
      `assets ${i} and ${j} have fewer than 2 rows in common; leave one out`,
    );
  });
  return hasGaps ? positivePart(covariance) : covariance;
}

/** Covariance of columns without gaps, from deviations that are made once. */
function complete(returns: readonly Float64Array[]) {
  const deviations = returns.map(withoutMean);
  return (column: Float64Array, _other: Float64Array, i: number, j: number) =>
    dot(deviations[i] as Float64Array, deviations[j] as Float64Array) / (column.length - 1);
}

function pairwise(column: Float64Array, other: Float64Array): number {
  let [count, first, second] = [0, 0, 0];
  const isKnown = (row: number) => !Number.isNaN((column[row] as number) + (other[row] as number));
  for (let row = 0; row < column.length; row++) {
    if (!isKnown(row)) continue;
    count++;
    first += column[row] as number;
    second += other[row] as number;
  }
  let sum = 0;
  for (let row = 0; row < column.length; row++) {
    if (isKnown(row))
      sum += ((column[row] as number) - first / count) * ((other[row] as number) - second / count);
  }
  return sum / (count - 1);
}

export interface ExponentialCovarianceOptions extends CovarianceOptions {
  /** A weight falls by the factor 1 - 2 / (span + 1) a period. @default 180 */
  readonly span?: number;
}

/**
 * Exponentially weighted covariance, by the year: the weighted mean of products of deviations from the plain means.
 *
 * The weights of n periods add up to one. RiskMetrics' λ = 0.94 is a span of 32.3.
 *
 * @example
 * const returns = [Float64Array.of(0.02, -0.02, 0.01, -0.01)];
 * const [[variance = 0] = []] = exponentialCovariance(returns, { span: 3, periodsPerYear: 1 });
 * console.log(variance.toFixed(6)); // → 0.000160
 */
export function exponentialCovariance(
  returns: readonly Float64Array[],
  options: ExponentialCovarianceOptions = {},
): Float64Array[] {
  const { periodsPerYear = 252, span = 180 } = knownOptions(
    'exponentialCovariance',
    options,
    'span periodsPerYear',
  );
  const rows = requireTable('exponentialCovariance', returns);
  requirePositive('exponentialCovariance', 'periodsPerYear', periodsPerYear);
  const keep = decayOf('exponentialCovariance', span);
  const weights = Float64Array.from({ length: rows }, (_, row) => keep ** (rows - 1 - row));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const deviations = returns.map(withoutMean);
  return symmetric(returns.length, (i, j) => {
    const [first, second] = [deviations[i] as Float64Array, deviations[j] as Float64Array];
    const sum = weights.reduce(
      (of, weight, row) => of + weight * (first[row] as number) * (second[row] as number),
      0,
    );
    return (sum / total) * periodsPerYear;
  });
}

/**
 * Correlations of a covariance: Σ[i][j] / √(Σ[i][i] Σ[j][j]). An asset that does not move has none.
 *
 * @example
 * const covariance = [Float64Array.of(0.04, 0.01), Float64Array.of(0.01, 0.25)];
 * console.log(correlationOf(covariance)[0]?.[1]?.toFixed(2)); // → 0.10
 */
export function correlationOf(covariance: readonly Float64Array[]): Float64Array[] {
  const size = requireCovariance('correlationOf', covariance);
  const deviations = covariance.map((row, at) => Math.sqrt(row[at] as number));
  const still = deviations.findIndex((deviation) => !(deviation > 0));
  if (still >= 0) throw new ArgumentError('correlationOf', `asset ${still} has no variance; leave it out`);
  return symmetric(size, (i, j) =>
    i === j ? 1 : (covariance[i]?.[j] ?? 0) / ((deviations[i] as number) * (deviations[j] as number)),
  );
}

/** A matrix from its lower triangle. */
export function symmetric(size: number, entry: (row: number, column: number) => number): Float64Array[] {
  const matrix = Array.from({ length: size }, () => new Float64Array(size));
  for (let row = 0; row < size; row++) {
    for (let column = 0; column <= row; column++) {
      const value = entry(row, column);
      (matrix[row] as Float64Array)[column] = value;
      (matrix[column] as Float64Array)[row] = value;
    }
  }
  return matrix;
}

export function withoutMean(column: Float64Array): Float64Array {
  const mean = column.reduce((sum, value) => sum + value, 0) / column.length;
  return column.map((value) => value - mean);
}

/** Σ w. */
export function times(matrix: readonly Float64Array[], vector: Float64Array): Float64Array {
  return Float64Array.from(matrix, (row) => dot(row, vector));
}
