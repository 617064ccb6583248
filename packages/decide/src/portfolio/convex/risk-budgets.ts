/** Weights by shares of risk, without expected returns: risk parity and risk budgets; and the baselines that any model must beat. */
import { dot, knownOptions } from '@noosphere/base';
import { ArgumentError } from '@noosphere/core';
import { cholesky, choleskySolve } from '@noosphere/statistics';
import { times } from '../../moments/covariance.js';
import { requireCovariance, requireList } from '../../moments/tables.js';

/**
 * The share of the variance that each asset brings: w[i] (Σ w)[i] / wᵀ Σ w. They add up to one.
 *
 * @example
 * const covariance = [Float64Array.of(0.04, 0), Float64Array.of(0, 0.01)];
 * const shares = riskContributions(Float64Array.of(0.5, 0.5), covariance);
 * console.log(Array.from(shares, (share) => share.toFixed(2))); // → [ '0.80', '0.20' ]
 */
export function riskContributions(weights: Float64Array, covariance: readonly Float64Array[]): Float64Array {
  const assets = requireCovariance('riskContributions', covariance);
  const checked = requireList('riskContributions', 'weights', weights, assets);
  const marginal = times(covariance, checked);
  const variance = dot(checked, marginal);
  if (!(variance > 0))
    throw new ArgumentError('riskContributions', 'the portfolio does not move: it has no risk to share');
  return checked.map((weight, asset) => (weight * (marginal[asset] as number)) / variance);
}

export interface RiskBudgetOptions {
  /** Share of the risk that each asset is to bring, all above 0; scaled to add up to one. @default equal */
  readonly budgets?: ArrayLike<number>;
}

/**
 * Long-only weights whose shares of the variance are the budgets; equal ones are risk parity.
 *
 * Minimises ½ xᵀ Σ x - Σ b log x, which is convex and has one solution, by damped Newton steps, and scales it to a sum of one.
 * Spinu 2013, An algorithm for computing risk parity weights; Maillard, Roncalli & Teïletche 2010.
 *
 * @param covariance - [assets, assets] as rows, positive semidefinite, all variances above 0
 *
 * @example
 * const covariance = [Float64Array.of(0.04, 0.006), Float64Array.of(0.006, 0.01)];
 * const weights = riskParity(covariance);
 * console.log(Array.from(weights, (weight) => weight.toFixed(4))); // → [ '0.3333', '0.6667' ]
 * console.log(Array.from(riskContributions(weights, covariance), (share) => share.toFixed(3))); // → [ '0.500', '0.500' ]
 */
export function riskParity(
  covariance: readonly Float64Array[],
  options: RiskBudgetOptions = {},
): Float64Array {
  knownOptions('riskParity', options, 'budgets');
  const assets = requireCovariance('riskParity', covariance);
  const budgets = budgetsOf(options.budgets, assets);
  const deviations = deviationsOf('riskParity', covariance);
  // Correlations instead of covariances: the search does not see the units of the assets.
  const correlation = covariance.map((row, i) =>
    row.map((value, j) => value / ((deviations[i] as number) * (deviations[j] as number))),
  );
  const solution = leastBarrier(correlation, budgets).map((value, at) => value / (deviations[at] as number));
  return scaledToOne(solution);
}

/** x > 0 with x (C x) = b. */
function leastBarrier(correlation: readonly Float64Array[], budgets: Float64Array): Float64Array {
  let x = budgets.map((budget) => Math.sqrt(budget));
  for (let step = 0; step < 200; step++) {
    const marginal = times(correlation, x);
    const gradient = marginal.map((value, at) => value - (budgets[at] as number) / (x[at] as number));
    const hessian = correlation.map((row, at) => {
      const copy = row.slice();
      copy[at] = (copy[at] as number) + (budgets[at] as number) / (x[at] as number) ** 2;
      return copy;
    });
    const factor = cholesky(hessian);
    if (factor === undefined) break;
    const move = choleskySolve(factor, gradient);
    const decrement = Math.sqrt(Math.max(0, dot(gradient, move)));
    // The barrier is self-concordant with its budgets as weights: this step never leaves x > 0.
    const reach = move.reduce((most, value, at) => Math.max(most, value / (x[at] as number)), 0);
    const length =
      decrement < 0.25 ? Math.min(1, 0.99 / Math.max(reach, 1e-300)) : 1 / (1 + Math.max(decrement, reach));
    x = x.map((value, at) => value - length * (move[at] as number));
    if (decrement < 1e-13) return x;
  }
  const residual = times(correlation, x).reduce(
    (most, value, at) => Math.max(most, Math.abs(value * (x[at] as number) - (budgets[at] as number))),
    0,
  );
  if (residual < 1e-8) return x;
  throw new ArgumentError(
    'riskParity',
    `no weights found, shares are off by ${residual}: the covariance may not be positive semidefinite; shrink it with ledoitWolf`,
  );
}

/**
 * The same weight for every asset: the baseline that optimised portfolios often fail to beat. DeMiguel, Garlappi & Uppal 2009.
 *
 * @example
 * console.log(equalWeights(4)[0]); // → 0.25
 */
export function equalWeights(assets: number): Float64Array {
  if (!(Number.isInteger(assets) && assets > 0)) {
    throw new ArgumentError('equalWeights', `expected a number of assets of at least 1, got ${assets}`);
  }
  return new Float64Array(assets).fill(1 / assets);
}

/**
 * Weights proportional to 1 / volatility: risk parity where all correlations are the same.
 *
 * @example
 * console.log(inverseVolatility([Float64Array.of(0.04, 0), Float64Array.of(0, 0.01)]).map((w) => Math.round(300 * w)));
 * // → Float64Array(2) [ 100, 200 ]
 */
export function inverseVolatility(covariance: readonly Float64Array[]): Float64Array {
  requireCovariance('inverseVolatility', covariance);
  return scaledToOne(deviationsOf('inverseVolatility', covariance).map((deviation) => 1 / deviation));
}

function deviationsOf(operation: string, covariance: readonly Float64Array[]): Float64Array {
  return Float64Array.from(covariance, (row, asset) => {
    const variance = row[asset] as number;
    if (variance > 0) return Math.sqrt(variance);
    throw new ArgumentError(
      operation,
      `asset ${asset} has no variance: its weight would be infinite; leave it out`,
    );
  });
}

function budgetsOf(budgets: ArrayLike<number> | undefined, assets: number): Float64Array {
  if (budgets === undefined) return equalWeights(assets);
  const checked = requireList('riskParity', 'budgets', budgets, assets);
  const wrong = checked.findIndex((budget) => !(budget > 0));
  if (wrong >= 0) {
    throw new ArgumentError(
      'riskParity',
      `budgets[${wrong}] must be above 0, got ${checked[wrong]}; leave the asset out`,
    );
  }
  return scaledToOne(checked);
}

function scaledToOne(values: Float64Array): Float64Array {
  const sum = values.reduce((of, value) => of + value, 0);
  return values.map((value) => value / sum);
}
