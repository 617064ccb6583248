/** Prices of one security, ready for returns: no gaps, all positive. */
import { requireObject } from '@noosphere/base';
import { ArgumentError } from '@noosphere/core';
import { type Series, withoutGaps } from '../series/index.js';

/** Daily bars; all columns have the length of the dates. */
export interface Bars {
  readonly open: Float64Array;
  readonly high: Float64Array;
  readonly low: Float64Array;
  readonly close: Float64Array;
  readonly volume: Float64Array;
}

/** One security's history, oldest first. "A day" below is one row: the next day with a price. */
export interface PriceHistory {
  readonly name: string;
  readonly dates: readonly string[];
  readonly prices: Float64Array;
  /** The bars behind the prices, whose close is the price, where they are known. */
  readonly bars?: Bars;
}

/**
 * A history from a series: days without a price are left out; a price that is not positive has no logarithm.
 * @example
 * const { prices } = priceHistory({ name: 'A', dates: ['1', '2', '3'], values: Float64Array.of(5, Number.NaN, 6) });
 * console.log(prices); // → Float64Array(2) [ 5, 6 ]
 */
export function priceHistory(series: Series): PriceHistory {
  const { name, dates, values } = withoutGaps(series);
  checkPositive(name, 'price', dates, values);
  return { name, dates, prices: values };
}

/** A history from bars without gaps: the close is the price. */
export function barHistory(name: string, dates: readonly string[], bars: Bars): PriceHistory {
  requireObject('barHistory', 'the bars', bars, '{ open, high, low, close, volume }');
  const { open, high, low, close, volume } = bars;
  for (const [column, values] of Object.entries({ open, high, low, close, volume })) {
    if (values.length !== dates.length) {
      throw new ArgumentError(
        'barHistory',
        `${name}: expected ${dates.length} of ${column}, got ${values.length}`,
      );
    }
    checkPositive(name, column, dates, values);
  }
  return { name, dates, prices: close, bars: { open, high, low, close, volume } };
}

function checkPositive(name: string, column: string, dates: readonly string[], values: Float64Array): void {
  const index = values.findIndex((value) => !(value > 0));
  if (index >= 0) {
    const found = `${values[index]} on ${dates[index]}`;
    throw new ArgumentError(
      'logReturns',
      `${name}: expected every ${column} above zero, got ${found}; make such days gaps`,
    );
  }
}

/**
 * Log returns: r[t] = log(p[t] / p[t-1]); r[0] is NaN.
 * @example
 * console.log(logReturns(Float64Array.of(100, 110))[1]?.toFixed(4)); // → 0.0953
 */
export function logReturns(prices: Float64Array): Float64Array {
  return prices.map((price, day) => Math.log(price / (prices[day - 1] ?? Number.NaN)));
}
