/** Which days a forecast may learn from, and which it is judged on. */
import { knownOptions } from '@noosphere/base';
import { ArgumentError } from '@noosphere/core';

/** Forecast origins, i.e. the last day that is known: `first` to `end` - 1. */
export interface OriginRange {
  readonly first: number;
  readonly end: number;
}

export interface SplitOptions {
  /** Days of returns that a forecast sees. @default 10 */
  readonly lookback?: number;
  /** Days ahead. @default 1 */
  readonly horizon?: number;
  /** Part of the days, at the end, that is the test. @default 0.2 */
  readonly testShare?: number;
  /** Part of the training days, at their end, that says when to stop training. @default 0.15 */
  readonly validationShare?: number;
}

/**
 * Origins of each part. A target of one part lies wholly on days of that part: those that cross a border are left out
 * (horizon - 1 at each), so no part learns from a day of a later one.
 */
export interface TimeSplit {
  readonly lookback: number;
  readonly horizon: number;
  /** Number of the first test day. */
  readonly firstTestDay: number;
  /** Everything before the test: `fitting` and `validation`, and the targets across their border. */
  readonly training: OriginRange;
  readonly fitting: OriginRange;
  readonly validation: OriginRange;
  readonly test: OriginRange;
}

/** Fewer windows than this teach nothing and measure nothing. */
const leastWindows = 30;

/**
 * Splits days by date. With s = ⌊(1 - testShare) n⌋ the first test day, training origins t have t + h < s and test
 * origins have t + 1 ≥ s: the day before the first test day is the first from which a test day is forecast.
 * @example
 * const { training, test } = splitByTime(1000, { lookback: 10, horizon: 5 });
 * console.log(training, test); // → { first: 10, end: 795 } { first: 799, end: 995 }
 */
export function splitByTime(dayCount: number, options: SplitOptions = {}): TimeSplit {
  const {
    lookback = 10,
    horizon = 1,
    testShare = 0.2,
    validationShare = 0.15,
  } = knownOptions('splitByTime', options, 'lookback horizon testShare validationShare');
  for (const [name, value] of Object.entries({ lookback, horizon })) {
    if (!Number.isInteger(value) || value < 1) {
      throw new ArgumentError('splitByTime', `${name} must be a whole number from 1, got ${value}`);
    }
  }
  for (const [name, value] of Object.entries({ testShare, validationShare })) {
    if (!(value > 0 && value < 1)) {
      throw new ArgumentError('splitByTime', `${name} must lie between 0 and 1, got ${value}`);
    }
  }
  const firstTestDay = Math.floor((1 - testShare) * dayCount);
  const firstValidationDay = Math.floor((1 - validationShare) * firstTestDay);
  const split: TimeSplit = {
    lookback,
    horizon,
    firstTestDay,
    training: { first: lookback, end: firstTestDay - horizon },
    fitting: { first: lookback, end: firstValidationDay - horizon },
    validation: { first: firstValidationDay - 1, end: firstTestDay - horizon },
    test: { first: firstTestDay - 1, end: dayCount - horizon },
  };
  for (const part of ['fitting', 'validation', 'test'] as const) {
    const count = countOrigins(split[part]);
    if (count < leastWindows) {
      throw new ArgumentError(
        'splitByTime',
        `${dayCount} days leave ${Math.max(0, count)} windows for ${part}, expected at least ${leastWindows}; give a longer series`,
      );
    }
  }
  return split;
}

/** Number of origins in a range. */
export function countOrigins({ first, end }: OriginRange): number {
  return end - first;
}
