/** What all portfolios of mean and variance share: checked moments, limits, and the program of least variance for a return. */
import { dot, requireNumber, requireObject } from '@noosphere/base';
import { ArgumentError } from '@noosphere/core';
import { times } from '../../moments/covariance.js';
import { requireCovariance, requireList } from '../../moments/tables.js';
import { type ConstrainedProgram, constrainedProgram, type PortfolioConstraints } from './constraints.js';
import { extended, row, solveLabelled } from './labelled-program.js';

/** What the next period is expected to be like; mean and covariance of the same period, such as a year. */
export interface Moments {
  /** Expected return of each asset. */
  readonly mean: Float64Array;
  /** [assets, assets] as rows. */
  readonly covariance: readonly Float64Array[];
}

/** A portfolio and what it was made from. */
export interface Portfolio {
  /** One an asset, shares of the whole. */
  readonly weights: Float64Array;
  /** 1 - Σ weights. */
  readonly cash: number;
  /** √(wᵀ Σ w). */
  readonly volatility: number;
  /** Σ |weight - holding|. */
  readonly turnover: number;
}

/** A portfolio chosen by what it is expected to earn. */
export interface ExpectedPortfolio extends Portfolio {
  /** wᵀ mean + cash · risk-free rate - costs of trading. */
  readonly expectedReturn: number;
  /** (expected return - risk-free rate) / volatility; 0 where nothing moves. */
  readonly sharpe: number;
}

export interface MinimumVarianceOptions extends PortfolioConstraints {
  /**
   * γ of γ Σ w², which is added to the variance that is minimised: it spreads the weights. In the unit of the covariance; the mean
   * variance of an asset pulls strongly towards equal weights. Volatility and Sharpe ratio are told without it.
   * @default 0
   */
  readonly l2Penalty?: number;
}

export interface MeanVarianceOptions extends MinimumVarianceOptions {
  /** What cash earns, in the period of the moments. @default 0 */
  readonly riskFree?: number;
}

/** Moments and limits as a program. */
export interface Problem {
  readonly program: ConstrainedProgram;
  readonly moments: Moments;
  readonly riskFree: number;
  readonly assets: number;
  /** mean - rf of weights and minus the cost of trades, one a column. */
  readonly excess: readonly number[];
  /** Σ times the scale, row by row: numbers of the size of one. */
  readonly quadratic: Float64Array;
  readonly scale: number;
}

export function problemOf(operation: string, moments: Moments, options: MeanVarianceOptions): Problem {
  requireObject(operation, 'moments', moments, '{ mean, covariance }');
  const { riskFree = 0 } = options;
  requireNumber(operation, 'riskFree', riskFree);
  const assets = requireCovariance(operation, moments.covariance, options.names);
  const mean = requireList(operation, 'mean', moments.mean, assets);
  const program = constrainedProgram(operation, assets, options);
  const excess = program.costs.map((cost, at) => (at < assets ? (mean[at] as number) - riskFree : 0) - cost);
  const { values, scale } = scaledQuadratic(
    withPenalty(operation, moments.covariance, options.l2Penalty ?? 0),
  );
  return { program, moments, riskFree, assets, excess, quadratic: values, scale };
}

/** Least variance among those that earn at least so much after costs. */
export async function leastVariance(
  operation: string,
  problem: Problem,
  target: number,
): Promise<ExpectedPortfolio> {
  const { program, excess, riskFree, quadratic, assets } = problem;
  const limited = extended(program);
  const size = excess.reduce((most, value) => Math.max(most, Math.abs(value)), 0) || 1;
  const scaled = excess.map((value) => value / size);
  const least = (target - riskFree) / size;
  row(
    limited,
    `expected return at least ${target}`,
    indicesOf(excess),
    scaled,
    least,
    Number.POSITIVE_INFINITY,
  );
  const { values } = await solveLabelled(operation, limited, { quadratic });
  return expectedPortfolioOf(values.slice(0, assets), problem);
}

/** The portfolio of least variance, and that of greatest expected return (the safest of them). */
export async function endsOf(
  operation: string,
  problem: Problem,
): Promise<[ExpectedPortfolio, ExpectedPortfolio]> {
  const { program, excess, quadratic, assets, riskFree } = problem;
  const safest = await solveLabelled(operation, program, { quadratic });
  const most = await solveLabelled(operation, program, { linear: excess, maximize: true });
  const size = Math.abs(most.objective);
  const boldest = await leastVariance(operation, problem, most.objective + riskFree - 1e-10 * size);
  return [expectedPortfolioOf(safest.values.slice(0, assets), problem), boldest];
}

/** Σ + γ I: wᵀ (Σ + γ I) w is the variance and γ Σ w². */
export function withPenalty(
  operation: string,
  covariance: readonly Float64Array[],
  l2Penalty: number,
): readonly Float64Array[] {
  if (!(l2Penalty >= 0 && Number.isFinite(l2Penalty))) {
    throw new ArgumentError(operation, `l2Penalty must not be negative, got ${l2Penalty}`);
  }
  if (l2Penalty === 0) return covariance;
  return covariance.map((row, i) => row.map((value, j) => (i === j ? value + l2Penalty : value)));
}

/** Row by row, with a mean variance of one: what the solver's tolerances are made for. */
export function scaledQuadratic(covariance: readonly Float64Array[]): {
  values: Float64Array;
  scale: number;
} {
  const size = covariance.length;
  const trace = covariance.reduce((sum, values, at) => sum + (values[at] as number), 0);
  const scale = trace > 0 ? size / trace : 1;
  const values = new Float64Array(size * size);
  for (const [at, line] of covariance.entries())
    values.set(
      line.map((value) => value * scale),
      at * size,
    );
  return { values, scale };
}

/** Volatility and turnover of weights. */
export function portfolioOf(
  weights: Float64Array,
  covariance: readonly Float64Array[],
  { holdings }: Pick<ConstrainedProgram, 'holdings'>,
): Portfolio {
  return {
    weights,
    cash: 1 - weights.reduce((sum, weight) => sum + weight, 0),
    volatility: Math.sqrt(Math.max(0, dot(weights, times(covariance, weights)))),
    turnover: weights.reduce((sum, weight, at) => sum + Math.abs(weight - (holdings[at] as number)), 0),
  };
}

export function expectedPortfolioOf(weights: Float64Array, problem: Problem): ExpectedPortfolio {
  const { moments, program, riskFree, assets } = problem;
  const portfolio = portfolioOf(weights, moments.covariance, program);
  let earned = dot(weights, moments.mean) + portfolio.cash * riskFree;
  if (program.costs.length > assets) {
    for (const [at, weight] of weights.entries()) {
      earned -= (program.costs[assets + at] as number) * Math.abs(weight - (program.holdings[at] as number));
    }
  }
  const { volatility } = portfolio;
  return {
    ...portfolio,
    expectedReturn: earned,
    sharpe: volatility > 0 ? (earned - riskFree) / volatility : 0,
  };
}

export function indicesOf(values: readonly number[]): number[] {
  return Array.from(values.keys());
}
