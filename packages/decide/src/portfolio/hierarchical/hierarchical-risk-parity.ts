/** Hierarchical risk parity: weights from a tree of similar assets, without inverting a covariance. */

import { knownOptions } from '@noosphere/base';
import { symmetric } from '../../moments/covariance.js';
import { correlationOf } from '../../moments/index.js';
import { requireCovariance } from '../../moments/tables.js';
import { optimalOrder, treeOrder } from './leaf-order.js';
import { type Linkage, type Merge, mergesOf } from './linkage.js';

export interface HierarchicalOptions {
  /** How far two clusters are. @default 'single', the paper's */
  readonly linkage?: Linkage;
  /** `optimal` turns clusters round to bring similar assets together before the list is halved. @default 'tree' */
  readonly order?: 'tree' | 'optimal';
}

export interface HierarchicalPortfolio {
  /** One an asset; they add up to one. */
  readonly weights: Float64Array;
  /** The assets from one end of the tree to the other. */
  readonly order: readonly number[];
  /** The tree: cluster `assets + k` is made by merge k. */
  readonly merges: readonly Merge[];
}

/**
 * Hierarchical risk parity: clusters assets by √((1 - correlation) / 2), lists them in the order of the tree, and halves the list
 * again and again, weighting halves by the inverse of the variance of their inverse-variance portfolios.
 *
 * López de Prado 2016, Building diversified portfolios that outperform out of sample.
 *
 * @param covariance - [assets, assets] as rows, all variances above 0
 *
 * @example
 * const covariance = [
 *   Float64Array.of(0.04, 0.03, 0),
 *   Float64Array.of(0.03, 0.04, 0),
 *   Float64Array.of(0, 0, 0.04),
 * ];
 * const { weights, order } = hierarchicalRiskParity(covariance);
 * console.log(order, Array.from(weights, (weight) => weight.toFixed(3))); // → [ 2, 0, 1 ] [ '0.267', '0.267', '0.467' ]
 */
export function hierarchicalRiskParity(
  covariance: readonly Float64Array[],
  options: HierarchicalOptions = {},
): HierarchicalPortfolio {
  const { linkage = 'single', order = 'tree' } = knownOptions(
    'hierarchicalRiskParity',
    options,
    'linkage order',
  );
  const assets = requireCovariance('hierarchicalRiskParity', covariance);
  const correlation = correlationOf(covariance);
  const distances = symmetric(assets, (i, j) =>
    Math.sqrt(Math.min(1, Math.max(0, (1 - (correlation[i]?.[j] as number)) / 2))),
  );
  const merges = mergesOf('hierarchicalRiskParity', distances, linkage);
  const list = order === 'optimal' ? optimalOrder(merges, assets, distances) : treeOrder(merges, assets);
  const weights = new Float64Array(assets).fill(1);
  halve(list, covariance, weights);
  return { weights, order: list, merges };
}

function halve(list: readonly number[], covariance: readonly Float64Array[], weights: Float64Array): void {
  if (list.length < 2) return;
  const half = list.length >> 1;
  const [left, right] = [list.slice(0, half), list.slice(half)];
  const [first, second] = [varianceOf(left, covariance), varianceOf(right, covariance)];
  // Two halves that do not move at all share equally.
  const share = first + second > 0 ? second / (first + second) : 0.5;
  for (const asset of left) weights[asset] = (weights[asset] as number) * share;
  for (const asset of right) weights[asset] = (weights[asset] as number) * (1 - share);
  halve(left, covariance, weights);
  halve(right, covariance, weights);
}

/** Variance of the inverse-variance portfolio of some assets. */
function varianceOf(assets: readonly number[], covariance: readonly Float64Array[]): number {
  const inverse = assets.map((asset) => 1 / (covariance[asset]?.[asset] as number));
  const total = inverse.reduce((sum, value) => sum + value, 0);
  let variance = 0;
  for (const [i, one] of assets.entries()) {
    for (const [j, other] of assets.entries()) {
      variance +=
        ((inverse[i] as number) * (inverse[j] as number) * (covariance[one]?.[other] as number)) / total ** 2;
    }
  }
  return variance;
}
