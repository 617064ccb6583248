/** How much of a decomposition is trend, and how much season. */

import { varianceOf } from '@noosphere/base';

export interface Strengths {
  /** From 0, nothing beside the remainder, to 1: max(0, 1 - Var(remainder) / Var(trend + remainder)). */
  readonly trendStrength: number;
  /** The same of the season. */
  readonly seasonalStrength: number;
}

/** Strengths of trend and season; 0 where there is nothing that varies. Wang, Smith & Hyndman 2006; fpp3 4.3. */
export function strengthsOf(
  y: Float64Array,
  trend: Float64Array,
  seasonal: Float64Array,
  remainder: Float64Array,
): Strengths {
  return {
    trendStrength: strength(y, trend, remainder),
    seasonalStrength: strength(y, seasonal, remainder),
  };
}

/** Strength of one part of y. What varies by less than rounding does is constant. */
export function strength(y: Float64Array, part: Float64Array, remainder: Float64Array): number {
  const both = varianceOf(part.map((value, index) => value + (remainder[index] as number)));
  const rounding = (1e-13 * y.reduce((most, value) => Math.max(most, Math.abs(value)), 0)) ** 2;
  return both > rounding ? Math.max(0, 1 - varianceOf(remainder) / both) : 0;
}
