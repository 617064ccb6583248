/** Covariances from incomplete data, made positive. */
import { symmetricEigen } from '@noosphere/statistics';

/** The matrix with its negative eigenvalues set to zero; the matrix itself where there is none. */
export function positiveSemidefinite(matrix: readonly Float64Array[]): Float64Array[] {
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
