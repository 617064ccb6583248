/** Forecasts again from a saved file: proof that the file carries all that the forecast needs. */
import { loadOnnx, type Tensor, tensor } from '@noosphere/core';
import { predictRows, valuesOf } from '@noosphere/learn';
import { type FeatureKind, rawWindows } from './features.js';
import { inOneCall } from './forecaster.js';
import type { PriceHistory } from './prices.js';
import type { OriginRange } from './split.js';

/** Log returns that an ONNX file of `saveForecasterOnnx` forecasts from raw prices, for every origin of a range. */
export async function forecastWithOnnx(
  path: string,
  history: PriceHistory,
  range: OriginRange,
  { features, lookback }: { readonly features: FeatureKind; readonly lookback: number },
): Promise<Float64Array> {
  const model = await loadOnnx<'log_return'>(path);
  const { data, shape } = rawWindows(history, features, range, lookback);
  const rows = tensor(data, { shape });
  const forecast = (raw: Tensor) => model.apply([raw]).log_return;
  return valuesOf(await predictRows(forecast, rows, inOneCall('rescore', rows)));
}

/** Largest absolute difference of two forecasts. */
export function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let largest = 0;
  for (let index = 0; index < Math.max(a.length, b.length); index++) {
    const difference = Math.abs((a[index] ?? Number.NaN) - (b[index] ?? Number.NaN));
    // A NaN on either side must not pass for agreement.
    if (Number.isNaN(difference)) return Number.NaN;
    largest = Math.max(largest, difference);
  }
  return largest;
}
