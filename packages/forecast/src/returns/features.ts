/**
 * What a network sees of a day: log returns, never prices, because returns look alike at any price. Each formula stands
 * here twice: for arrays, to make training windows, and for tensors, as the first part of the exported graph.
 */
import { ArgumentError, cast, concat, div, log, slice, type Tensor, unsqueeze } from '@noosphere/core';
import type { Bars, PriceHistory } from './prices.js';
import { logReturns } from './prices.js';
import type { OriginRange } from './split.js';
import { countOrigins } from './split.js';
import type { DailyFeatures } from './windows.js';

/** `close`: r = log(c[t] / c[t-1]). `bars`: log(o/c⁻), log(h/c⁻), log(l/c⁻), log(c/c⁻), log(v/v⁻); ⁻ is the day before. */
export type FeatureKind = 'close' | 'bars';

/** Numbers that a day has in the features, and in the raw input of an exported graph. */
export const featureWidth: Readonly<Record<FeatureKind, number>> = { close: 1, bars: 5 };

/** The features of every day of a history; those of the first day are NaN. */
export function dailyFeatures(history: PriceHistory, kind: FeatureKind): DailyFeatures {
  if (kind === 'close') return { width: 1, values: logReturns(history.prices) };
  const bars = barsOf(history);
  const { open, high, low, close, volume } = bars;
  const values = new Float64Array(close.length * 5).fill(Number.NaN);
  for (let day = 1; day < close.length; day++) {
    const before = close[day - 1] ?? Number.NaN;
    [open, high, low, close].forEach((column, place) => {
      values[day * 5 + place] = Math.log((column[day] ?? Number.NaN) / before);
    });
    values[day * 5 + 4] = Math.log((volume[day] ?? Number.NaN) / (volume[day - 1] ?? Number.NaN));
  }
  return { width: 5, values };
}

/**
 * Raw prices as an exported graph takes them: the lookback + 1 days up to each origin.
 * Shapes: `close` [origins, lookback + 1], `bars` [origins, lookback + 1, 5], row-major.
 */
export function rawWindows(
  history: PriceHistory,
  kind: FeatureKind,
  { first, end }: OriginRange,
  lookback: number,
): { readonly data: Float64Array; readonly shape: readonly number[] } {
  const columns = kind === 'close' ? [history.prices] : columnsOf(barsOf(history));
  const days = lookback + 1;
  const count = countOrigins({ first, end });
  const data = new Float64Array(count * days * columns.length);
  let place = 0;
  for (let origin = first; origin < end; origin++) {
    for (let day = origin - lookback; day <= origin; day++) {
      for (const column of columns) data[place++] = column[day] ?? Number.NaN;
    }
  }
  return { data, shape: kind === 'close' ? [count, days] : [count, days, 5] };
}

/**
 * Raw prices to features, inside a graph. Prices come in float64: in float32 they would leave a return uncertain from its
 * sixth digit on. Shapes: [N, L + 1] or [N, L + 1, 5] gives [N, L, width] in float32.
 */
export function featuresOfRaw(raw: Tensor, kind: FeatureKind): Tensor {
  const [today, before] = [
    slice(raw, { starts: [1], ends: [last], axes: [1] }),
    slice(raw, { starts: [0], ends: [-1], axes: [1] }),
  ];
  if (kind === 'close') return unsqueeze(cast(log(div(today, before)), 'float32'), 2);
  const channels = (tensor: Tensor, from: number, to: number) =>
    slice(tensor, { starts: [from], ends: [to], axes: [2] });
  const prices = div(channels(today, 0, 4), channels(before, 3, 4));
  const volume = div(channels(today, 4, 5), channels(before, 4, 5));
  return cast(log(concat([prices, volume], { axis: 2 })), 'float32');
}

/** Beyond any axis: ONNX clamps it to the end. */
const last = 2 ** 31 - 1;

function columnsOf({ open, high, low, close, volume }: Bars): Float64Array[] {
  return [open, high, low, close, volume];
}

function barsOf({ name, bars }: PriceHistory): Bars {
  if (!bars) {
    throw new ArgumentError(
      'forecast',
      `${name}: open, high, low, close and volume are needed, got the price alone`,
    );
  }
  return bars;
}
