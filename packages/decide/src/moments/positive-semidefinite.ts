/** Whether a symmetric matrix can be a covariance, and its positive part. */
import { ArgumentError } from '@noosphere/core';
import { isPositiveSemidefinite, symmetricEigen } from '@noosphere/statistics';

/**
 * Eigenvalues of correlations down to minus this count as rounding: more than sums of thousands of float64 or correlations of
 * eight digits leave, less than any portfolio's variance shows.
 */
const rounding = 1e-8;

/** Refuses a symmetric matrix by which some portfolio would have a negative variance, and names the pair that does most to it. */
export function requirePositiveSemidefinite(
  operation: string,
  matrix: readonly Float64Array[],
  nameOf: (asset: number) => string = (asset) => `asset ${asset}`,
): void {
  if (isPositiveSemidefinite(matrix, rounding)) return;
  const correlation = correlationsOf(operation, matrix, nameOf);
  const { values, vectors } = symmetricEigen(correlation);
  const least = values.reduce((best, value, at) => (value < (values[best] as number) ? at : best), 0);
  const { i, j, correlation: between } = pairOf(correlation, vectors[least] as Float64Array);
  const eigenvalue = (values[least] as number).toPrecision(3);
  throw new ArgumentError(
    operation,
    `covariance: a portfolio would have a negative variance (the correlations' least eigenvalue is ${eigenvalue}), most for the correlation ${between.toPrecision(3)} of ${nameOf(i)} and ${nameOf(j)} beside the others; correct it, or take nearestCovariance(covariance)`,
  );
}

/** Correlations; a pair beyond 1, or with a covariance but no variance, is refused by name. */
function correlationsOf(
  operation: string,
  matrix: readonly Float64Array[],
  nameOf: (asset: number) => string,
): Float64Array[] {
  const deviations = matrix.map((row, at) => Math.sqrt(row[at] as number));
  return matrix.map((row, i) =>
    row.map((value, j) => {
      if (i === j) return 1;
      if (value === 0) return 0;
      const size = (deviations[i] as number) * (deviations[j] as number);
      if (Math.abs(value) <= size * (1 + rounding)) return value / size;
      const bound =
        size > 0
          ? `their correlation would be ${(value / size).toPrecision(6)}; correct it, or take nearestCovariance(covariance)`
          : `but ${nameOf(deviations[i] === 0 ? i : j)} has no variance; leave it out`;
      throw new ArgumentError(
        operation,
        `covariance: ${nameOf(i)} and ${nameOf(j)} have the covariance ${value}, ${bound}`,
      );
    }),
  );
}

/** The pair whose product pulls vᵀ C v down most. */
function pairOf(correlations: readonly Float64Array[], vector: Float64Array) {
  let pair = { i: 0, j: 0, correlation: 0 };
  let least = Number.POSITIVE_INFINITY;
  for (const [j, row] of correlations.entries()) {
    for (const [i, correlation] of row.subarray(0, j).entries()) {
      const pull = correlation * (vector[i] as number) * (vector[j] as number);
      // Ties within rounding keep the first pair.
      if (!(pull < least - 1e-12)) continue;
      least = pull;
      pair = { i, j, correlation };
    }
  }
  return pair;
}

/** Σ max(0, λ) v vᵀ: the nearest positive semidefinite matrix by the sum of squared differences. */
export function positivePart(matrix: readonly Float64Array[]): Float64Array[] {
  const { values, vectors } = symmetricEigen(matrix);
  const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  if (values.every((value) => value >= -1e-12 * largest)) return matrix.map((row) => row.slice());
  return matrix.map((row, i) =>
    row.map((_, j) =>
      vectors.reduce((sum, vector, k) => {
        return sum + Math.max(0, values[k] as number) * (vector[i] as number) * (vector[j] as number);
      }, 0),
    ),
  );
}
