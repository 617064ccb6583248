// Brings the columns of a table to one scale. Here to be replaced by what the package is for.
import { div, equal, mean, std, sub, type Tensor, where } from '@noosphere/core';

/** A standardized table, and what it takes to bring new rows to the same scale. */
export interface Standardized {
  /** [rows, columns], each column with mean 0 and deviation 1. */
  readonly values: Tensor;
  /** [1, columns]. */
  readonly mean: Tensor;
  /** [1, columns]; 1 where a column is constant. */
  readonly deviation: Tensor;
}

/**
 * Standardizes the columns of a table: z = (x - mean) / deviation, with the population's deviation (divisor n).
 *
 * A constant column becomes 0. The result is part of the graph: gradients flow through it.
 *
 * @param x - [rows, columns]
 *
 * @example
 * const { values, mean } = standardize(tensor([[1, 10], [3, 30]]));
 * console.log(await values.array(), await mean.array()); // → [ [ -1, -1 ], [ 1, 1 ] ] [ [ 2, 20 ] ]
 */
export function standardize(x: Tensor): Standardized {
  if (x.rank !== 2) {
    throw new TypeError(
      `standardize: expected [rows, columns], got [${x.shape.join(', ')}]; reshape it first`,
    );
  }
  const center = mean(x, { axes: 0, keepDims: true });
  const spread = std(x, { axes: 0, keepDims: true, correction: 0 });
  const deviation = where(equal(spread, 0), 1, spread);
  return { values: div(sub(x, center), deviation), mean: center, deviation };
}
