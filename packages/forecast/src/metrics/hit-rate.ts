/** How often a forecast has the direction right, and how sure that is. */
import { knownOptions } from '@noosphere/base';
import { requireSameCount } from './errors.js';

/** Of a share, from 0 to 1. */
export interface ShareInterval {
  readonly low: number;
  readonly high: number;
}

/**
 * Wilson's interval of a share p = hits / count at 95 %: (p + z²/2n ± z √(p(1-p)/n + z²/4n²)) / (1 + z²/n), z = 1.96.
 * Wilson 1927.
 * @example
 * const { low, high } = wilsonInterval(50, 100);
 * console.log(low.toFixed(4), high.toFixed(4)); // → 0.4038 0.5962
 */
export function wilsonInterval(hits: number, count: number, z = 1.959963984540054): ShareInterval {
  if (count === 0) return { low: 0, high: 1 };
  const share = hits / count;
  const centre = share + (z * z) / (2 * count);
  const reach = z * Math.sqrt((share * (1 - share)) / count + (z * z) / (4 * count * count));
  const scale = 1 + (z * z) / count;
  return { low: Math.max(0, (centre - reach) / scale), high: Math.min(1, (centre + reach) / scale) };
}

export interface HitRate {
  /** Share of windows whose forecast has the sign of what happened. */
  readonly rate: number;
  readonly hits: number;
  /** Windows where both have a sign. */
  readonly count: number;
  /** 95 % by Wilson, for count / horizon windows. */
  readonly interval: ShareInterval;
}

/**
 * Hit rate: share of windows with sign ŷ = sign y, of those where neither is zero; `undefined` where there are none.
 * Targets of h days overlap, so only one window in h tells something new: the interval is that of count / h windows.
 * @example
 * console.log(hitRate([1, -1, 2, 0], [3, 1, 1, 1])?.hits); // → 2
 */
export function hitRate(
  actual: ArrayLike<number>,
  forecast: ArrayLike<number>,
  options: { horizon?: number } = {},
): HitRate | undefined {
  const { horizon = 1 } = knownOptions('hitRate', options, 'horizon');
  requireSameCount('hitRate', actual, forecast);
  let hits = 0;
  let count = 0;
  for (let index = 0; index < actual.length; index++) {
    const product = Math.sign(actual[index] ?? 0) * Math.sign(forecast[index] ?? 0);
    if (product !== 0) count += 1;
    if (product > 0) hits += 1;
  }
  if (count === 0) return undefined;
  return { rate: hits / count, hits, count, interval: wilsonInterval(hits / horizon, count / horizon) };
}
