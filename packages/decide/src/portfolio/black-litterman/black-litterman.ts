/** Expected returns from what the market seems to expect and what the user thinks, weighted by how sure each is. */
import { dot, knownOptions, requirePositive } from '@noosphere/base';
import { ArgumentError } from '@noosphere/core';
import { cholesky, choleskySolve } from '@noosphere/statistics';
import { symmetric, times } from '../../moments/covariance.js';
import { requireCovariance, requireList } from '../../moments/tables.js';
import type { Moments } from '../convex/index.js';

/** An opinion: Σ coefficient · return of some assets is expected to be so much. */
export interface View {
  /** Which assets, by index. */
  readonly assets: readonly number[];
  /** One each: `[1, -1]` says that the first earns more than the second. @default 1 each */
  readonly coefficients?: readonly number[];
  /** In the period of the covariance. */
  readonly expectedReturn: number;
  /** 0 (ignore it) … 1 (certain): how far the view moves the prior, Idzorek's. @default the variance below */
  readonly confidence?: number;
  /** Variance of the view's error. @default τ · the variance of the view's assets: a confidence of a half */
  readonly variance?: number;
}

export interface BlackLittermanOptions {
  /** What is expected without views. @default that of equal weights, by `equilibriumReturns` */
  readonly prior?: ArrayLike<number>;
  /** How unsure the prior is, as a share of the covariance. @default 0.05 */
  readonly tau?: number;
}

/**
 * Returns that would make given weights optimal: δ Σ w. The market's own weights give what the market expects.
 *
 * @param riskAversion - δ, the market's excess return over its variance; about 2.5 for stocks
 *
 * @example
 * const covariance = [Float64Array.of(0.04, 0.01), Float64Array.of(0.01, 0.01)];
 * const mean = equilibriumReturns(covariance, [0.5, 0.5], 2);
 * console.log(Array.from(mean)); // → [ 0.05, 0.02 ]
 */
export function equilibriumReturns(
  covariance: readonly Float64Array[],
  weights: ArrayLike<number>,
  riskAversion = 1,
): Float64Array {
  const assets = requireCovariance('equilibriumReturns', covariance);
  requirePositive('equilibriumReturns', 'riskAversion', riskAversion);
  const checked = requireList('equilibriumReturns', 'weights', weights, assets);
  return times(covariance, checked).map((value) => riskAversion * value);
}

/**
 * Mean and covariance after views, by Bayes' rule: π + τΣPᵀ (PτΣPᵀ + Ω)⁻¹ (q - Pπ), and Σ plus the variance that is left of the mean.
 *
 * The result goes into `maximumSharpe` or any other portfolio of moments.
 *
 * Black & Litterman 1992; Ω by default He & Litterman's 1999, by confidence Idzorek's 2005 in Walters' closed form.
 *
 * @example
 * const covariance = [Float64Array.of(0.04, 0), Float64Array.of(0, 0.04)];
 * const views = [{ assets: [0], expectedReturn: 0.1, confidence: 0.5 }];
 * const { mean } = blackLitterman(covariance, views, { prior: [0.05, 0.05] });
 * console.log(Array.from(mean, (value) => value.toFixed(3))); // → [ '0.075', '0.050' ]
 */
export function blackLitterman(
  covariance: readonly Float64Array[],
  views: readonly View[],
  options: BlackLittermanOptions = {},
): Moments {
  const assets = requireCovariance('blackLitterman', covariance);
  const { tau = 0.05 } = knownOptions('blackLitterman', options, 'prior tau');
  requirePositive('blackLitterman', 'tau', tau);
  const prior =
    options.prior === undefined
      ? equilibriumReturns(covariance, new Float64Array(assets).fill(1 / assets))
      : requireList('blackLitterman', 'prior', options.prior, assets);
  // A view without confidence says nothing.
  const heard = views.filter(({ confidence }) => confidence !== 0);
  if (heard.length === 0)
    return { mean: prior, covariance: covariance.map((row) => row.map((value) => value * (1 + tau))) };
  const picks = heard.map((view, at) => pickOf(view, at, assets));
  /** τ Σ pᵀ, one row a view. */
  const spread = picks.map((pick) => times(covariance, pick).map((value) => tau * value));
  const inner = symmetric(heard.length, (i, j) => {
    const shared = dot(picks[i] as Float64Array, spread[j] as Float64Array);
    return i === j ? shared + errorVariance(heard[i] as View, i, shared) : shared;
  });
  const factor = cholesky(inner);
  if (factor === undefined) {
    throw new ArgumentError(
      'blackLitterman',
      'views that are certain contradict or repeat each other; lower a confidence or leave one out',
    );
  }
  const surprise = Float64Array.from(
    heard,
    ({ expectedReturn }, at) => expectedReturn - dot(picks[at] as Float64Array, prior),
  );
  const pull = choleskySolve(factor, surprise);
  const mean = prior.map((value, asset) =>
    spread.reduce((sum, row, view) => sum + (row[asset] as number) * (pull[view] as number), value),
  );
  const columns = Array.from({ length: assets }, (_, asset) =>
    choleskySolve(
      factor,
      Float64Array.from(spread, (row) => row[asset] as number),
    ),
  );
  const posterior = symmetric(assets, (i, j) => {
    const learned = spread.reduce(
      (sum, row, view) => sum + (row[i] as number) * (columns[j]?.[view] as number),
      0,
    );
    return (1 + tau) * (covariance[i]?.[j] as number) - learned;
  });
  return { mean, covariance: posterior };
}

function pickOf(view: View, at: number, assets: number): Float64Array {
  const coefficients = view.coefficients ?? view.assets.map(() => 1);
  if (coefficients.length !== view.assets.length || view.assets.length === 0) {
    throw new ArgumentError(
      'blackLitterman',
      `view ${at}: expected one coefficient an asset, got ${coefficients.length} for ${view.assets.length}`,
    );
  }
  const pick = new Float64Array(assets);
  for (const [place, asset] of view.assets.entries()) {
    const coefficient = coefficients[place] as number;
    if (!(Number.isInteger(asset) && asset >= 0 && asset < assets) || !Number.isFinite(coefficient)) {
      throw new ArgumentError(
        'blackLitterman',
        `view ${at}: expected assets 0 … ${assets - 1} with finite coefficients, got asset ${asset} times ${coefficient}`,
      );
    }
    pick[asset] = (pick[asset] as number) + coefficient;
  }
  if (!Number.isFinite(view.expectedReturn)) {
    throw new ArgumentError(
      'blackLitterman',
      `view ${at}: expectedReturn must be finite, got ${view.expectedReturn}`,
    );
  }
  return pick;
}

/** Ω of one view; `shared` is τ p Σ pᵀ. */
function errorVariance({ confidence, variance }: View, at: number, shared: number): number {
  if (confidence !== undefined) {
    if (!(confidence >= 0 && confidence <= 1)) {
      throw new ArgumentError(
        'blackLitterman',
        `view ${at}: confidence lies between 0 and 1, got ${confidence}`,
      );
    }
    if (variance !== undefined) {
      throw new ArgumentError('blackLitterman', `view ${at}: give a confidence or a variance, not both`);
    }
    return shared * (1 / confidence - 1);
  }
  if (variance === undefined) return shared;
  if (!(variance >= 0 && Number.isFinite(variance))) {
    throw new ArgumentError('blackLitterman', `view ${at}: variance must not be negative, got ${variance}`);
  }
  return variance;
}
