/** Prices as a frame of series, for the models of one series. */
import { knownOptions } from '@noosphere/base';
import type { SeriesFrame } from '../frame/frame.js';
import { frameOf } from '../frame/index.js';
import type { PriceHistory } from './prices.js';

export interface LogPriceOptions {
  /** The last rows of each history. @default all */
  readonly days?: number;
}

/**
 * Logarithms of prices as series, one row a day with a price, so `ds` counts days from the first one that is kept. A
 * forecast of log p[t+h] less log p[t] is the cumulative log return that this package's other models forecast.
 * @example
 * const history = { name: 'A', dates: ['2024-01-02', '2024-01-03'], prices: Float64Array.of(1, Math.E) };
 * console.log(logPriceFrame([history]).y); // → Float64Array(2) [ 0, 1 ]
 */
export function logPriceFrame(
  histories: readonly PriceHistory[],
  options: LogPriceOptions = {},
): SeriesFrame {
  const { days = Number.POSITIVE_INFINITY } = knownOptions('logPriceFrame', options, 'days');
  const parts = histories.map(({ name, prices }) => ({
    name,
    prices: prices.subarray(Math.max(0, prices.length - days)),
  }));
  return frameOf(
    {
      unique_id: parts.flatMap(({ name, prices }) => new Array<string>(prices.length).fill(name)),
      ds: parts.flatMap(({ prices }) => Array.from(prices, (_, day) => day)),
      y: Float64Array.from(parts.flatMap(({ prices }) => Array.from(prices, Math.log))),
    },
    { frequency: 'step' },
  );
}
