/** Symmetric positive matrices as lists of rows. */

/** The lower factor L of A = L Lᵀ, or `undefined` where A is not positive within rounding. */
export function cholesky(matrix: readonly Float64Array[]): Float64Array[] | undefined {
  const size = matrix.length;
  const factor = matrix.map(() => new Float64Array(size));
  for (let row = 0; row < size; row++) {
    const own = factor[row] as Float64Array;
    for (let column = 0; column <= row; column++) {
      const other = factor[column] as Float64Array;
      let sum = (matrix[row] as Float64Array)[column] as number;
      const whole = sum;
      for (let k = 0; k < column; k++) sum -= (own[k] as number) * (other[k] as number);
      if (column < row) own[column] = sum / (other[column] as number);
      else if (sum > 1e-13 * Math.abs(whole)) own[row] = Math.sqrt(sum);
      else return undefined;
    }
  }
  return factor;
}

/** x of L Lᵀ x = b. */
export function choleskySolve(factor: readonly Float64Array[], right: Float64Array): Float64Array {
  const x = right.slice();
  for (let row = 0; row < x.length; row++) {
    const own = factor[row] as Float64Array;
    let sum = x[row] as number;
    for (let k = 0; k < row; k++) sum -= (own[k] as number) * (x[k] as number);
    x[row] = sum / (own[row] as number);
  }
  for (let row = x.length - 1; row >= 0; row--) {
    let sum = x[row] as number;
    for (let k = row + 1; k < x.length; k++)
      sum -= ((factor[k] as Float64Array)[row] as number) * (x[k] as number);
    x[row] = sum / ((factor[row] as Float64Array)[row] as number);
  }
  return x;
}

/**
 * Whether xᵀAx ≥ 0 for all x. A is scaled to a unit diagonal first, and eigenvalues down to minus the tolerance count as rounding.
 *
 * @param matrix - symmetric, as rows
 *
 * @example
 * console.log(isPositiveSemidefinite([Float64Array.of(1, 2), Float64Array.of(2, 1)])); // → false
 * console.log(isPositiveSemidefinite([Float64Array.of(4, 2), Float64Array.of(2, 1)])); // → true
 */
export function isPositiveSemidefinite(matrix: readonly Float64Array[], tolerance = 1e-8): boolean {
  const roots = Float64Array.from(matrix, (row, at) => Math.sqrt(row[at] as number));
  // A negative entry of the diagonal has no root; beside a zero one all must be zero.
  const lifted = matrix.map((row, i) =>
    row.map((value, j) => {
      if (i === j) return Number.isNaN(roots[i]) ? Number.NaN : 1 + tolerance;
      return value === 0 ? 0 : value / ((roots[i] as number) * (roots[j] as number));
    }),
  );
  return lifted.every((row) => row.every(Number.isFinite)) && cholesky(lifted) !== undefined;
}
