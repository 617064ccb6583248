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
