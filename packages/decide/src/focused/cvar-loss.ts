/** Conditional value at risk as a loss: the mean of the worst, with a gradient. */
import { knownOptions } from '@noosphere/base';
import {
  ArgumentError,
  add,
  div,
  formatShape,
  mean,
  mul,
  relu,
  requireTensors,
  ShapeError,
  slice,
  softplus,
  sub,
  sum,
  type Tensor,
  topK,
} from '@noosphere/core';

export interface CvarOptions {
  /** β: the mean is that of the worst 1 - β of the costs. @default 0.95 */
  readonly confidence?: number;
}

/**
 * CVaR of a batch of costs: the mean of the worst 1 - β of them, all equally likely.
 * Exact: equal to min over t of t + mean(max(0, cost - t)) / (1 - β), and its gradient a subgradient of that; where (1 - β) B is
 * not whole, the last cost counts in part. Costs [B] (B known), the result []. Rockafellar & Uryasev 2000.
 *
 * A batch must be large enough that its worst share means something: 1 / (1 - β) rows at least, better twenty times as many. Use
 * `cvarLossAt` for smaller ones.
 * @throws ShapeError for costs that are not [B]; ArgumentError for a confidence outside of [0, 1).
 * @example
 * console.log(await cvarLoss(tensor([1, 2, 3, 10]), { confidence: 0.5 }).item()); // → 6.5
 */
export function cvarLoss(costs: Tensor, options: CvarOptions = {}): Tensor {
  const { confidence = 0.95 } = knownOptions('cvarLoss', options, 'confidence');
  requireConfidence('cvarLoss', confidence);
  requireTensors('cvarLoss', costs);
  const rows = costs.shape[0];
  if (costs.rank !== 1 || typeof rows !== 'number' || rows === 0)
    throw new ShapeError(
      'cvarLoss',
      `expects costs [B], B known and above 0, got ${formatShape(costs.shape)}; reshape(costs, [-1]) makes them one row`,
    );
  // 1 - 0.9 is a little less than 0.1: a whole number of rows must not become one more.
  const tail = Math.max(Number.EPSILON, Math.round((1 - confidence) * rows * 1e9) / 1e9);
  const count = Math.min(rows, Math.ceil(tail));
  const worst = topK(costs, { k: count }).values;
  const last = slice(worst, { starts: [count - 1], ends: [count] });
  return div(sub(sum(worst), mul(sum(last), count - tail)), tail);
}

export interface CvarAtOptions extends CvarOptions {
  /** Softens the kink at t: max(0, x) becomes s log(1 + exp(x / s)), in units of the costs. @default 0: no softening */
  readonly smoothing?: number;
}

/**
 * The function whose least value over the threshold t is the CVaR: t + mean(max(0, cost - t)) / (1 - β).
 * With t a parameter that trains beside the model, small batches give unbiased gradients. Costs [...], threshold [] or [1],
 * the result []. Rockafellar & Uryasev 2000, equation 4.
 * @example
 * const costs = tensor([1, 2, 3, 10]);
 * console.log(await cvarLossAt(costs, tensor(3), { confidence: 0.5 }).item()); // → 6.5
 */
export function cvarLossAt(costs: Tensor, threshold: Tensor, options: CvarAtOptions = {}): Tensor {
  const { confidence = 0.95, smoothing = 0 } = knownOptions('cvarLossAt', options, 'smoothing confidence');
  requireConfidence('cvarLossAt', confidence);
  requireTensors('cvarLossAt', costs, threshold);
  if (!(smoothing >= 0 && smoothing < Number.POSITIVE_INFINITY))
    throw new ArgumentError('cvarLossAt', `smoothing must be 0 or above, got ${smoothing}`);
  if (threshold.shape.some((dim) => dim !== 1))
    throw new ShapeError(
      'cvarLossAt',
      `expects a threshold of one number, got ${formatShape(threshold.shape)}`,
    );
  const excess = sub(costs, threshold);
  const above = smoothing === 0 ? relu(excess) : mul(softplus(div(excess, smoothing)), smoothing);
  return add(sum(threshold), div(mean(above), 1 - confidence));
}

function requireConfidence(operation: string, confidence: number): void {
  if (!(confidence >= 0 && confidence < 1))
    throw new ArgumentError(operation, `confidence must lie from 0 to below 1, got ${confidence}`);
}
