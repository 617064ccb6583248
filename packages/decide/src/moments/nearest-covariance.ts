/** The covariance that is nearest to a matrix that cannot be one. */
import { ArgumentError } from '@noosphere/core';
import { symmetric } from './covariance.js';
import { positivePart } from './positive-semidefinite.js';
import { requireSymmetric } from './tables.js';

const mostRounds = 2000;

/**
 * The covariance nearest to a symmetric matrix: its variances stay, its correlations move as little as they can until no
 * portfolio has a negative variance. Matrices made by hand, from gaps, or from rounded or edited correlations need it.
 *
 * Minimises Σ (C[i][j] - D[i][j])² over correlations D that are positive semidefinite, by alternating projections with
 * Dykstra's correction. Higham 2002, Computing the nearest correlation matrix.
 *
 * @param matrix - [assets, assets] as rows, symmetric, all variances above 0
 *
 * @example
 * const correlations = [Float64Array.of(1, 1, 0), Float64Array.of(1, 1, 1), Float64Array.of(0, 1, 1)];
 * const [first = []] = nearestCovariance(correlations);
 * console.log(Array.from(first, (value) => value.toFixed(4))); // → [ '1.0000', '0.7607', '0.1573' ]
 */
export function nearestCovariance(matrix: readonly Float64Array[]): Float64Array[] {
  const size = requireSymmetric('nearestCovariance', matrix);
  const deviations = Float64Array.from(matrix, (row, at) => Math.sqrt(row[at] as number));
  const still = deviations.findIndex((deviation) => !(deviation > 0));
  if (still >= 0) {
    throw new ArgumentError('nearestCovariance', `asset ${still} has no variance; leave it out`);
  }
  const scale = (i: number, j: number) => (deviations[i] as number) * (deviations[j] as number);
  const correlation = nearestCorrelation(symmetric(size, (i, j) => at(matrix, i, j) / scale(i, j)));
  return symmetric(size, (i, j) => (i === j ? at(matrix, i, i) : at(correlation, i, j) * scale(i, j)));
}

function nearestCorrelation(matrix: readonly Float64Array[]): Float64Array[] {
  const size = matrix.length;
  let estimate: readonly Float64Array[] = matrix;
  let correction: readonly Float64Array[] = matrix.map(() => new Float64Array(size));
  for (let round = 0; round < mostRounds; round++) {
    const lifted = symmetric(size, (i, j) => at(estimate, i, j) - at(correction, i, j));
    const positive = positivePart(lifted);
    correction = symmetric(size, (i, j) => at(positive, i, j) - at(lifted, i, j));
    estimate = symmetric(size, (i, j) => (i === j ? 1 : at(positive, i, j)));
    let off = 0;
    for (let i = 0; i < size; i++) off = Math.max(off, Math.abs(at(positive, i, i) - 1));
    if (off <= 1e-12) break;
  }
  // What the last projection left below 0 goes into the unit diagonal, so that the result is positive to rounding.
  const positive = positivePart(estimate);
  return symmetric(size, (i, j) =>
    i === j ? 1 : at(positive, i, j) / Math.sqrt(at(positive, i, i) * at(positive, j, j)),
  );
}

function at(matrix: readonly Float64Array[], row: number, column: number): number {
  return matrix[row]?.[column] as number;
}
