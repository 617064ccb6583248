/** From prices to returns, and what any series of them must be like. */
import { requireNumbers } from '@noosphere/base';
import { ArgumentError } from '@noosphere/core';

/**
 * Simple returns, p[t] / p[t - 1] - 1: those of assets add up over a portfolio. One value fewer than prices.
 *
 * @example
 * console.log(Array.from(simpleReturns([100, 110, 99]), (value) => value.toFixed(2))); // → [ '0.10', '-0.10' ]
 */
export function simpleReturns(prices: ArrayLike<number>): Float64Array {
  return ratiosOf('simpleReturns', prices).map((ratio) => ratio - 1);
}

/**
 * Logarithmic returns, ln(p[t] / p[t - 1]): those of days add up over time. One value fewer than prices.
 *
 * @example
 * console.log(logReturns([100, 110])[0]?.toFixed(4)); // → 0.0953
 */
export function logReturns(prices: ArrayLike<number>): Float64Array {
  return ratiosOf('logReturns', prices).map(Math.log);
}

function ratiosOf(operation: string, prices: ArrayLike<number>): Float64Array {
  requireNumbers(operation, 'prices', prices);
  const list = Float64Array.from(prices);
  const wrong = list.findIndex((price) => !(price > 0 && Number.isFinite(price)));
  if (wrong >= 0) {
    throw new ArgumentError(
      operation,
      `prices[${wrong}] must be positive, got ${list[wrong]}; fill the gap or leave it out`,
    );
  }
  if (list.length < 2) throw new ArgumentError(operation, `needs at least 2 prices, got ${list.length}`);
  return Float64Array.from(
    { length: list.length - 1 },
    (_, at) => (list[at + 1] as number) / (list[at] as number),
  );
}

/** Squares and fourth powers of what is smaller stay within the range of numbers; nothing real comes near. */
export const mostReturn = 1e12;

/** Refuses too few returns, or one that is not finite. */
export function requireReturns(operation: string, returns: Float64Array, minimum: number): void {
  requireNumbers(operation, 'returns', returns);
  if (returns.length < minimum) {
    throw new ArgumentError(
      operation,
      `needs at least ${minimum} returns, got ${returns.length}; take a longer history`,
    );
  }
  const wrong = returns.findIndex((value) => !(Math.abs(value) < mostReturn));
  if (wrong >= 0) {
    throw new ArgumentError(
      operation,
      `returns[${wrong}] must be finite and no price, got ${returns[wrong]}; fill the gap or leave it out`,
    );
  }
}
