/** How much of other assets to sell against one: least variance of what is left. */
import { dot, requireColumns } from '@noosphere/base';
import { ArgumentError } from '@noosphere/core';
import { cholesky, choleskySolve, studentTails } from '@noosphere/statistics';
import { symmetric, withoutMean } from '../../moments/covariance.js';
import { requireTable } from '../../moments/tables.js';

export interface Hedge {
  /** Sell so much of each hedge for one unit of the asset; negative ones are bought. */
  readonly ratios: Float64Array;
  /** Standard error of each ratio, for errors of one variance that are not correlated. */
  readonly standardErrors: Float64Array;
  /** P values of ratios of zero. */
  readonly probabilities: Float64Array;
  /** Mean return that is left, per period. */
  readonly intercept: number;
  /** Share of the variance that the hedge takes away: R². */
  readonly effectiveness: number;
  /** Standard deviation of what is left (divisor n - hedges - 1). */
  readonly residualVolatility: number;
}

/**
 * The minimum variance hedge: regression of the asset's returns on those of the hedges. With one hedge the ratio is
 * cov(asset, hedge) / var(hedge).
 *
 * Ederington 1979, The hedging performance of the new futures markets.
 *
 * @param asset - returns of what is held
 * @param hedges - returns of what may be sold against it, one array each
 *
 * @example
 * const future = Float64Array.of(0.01, -0.02, 0.03, -0.01);
 * const { ratios, effectiveness } = minimumVarianceHedge(future.map((r) => 0.5 * r + 0.001), [future]);
 * console.log(ratios[0]?.toFixed(3), effectiveness.toFixed(3)); // → 0.500 1.000
 */
export function minimumVarianceHedge(asset: Float64Array, hedges: readonly Float64Array[]): Hedge {
  requireColumns('minimumVarianceHedge', 'hedges', hedges);
  const count = hedges.length;
  if (count === 0) throw new ArgumentError('minimumVarianceHedge', 'expected at least one hedge, got none');
  const rows = requireTable('minimumVarianceHedge', [asset, ...hedges], { minimum: count + 2 });
  const deviations = hedges.map(withoutMean);
  const own = withoutMean(asset);
  const products = symmetric(count, (i, j) =>
    dot(deviations[i] as Float64Array, deviations[j] as Float64Array),
  );
  const factor = cholesky(products);
  if (factor === undefined) {
    throw new ArgumentError(
      'minimumVarianceHedge',
      'a hedge does not move, or is a sum of others; leave it out',
    );
  }
  const ratios = choleskySolve(
    factor,
    Float64Array.from(deviations, (column) => dot(column, own)),
  );
  const left = own.map((value, row) => {
    return deviations.reduce(
      (rest, column, at) => rest - (column[row] as number) * (ratios[at] as number),
      value,
    );
  });
  const freedom = rows - count - 1;
  const variance = dot(left, left) / freedom;
  const standardErrors = ratios.map((_, at) => {
    const unit = new Float64Array(count);
    unit[at] = 1;
    return Math.sqrt(variance * (choleskySolve(factor, unit)[at] as number));
  });
  const mean = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0) / rows;
  const total = dot(own, own);
  return {
    ratios,
    standardErrors,
    probabilities: ratios.map((ratio, at) => {
      const error = standardErrors[at] as number;
      return error > 0 ? studentTails(ratio / error, freedom) : ratio === 0 ? 1 : 0;
    }),
    intercept: hedges.reduce((rest, column, at) => rest - (ratios[at] as number) * mean(column), mean(asset)),
    effectiveness: total > 0 ? 1 - dot(left, left) / total : 0,
    residualVolatility: Math.sqrt(variance),
  };
}
