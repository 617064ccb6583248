/** Forecasts of tail risk day by day, each from the days before it. */
import { knownOptions, requireShare, requireWhole } from '@noosphere/base';
import { ArgumentError } from '@noosphere/core';
import { requireReturns } from '../../moments/returns.js';
import { type FittedTail, fitTail, type TailMethodOptions } from './tail-risk.js';

export interface RollingTailRiskOptions extends TailMethodOptions {
  /** How many returns before the day are looked at. @default 1000 */
  readonly window?: number;
  /** Days between estimates of parameters; the days between use the last ones on their own window. @default 21 */
  readonly refitEvery?: number;
}

/** Forecasts for the returns `from`, `from + 1`, …, and those returns. */
export interface RollingTailRisk {
  readonly from: number;
  /** Losses as positive shares. */
  readonly valueAtRisk: Float64Array;
  readonly expectedShortfall: Float64Array;
  /** 1 where the loss was greater than the value at risk: what `kupiecTest` and its like take. */
  readonly exceeded: Uint8Array;
}

/**
 * Value at risk and expected shortfall of each day from the returns before it: none sees its own day or a later one.
 *
 * @example
 * const returns = Float64Array.from({ length: 300 }, (_, t) => 0.01 * Math.sin(t * t));
 * const { from, valueAtRisk, exceeded } = rollingTailRisk(returns, { window: 100, level: 0.9 });
 * console.log(from, valueAtRisk.length, exceeded.length); // → 100 200 200
 */
export function rollingTailRisk(
  returns: Float64Array,
  options: RollingTailRiskOptions = {},
): RollingTailRisk {
  const {
    method = 'historical',
    level = 0.95,
    window = 1000,
    refitEvery = 21,
  } = knownOptions('rollingTailRisk', options, 'window refitEvery method level');
  requireShare('rollingTailRisk', 'level', level);
  requireWhole('rollingTailRisk', 'window', window, 10);
  requireWhole('rollingTailRisk', 'refitEvery', refitEvery, 1);
  requireReturns('rollingTailRisk', returns, 2);
  if (returns.length <= window) {
    throw new ArgumentError(
      'rollingTailRisk',
      `needs more than the window of ${window} returns, got ${returns.length}; take a shorter window`,
    );
  }
  const days = returns.length - window;
  const valueAtRisk = new Float64Array(days);
  const expectedShortfall = new Float64Array(days);
  const exceeded = new Uint8Array(days);
  let tail: FittedTail | undefined;
  for (let day = 0; day < days; day++) {
    const past = returns.subarray(day, day + window);
    if (tail === undefined || day % refitEvery === 0) tail = fitTail('rollingTailRisk', method, past);
    const risk = tail(past, level);
    valueAtRisk[day] = risk.valueAtRisk;
    expectedShortfall[day] = risk.expectedShortfall;
    exceeded[day] = -(returns[day + window] as number) > risk.valueAtRisk ? 1 : 0;
  }
  return { from: window, valueAtRisk, expectedShortfall, exceeded };
}
