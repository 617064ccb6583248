/** Portfolios on the frontier of expected return and variance, each an exact quadratic program. Markowitz 1952. */
import { knownOptions, requireNumber } from '@noosphere/base';
import { ArgumentError } from '@noosphere/core';
import { requireCovariance } from '../../moments/tables.js';
import { constrainedProgram } from './constraints.js';
import {
  type ExpectedPortfolio,
  endsOf,
  expectedPortfolioOf,
  indicesOf,
  leastVariance,
  type MeanVarianceOptions,
  type MinimumVarianceOptions,
  type Moments,
  type Portfolio,
  type Problem,
  portfolioOf,
  problemOf,
  scaledQuadratic,
  withPenalty,
} from './frontier-problem.js';
import { homogeneous, row, solveLabelled } from './labelled-program.js';

/**
 * The portfolio of least variance: minimise wᵀ Σ w + γ Σ w² (γ is `l2Penalty`, 0 unless given).
 *
 * @example
 * const { weights, volatility } = await minimumVariance([Float64Array.of(0.04, 0), Float64Array.of(0, 0.01)]);
 * console.log(Array.from(weights, (weight) => weight.toFixed(3)), volatility.toFixed(4));
 * // → [ '0.200', '0.800' ] 0.0894
 */
export async function minimumVariance(
  covariance: readonly Float64Array[],
  options: MinimumVarianceOptions = {},
): Promise<Portfolio> {
  const { l2Penalty = 0, names } = knownOptions(
    'minimumVariance',
    options,
    'l2Penalty names lower upper invested groups holdings maximumTurnover costs maximumShort',
    'maximumGross',
  );
  const assets = requireCovariance('minimumVariance', covariance, names);
  const program = constrainedProgram('minimumVariance', assets, options);
  const quadratic = scaledQuadratic(withPenalty('minimumVariance', covariance, l2Penalty)).values;
  const { values } = await solveLabelled('minimumVariance', program, { quadratic });
  return portfolioOf(values.slice(0, assets), covariance, program);
}

/**
 * The portfolio of greatest Sharpe ratio: maximise (wᵀ mean - rf - costs) / √(wᵀ Σ w), by the exact transformation to a
 * quadratic program over w / (excess return). Cash earns the risk-free rate. With `l2Penalty` γ the ratio's variance is
 * wᵀ Σ w + γ Σ w².
 *
 * @throws ArgumentError where no portfolio within the limits is expected to earn more than the risk-free rate.
 *
 * Cornuejols & Tütüncü, Optimization Methods in Finance, section 8.2.
 *
 * @example
 * // Uncorrelated: weights are proportional to mean / variance, 2.5 and 5.
 * const moments = { mean: Float64Array.of(0.1, 0.05), covariance: [Float64Array.of(0.04, 0), Float64Array.of(0, 0.01)] };
 * const { weights, sharpe } = await maximumSharpe(moments);
 * console.log(Array.from(weights, (weight) => weight.toFixed(3)), sharpe.toFixed(3)); // → [ '0.333', '0.667' ] 0.707
 */
export async function maximumSharpe(
  moments: Moments,
  options: MeanVarianceOptions = {},
): Promise<ExpectedPortfolio> {
  knownOptions(
    'maximumSharpe',
    options,
    'riskFree l2Penalty names lower upper invested groups holdings maximumTurnover costs maximumShort',
    'maximumGross',
  );
  const problem = problemOf('maximumSharpe', moments, options);
  const { program, excess } = problem;
  const best = await solveLabelled('maximumSharpe', program, { linear: excess, maximize: true });
  if (!(best.objective > 0)) {
    throw new ArgumentError(
      'maximumSharpe',
      `no portfolio within the limits is expected to earn more than the risk-free rate ${problem.riskFree}: the most is ${best.objective + problem.riskFree}; hold cash, or take minimumVariance`,
    );
  }
  const scaled = homogeneous(program);
  // Numbers of the size of one, whatever the period of the returns.
  const scale = 1 / best.objective;
  row(
    scaled,
    undefined,
    indicesOf(excess),
    excess.map((value) => value * scale),
    1,
    1,
  );
  const { values } = await solveLabelled('maximumSharpe', scaled, { quadratic: problem.quadratic });
  const factor = values[program.columns.length] as number;
  if (!(factor > 0)) {
    throw new ArgumentError(
      'maximumSharpe',
      'the ratio has no greatest value within the limits; bound the weights',
    );
  }
  return expectedPortfolioOf(
    values.slice(0, problem.assets).map((value) => value / factor),
    problem,
  );
}

/**
 * The portfolio of least variance that is expected to earn at least so much, after costs.
 *
 * @example
 * const moments = { mean: Float64Array.of(0.1, 0.05), covariance: [Float64Array.of(0.04, 0), Float64Array.of(0, 0.01)] };
 * const { weights } = await targetReturn(moments, 0.08);
 * console.log(Array.from(weights, (weight) => weight.toFixed(3))); // → [ '0.600', '0.400' ]
 */
export async function targetReturn(
  moments: Moments,
  target: number,
  options: MeanVarianceOptions = {},
): Promise<ExpectedPortfolio> {
  knownOptions(
    'targetReturn',
    options,
    'riskFree l2Penalty names lower upper invested groups holdings maximumTurnover costs maximumShort',
    'maximumGross',
  );
  const problem = problemOf('targetReturn', moments, options);
  requireNumber('targetReturn', 'target', target);
  return leastVariance('targetReturn', problem, target);
}

/**
 * The portfolio of greatest expected return, after costs, whose volatility is at most so much.
 *
 * @example
 * const moments = { mean: Float64Array.of(0.1, 0.05), covariance: [Float64Array.of(0.04, 0), Float64Array.of(0, 0.01)] };
 * const { weights, volatility } = await targetVolatility(moments, 0.1);
 * console.log(Array.from(weights, (weight) => weight.toFixed(3)), volatility.toFixed(4));
 * // → [ '0.400', '0.600' ] 0.1000
 */
export async function targetVolatility(
  moments: Moments,
  target: number,
  options: Omit<MeanVarianceOptions, 'l2Penalty'> = {},
): Promise<ExpectedPortfolio> {
  knownOptions(
    'targetVolatility',
    options,
    'riskFree names lower upper invested groups holdings maximumTurnover costs maximumShort',
    'maximumGross',
  );
  const problem = problemOf('targetVolatility', moments, options);
  requireNumber('targetVolatility', 'target', target);
  const [safest, boldest] = await endsOf('targetVolatility', problem);
  if (target >= boldest.volatility) return boldest;
  if (target < safest.volatility * (1 - 1e-9)) {
    throw new ArgumentError(
      'targetVolatility',
      `no portfolio within the limits has a volatility of ${target}: the least is ${safest.volatility}; ask for more`,
    );
  }
  return volatilityAlong(problem, safest, boldest, target);
}

export interface QuadraticUtilityOptions extends MeanVarianceOptions {
  /** λ: how much return a unit of variance must bring, halved. @default 1 */
  readonly riskAversion?: number;
}

/**
 * The portfolio of greatest utility: maximise wᵀ mean - costs - λ/2 wᵀ Σ w.
 *
 * @example
 * // Without limits that bind, the weights are mean / (λ variance); the rest is cash.
 * const moments = { mean: Float64Array.of(0.1, 0.05), covariance: [Float64Array.of(0.04, 0), Float64Array.of(0, 0.01)] };
 * const { weights, cash } = await maximumUtility(moments, { riskAversion: 10, invested: [0, 1] });
 * console.log(Array.from(weights, (weight) => weight.toFixed(2)), cash.toFixed(2)); // → [ '0.25', '0.50' ] 0.25
 */
export async function maximumUtility(
  moments: Moments,
  options: QuadraticUtilityOptions = {},
): Promise<ExpectedPortfolio> {
  const { riskAversion = 1 } = knownOptions(
    'maximumUtility',
    options,
    'riskAversion riskFree l2Penalty names lower upper invested groups holdings maximumTurnover costs',
    'maximumShort maximumGross',
  );
  const problem = problemOf('maximumUtility', moments, options);
  if (!(riskAversion >= 0 && Number.isFinite(riskAversion))) {
    throw new ArgumentError('maximumUtility', `riskAversion must not be negative, got ${riskAversion}`);
  }
  // Divided by the scale of the covariance; the maximum stays where it is.
  const { program, excess, scale, quadratic } = problem;
  const linear = excess.map((value) => (riskAversion === 0 ? -value : (-value / riskAversion) * scale));
  const { values } = await solveLabelled('maximumUtility', program, {
    linear,
    ...(riskAversion === 0 ? {} : { quadratic }),
  });
  return expectedPortfolioOf(values.slice(0, problem.assets), problem);
}

export interface FrontierOptions extends MeanVarianceOptions {
  /** How many portfolios, from the least variance to the greatest return. @default 20 */
  readonly points?: number;
}

/**
 * The efficient frontier: portfolios of least variance, at equal steps of expected return.
 *
 * @example
 * const moments = { mean: Float64Array.of(0.1, 0.05), covariance: [Float64Array.of(0.04, 0), Float64Array.of(0, 0.01)] };
 * const frontier = await efficientFrontier(moments, { points: 3 });
 * console.log(frontier.map(({ expectedReturn }) => expectedReturn.toFixed(3))); // → [ '0.060', '0.080', '0.100' ]
 */
export async function efficientFrontier(
  moments: Moments,
  options: FrontierOptions = {},
): Promise<ExpectedPortfolio[]> {
  const { points = 20 } = knownOptions(
    'efficientFrontier',
    options,
    'points riskFree l2Penalty names lower upper invested groups holdings maximumTurnover costs',
    'maximumShort maximumGross',
  );
  const problem = problemOf('efficientFrontier', moments, options);
  if (!(Number.isInteger(points) && points >= 2)) {
    throw new ArgumentError(
      'efficientFrontier',
      `points must be a whole number of at least 2, got ${points}`,
    );
  }
  const [safest, boldest] = await endsOf('efficientFrontier', problem);
  const frontier = [safest];
  const step = (boldest.expectedReturn - safest.expectedReturn) / (points - 1);
  for (let point = 1; point < points - 1; point++) {
    frontier.push(await leastVariance('efficientFrontier', problem, safest.expectedReturn + point * step));
  }
  return [...frontier, boldest];
}

/** Variance is convex and rises with the return asked for: false position, and every fourth step a bisection. */
async function volatilityAlong(
  problem: Problem,
  safest: ExpectedPortfolio,
  boldest: ExpectedPortfolio,
  target: number,
): Promise<ExpectedPortfolio> {
  let [low, high] = [safest.expectedReturn, boldest.expectedReturn];
  let [below, above] = [safest.volatility ** 2 - target ** 2, boldest.volatility ** 2 - target ** 2];
  let best = safest;
  for (let step = 0; step < 60; step++) {
    const middle = step % 4 === 3 ? (low + high) / 2 : (low * above - high * below) / (above - below);
    const found = await leastVariance('targetVolatility', problem, middle);
    const off = found.volatility ** 2 - target ** 2;
    if (off <= 0) {
      best = found;
      [low, below] = [middle, off];
    } else [high, above] = [middle, off];
    if (Math.abs(off) <= 1e-12 * target ** 2 || high - low <= 1e-14 * Math.abs(high)) break;
  }
  return best;
}
