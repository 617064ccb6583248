/** Slow series as features: monthly or quarterly values that stand beside returns from the day on which they are public. */
import { ArgumentError } from '@noosphere/core';
import type { TurbulenceSeries } from './days.js';

const operation = 'compareFeatures';

/** A slow series. Values count from their publication until the next one. */
export interface PublishedFeature {
  readonly name: string;
  /** Day from which each value is public, rising, as texts that sort by time (2024-02-14). */
  readonly publicFrom: readonly string[];
  readonly values: ArrayLike<number>;
  /** Last day on which the last value still counts. */
  readonly until: string;
}

/** The value that is public on a day; NaN before the first and after the last. */
export function valueOn({ publicFrom, values, until }: PublishedFeature, day: string): number {
  if (day > until) return Number.NaN;
  let [low, high] = [0, publicFrom.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((publicFrom[middle] ?? '') <= day) low = middle + 1;
    else high = middle;
  }
  return low === 0 ? Number.NaN : (values[low - 1] ?? Number.NaN);
}

/** Series cut to the days on which all features are public; what is left of none is dropped. */
export function daysWithFeatures(
  series: readonly TurbulenceSeries[],
  features: readonly PublishedFeature[],
): TurbulenceSeries[] {
  for (const feature of features) requireFeature(feature);
  const from =
    features
      .map(({ publicFrom }) => publicFrom[0] ?? '')
      .toSorted()
      .at(-1) ?? '';
  const [until = ''] = features.map((each) => each.until).toSorted();
  return series.flatMap(({ name, returns, dates }) => {
    if (!dates)
      throw new ArgumentError(operation, `'${name}' has no dates; features are public from days on`);
    const [first, end] = [dates.findIndex((day) => day >= from), dates.findIndex((day) => day > until)];
    const part = first < 0 ? [0, 0] : [first, end < 0 ? dates.length : end];
    const cut = dates.slice(...part);
    return cut.length === 0 ? [] : [{ name, returns: returns.slice(...part), dates: cut }];
  });
}

function requireFeature({ name, publicFrom, values, until }: PublishedFeature): void {
  if (publicFrom.length === 0 || publicFrom.length !== values.length)
    throw new ArgumentError(
      operation,
      `'${name}' has ${values.length} values and ${publicFrom.length} days of publication; give one a value`,
    );
  const wrong = publicFrom.findIndex((day, at) => at > 0 && day <= (publicFrom[at - 1] ?? ''));
  if (wrong > 0)
    throw new ArgumentError(
      operation,
      `'${name}': days of publication must rise, got ${publicFrom[wrong]} after ${publicFrom[wrong - 1]}`,
    );
  if (until < (publicFrom.at(-1) ?? ''))
    throw new ArgumentError(operation, `'${name}' ends on ${until}, before its last value is public`);
  const missing = Array.from(values).findIndex((value) => !Number.isFinite(value));
  if (missing >= 0)
    throw new ArgumentError(
      operation,
      `'${name}' is ${values[missing]} from ${publicFrom[missing]}; leave it out`,
    );
}
