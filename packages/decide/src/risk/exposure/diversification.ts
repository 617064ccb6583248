/** How many independent things a portfolio holds. */
import { dot } from '@noosphere/base';
import { ArgumentError } from '@noosphere/core';
import { symmetricEigen } from '@noosphere/statistics';
import { times } from '../../moments/covariance.js';
import { requireCovariance, requireList } from '../../moments/tables.js';

/**
 * Weighted mean of the volatilities over the volatility of the portfolio: 1 where all move together, √n for n equal and
 * uncorrelated assets.
 *
 * Choueifaty & Coignard 2008.
 *
 * @example
 * const covariance = [Float64Array.of(0.04, 0), Float64Array.of(0, 0.04)];
 * console.log(diversificationRatio([0.5, 0.5], covariance).toFixed(4)); // → 1.4142
 */
export function diversificationRatio(
  weights: ArrayLike<number>,
  covariance: readonly Float64Array[],
): number {
  const { checked, volatility } = held('diversificationRatio', weights, covariance);
  const alone = checked.reduce((sum, weight, asset) => {
    return sum + Math.abs(weight) * Math.sqrt(covariance[asset]?.[asset] as number);
  }, 0);
  return alone / volatility;
}

/**
 * Effective number of bets: e to the entropy of the shares of the variance that come from the principal components. 1 where one
 * component brings it all, n where all bring the same.
 *
 * Meucci 2009, Managing diversification.
 *
 * @example
 * const covariance = [Float64Array.of(0.04, 0), Float64Array.of(0, 0.01)];
 * console.log(effectiveBets([1, 2], covariance).toFixed(3), effectiveBets([1, 0], covariance).toFixed(3)); // → 2.000 1.000
 */
export function effectiveBets(weights: ArrayLike<number>, covariance: readonly Float64Array[]): number {
  const { checked, volatility } = held('effectiveBets', weights, covariance);
  const { values, vectors } = symmetricEigen(covariance);
  let entropy = 0;
  for (const [at, vector] of vectors.entries()) {
    const share = (Math.max(0, values[at] as number) * dot(vector, checked) ** 2) / volatility ** 2;
    if (share > 0) entropy -= share * Math.log(share);
  }
  return Math.exp(entropy);
}

function held(operation: string, weights: ArrayLike<number>, covariance: readonly Float64Array[]) {
  const assets = requireCovariance(operation, covariance);
  const checked = requireList(operation, 'weights', weights, assets);
  const variance = dot(checked, times(covariance, checked));
  if (!(variance > 0))
    throw new ArgumentError(operation, 'the portfolio does not move: it has nothing to diversify');
  return { checked, volatility: Math.sqrt(variance) };
}
