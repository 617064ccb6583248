/** Value at risk of a portfolio from simulated returns of its assets. */
import { knownOptions, requireShare, requireWhole } from '@noosphere/base';
import { ArgumentError } from '@noosphere/core';
import { cholesky } from '@noosphere/statistics';
import { Random } from '@noosphere/train';
import { requireCovariance, requireList } from '../../moments/tables.js';
import { historicalTail, type TailRisk } from './tail-risk.js';

export interface SimulationOptions {
  /** @default 'normal' */
  readonly distribution?: 'normal' | 't';
  /** Degrees of freedom of the t, above 2: all assets have their bad days together. @default 5 */
  readonly freedom?: number;
  /** @default 10000 */
  readonly draws?: number;
  /** @default 0 */
  readonly seed?: number;
}

/**
 * Draws joint returns of assets with given means and covariance: multivariate normal, or t of the same covariance.
 *
 * @param mean - of each asset, in the period of the covariance
 * @param covariance - [assets, assets] as rows, positive definite
 * @returns one array an asset, `draws` long: scenarios for `minimumCvar` as well
 *
 * @example
 * const scenarios = simulateReturns([0, 0], [Float64Array.of(1, 0.9), Float64Array.of(0.9, 1)], { draws: 1000 });
 * console.log(scenarios.length, scenarios[0]?.length); // → 2 1000
 */
export function simulateReturns(
  mean: ArrayLike<number>,
  covariance: readonly Float64Array[],
  options: SimulationOptions = {},
): Float64Array[] {
  const {
    distribution = 'normal',
    freedom = 5,
    draws = 10_000,
    seed = 0,
  } = knownOptions('simulateReturns', options, 'distribution freedom draws seed');
  const assets = requireCovariance('simulateReturns', covariance);
  const center = requireList('simulateReturns', 'mean', mean, assets);
  requireWhole('simulateReturns', 'draws', draws, 1);
  if (!(freedom > 2))
    throw new ArgumentError(
      'simulateReturns',
      `freedom must be above 2, got ${freedom}: else there is no variance`,
    );
  const factor = cholesky(covariance);
  if (factor === undefined) {
    throw new ArgumentError(
      'simulateReturns',
      'the covariance is not positive definite; shrink it with ledoitWolf',
    );
  }
  const random = new Random(seed);
  const scenarios = center.length === 0 ? [] : Array.from(center, () => new Float64Array(draws));
  const normals = new Float64Array(assets);
  for (let draw = 0; draw < draws; draw++) {
    for (let asset = 0; asset < assets; asset++) normals[asset] = random.normal();
    const stretch = distribution === 't' ? Math.sqrt((freedom - 2) / (2 * gamma(random, freedom / 2))) : 1;
    for (const [asset, row] of factor.entries()) {
      let sum = 0;
      for (let k = 0; k <= asset; k++) sum += (row[k] as number) * (normals[k] as number);
      (scenarios[asset] as Float64Array)[draw] = (center[asset] as number) + stretch * sum;
    }
  }
  return scenarios;
}

export interface MonteCarloOptions extends SimulationOptions {
  /** @default 0.95 */
  readonly level?: number;
}

/**
 * Value at risk and expected shortfall of a portfolio, from draws of `simulateReturns`.
 *
 * @example
 * const covariance = [Float64Array.of(1e-4, 0), Float64Array.of(0, 1e-4)];
 * const { valueAtRisk } = monteCarloRisk([0.5, 0.5], [0, 0], covariance, { seed: 1 });
 * console.log(Math.abs(valueAtRisk - 1.645 * Math.sqrt(0.5e-4)) < 3e-4); // → true
 */
export function monteCarloRisk(
  weights: ArrayLike<number>,
  mean: ArrayLike<number>,
  covariance: readonly Float64Array[],
  options: MonteCarloOptions = {},
): TailRisk {
  const { level = 0.95 } = knownOptions('monteCarloRisk', options, 'level distribution freedom draws seed');
  requireShare('monteCarloRisk', 'level', level);
  requireCovariance('monteCarloRisk', covariance);
  const checked = requireList('monteCarloRisk', 'weights', weights, covariance.length);
  const scenarios = simulateReturns(mean, covariance, options);
  const returns = new Float64Array(scenarios[0]?.length ?? 0);
  for (const [asset, values] of scenarios.entries()) {
    const weight = checked[asset] as number;
    for (let draw = 0; draw < returns.length; draw++) {
      returns[draw] = (returns[draw] as number) + weight * (values[draw] as number);
    }
  }
  return historicalTail(returns, level);
}

/** A gamma variate of shape above 1 and scale 1: Marsaglia & Tsang 2000. */
function gamma(random: Random, shape: number): number {
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const normal = random.normal();
    const cubed = (1 + c * normal) ** 3;
    if (cubed <= 0) continue;
    const uniform = 1 - random.uniform();
    if (Math.log(uniform) < 0.5 * normal * normal + d - d * cubed + d * Math.log(cubed)) return d * cubed;
  }
}
