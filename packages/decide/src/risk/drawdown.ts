/** Drawdowns: how far below its highest value so far something stands. */

import { requireShare } from '@noosphere/base';
import { requireReturns } from '../moments/returns.js';
import { historicalTail } from './tails/tail-risk.js';

/** The deepest drawdown. */
export interface Drawdown {
  /** As a positive share of the peak. */
  readonly depth: number;
  /** Return after which the value was highest; -1 is the start. */
  readonly peak: number;
  /** Return after which it was lowest. */
  readonly trough: number;
  /** Return after which the peak was reached again; `undefined` where it was not. */
  readonly recovery: number | undefined;
}

/**
 * Drawdown after each return, 1 - value / highest value so far (the start counts), compounded.
 *
 * @example
 * console.log(Array.from(drawdowns(Float64Array.of(0.1, -0.5, 1)), (depth) => depth.toFixed(2))); // → [ '0.00', '0.50', '0.00' ]
 */
export function drawdowns(returns: Float64Array): Float64Array {
  requireReturns('drawdowns', returns, 1);
  let [value, highest] = [1, 1];
  return returns.map((change) => {
    value *= 1 + change;
    highest = Math.max(highest, value);
    return 1 - value / highest;
  });
}

/**
 * The deepest drawdown, and when it began, ended and was made good.
 *
 * @example
 * console.log(maximumDrawdown(Float64Array.of(0.1, -0.5, 0.2, 1)));
 * // → { depth: 0.5, peak: 0, trough: 1, recovery: 3 }
 */
export function maximumDrawdown(returns: Float64Array): Drawdown {
  const depths = drawdowns(returns);
  let trough = 0;
  for (const [at, depth] of depths.entries()) if (depth > (depths[trough] as number)) trough = at;
  const depth = depths[trough] as number;
  const peak = depths.subarray(0, trough + 1).lastIndexOf(0);
  const recovery = depths.indexOf(0, trough + 1);
  return {
    depth,
    peak: depth === 0 ? -1 : peak,
    trough: depth === 0 ? -1 : trough,
    recovery: recovery < 0 ? undefined : recovery,
  };
}

/**
 * Conditional drawdown at risk: the mean of the worst 1 - level of the drawdowns.
 *
 * Chekhlov, Uryasev & Zabarankin 2005; with compounded returns.
 *
 * @example
 * console.log(conditionalDrawdown(Float64Array.of(0.1, -0.5, 0.2, 1), 0.75).toFixed(2)); // → 0.50
 */
export function conditionalDrawdown(returns: Float64Array, level = 0.95): number {
  requireShare('conditionalDrawdown', 'level', level);
  return historicalTail(
    drawdowns(returns).map((depth) => -depth),
    level,
  ).expectedShortfall;
}
