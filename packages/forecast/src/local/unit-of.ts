/** The unit of a series' values, for what must be small beside them: steps of a search, tolerances, floors. */

/** A thousandth of the mean of |y|; 1 where all values are 0. */
export function unitOf(y: Float64Array): number {
  return y.reduce((sum, value) => sum + Math.abs(value), 0) / y.length / 1000 || 1;
}
