/** What a decision costs once the world is known: losses through which a forecaster is trained for the decision. */
import { knownOptions } from '@noosphere/base';
import {
  ArgumentError,
  abs,
  add,
  argMin,
  formatShape,
  gatherElements,
  matmul,
  max,
  mean,
  mul,
  neg,
  relu,
  requireSameShape,
  ShapeError,
  softmax,
  sub,
  sum,
  type Tensor,
  transpose,
} from '@noosphere/core';
import { type CvarOptions, cvarLoss } from './cvar-loss.js';

export interface NewsvendorOptions {
  /** Cost of one unit too few. */
  readonly underage: number;
  /** Cost of one unit too many. */
  readonly overage: number;
}

/**
 * Cost of having provided a quantity when the demand is known: underage max(0, demand - quantity) + overage max(0, quantity -
 * demand), element by element. Stock, staff, capacity, reserves. Shapes equal, [...]; Arrow, Harris & Marschak 1951.
 * @example
 * const costs = newsvendorCost(tensor([5, 5]), tensor([7, 4]), { underage: 3, overage: 1 });
 * console.log(await costs.array()); // → [ 6, 1 ]
 */
export function newsvendorCost(quantity: Tensor, demand: Tensor, options: NewsvendorOptions): Tensor {
  const { underage, overage } = knownOptions('newsvendorCost', options, 'underage overage');
  requireSameShape('newsvendorCost', quantity, demand);
  if (!(underage >= 0 && overage >= 0 && Number.isFinite(underage + overage)))
    throw new ArgumentError(
      'newsvendorCost',
      `underage and overage must be 0 or above, got ${underage} and ${overage}`,
    );
  const missing = sub(demand, quantity);
  return add(mul(relu(missing), underage), mul(relu(neg(missing)), overage));
}

export interface PortfolioLossOptions extends CvarOptions {
  /** λ in -(1 - λ) mean return + λ CVaR of the loss. @default 0.5 */
  readonly riskAversion?: number;
  /** Cost of trading one unit of weight. @default 0 */
  readonly tradingCost?: number;
  /** Weights held before, [A] or [B, A]. @default none: trading is not charged */
  readonly held?: Tensor;
}

/**
 * Loss of the portfolio that scores stand for: weights = softmax(scores), so never short and fully invested;
 * r = Σ weight · return - tradingCost Σ |weight - held|; loss = -(1 - λ) mean(r) + λ CVaR(-r).
 * Scores [B, A] are what a model forecasts, returns [B, A] what came; the result [].
 * @example
 * const scores = tensor([[0, 0], [0, 0]]);
 * const loss = portfolioLoss(scores, tensor([[0.02, 0], [-0.04, 0]]), { riskAversion: 1, confidence: 0.5 });
 * console.log((await loss.item()).toFixed(3)); // → 0.020
 */
export function portfolioLoss(scores: Tensor, returns: Tensor, options: PortfolioLossOptions = {}): Tensor {
  const {
    confidence = 0.95,
    riskAversion = 0.5,
    tradingCost = 0,
    held,
  } = knownOptions('portfolioLoss', options, 'riskAversion tradingCost held confidence');
  requireSameShape('portfolioLoss', scores, returns);
  if (scores.rank !== 2)
    throw new ShapeError('portfolioLoss', `expects scores [B, A], got ${formatShape(scores.shape)}`);
  if (!(riskAversion >= 0 && riskAversion <= 1))
    throw new ArgumentError('portfolioLoss', `riskAversion must lie from 0 to 1, got ${riskAversion}`);
  if (!(tradingCost >= 0))
    throw new ArgumentError('portfolioLoss', `tradingCost must be 0 or above, got ${tradingCost}`);
  const weights = softmax(scores);
  const gross = sum(mul(weights, returns), { axes: [1] });
  const net = held ? sub(gross, mul(sum(abs(sub(weights, held)), { axes: [1] }), tradingCost)) : gross;
  return add(mul(mean(net), riskAversion - 1), mul(cvarLoss(neg(net), { confidence }), riskAversion));
}

/**
 * SPO+, a convex bound of what a decision by forecast costs more than the best one had cost:
 * mean over rows of max_v (c - 2 ĉ)ᵀv + 2 ĉᵀv* - cᵀv*, where v are the decisions and v* is the best for the true costs c.
 * Forecast ĉ and actual costs c [B, N]; decisions [V, N], one a row (for a polytope its vertices); the result [].
 * Elmachtoub & Grigas: Smart "Predict, then Optimize" (2022).
 * @example
 * // Two roads: the forecast prefers the first, the second is 2 cheaper.
 * const roads = tensor([[1, 0], [0, 1]]);
 * console.log(await spoPlusLoss(tensor([[1, 2]]), tensor([[4, 2]]), roads).item()); // → 4
 */
export function spoPlusLoss(forecast: Tensor, actual: Tensor, decisions: Tensor): Tensor {
  requireSameShape('spoPlusLoss', forecast, actual);
  if (forecast.rank !== 2 || decisions.rank !== 2 || decisions.shape[1] !== forecast.shape[1])
    throw new ShapeError(
      'spoPlusLoss',
      `expects costs [B, N] and decisions [V, N], got ${formatShape(forecast.shape)} and ${formatShape(decisions.shape)}`,
    );
  const columns = transpose(decisions);
  const trueCosts = matmul(actual, columns);
  const best = argMin(trueCosts, { axis: 1, keepDims: true });
  const atBest = gatherElements(matmul(forecast, columns), best, { axis: 1 });
  const least = gatherElements(trueCosts, best, { axis: 1 });
  const bound = max(matmul(sub(actual, mul(forecast, 2)), columns), { axes: [1], keepDims: true });
  return mean(sub(add(bound, mul(atBest, 2)), least));
}
