/** A forecaster: a network with its scalers, from raw prices to a log return. */

import { type HostTensor, reshape, saveOnnx, spec, type Tensor, tensor } from '@noosphere/core';
import { predictRows, type RunnerOptions, valuesOf } from '@noosphere/learn';
import { dailyFeatures, featuresOfRaw, featureWidth } from './features.js';
import type { Network, NetworkShape } from './networks.js';
import type { PriceHistory } from './prices.js';
import { type Scaler, scale, unscale } from './scaler.js';
import type { OriginRange } from './split.js';
import { lookbackWindows } from './windows.js';

/** Forecasts the log return of the next `horizon` days from the last `lookback`. */
export interface Forecaster {
  readonly shape: NetworkShape;
  readonly horizon: number;
  /** Of the features. */
  readonly inputScaler: Scaler;
  /** Of the log return. */
  readonly targetScaler: Scaler;
  readonly network: Network;
}

/** Features [N, L, F] to log returns [N], inside a graph. */
export function forecastFeatures(
  { network, inputScaler, targetScaler }: Forecaster,
  features: Tensor,
): Tensor {
  const scaled = network.forward(scale(features, inputScaler)); // [N, 1]
  return reshape(unscale(scaled, targetScaler), [-1]);
}

/**
 * Log returns forecast from every origin of a range, with the windows computed in double precision.
 * @returns one number an origin
 */
export async function forecastRange(
  forecaster: Forecaster,
  history: PriceHistory,
  range: OriginRange,
): Promise<Float64Array> {
  const { features, lookback } = forecaster.shape;
  const windows = lookbackWindows(dailyFeatures(history, features), range, lookback);
  const width = featureWidth[features];
  const rows = tensor(windows, { shape: [windows.length / (lookback * width), lookback, width] });
  return valuesOf(
    await predictRows((x: Tensor) => forecastFeatures(forecaster, x), rows, inOneCall('forecast', rows)),
  );
}

/** All rows at once: bits of a product may depend on how many rows it has. */
export function inOneCall(name: string, { shape }: HostTensor): RunnerOptions {
  return { name, threads: 1, rowsPerCall: Math.max(1, Number(shape[0])) };
}

/** Name of the raw input in an exported graph. */
export const rawInputName = { close: 'prices', bars: 'bars' } as const;

export interface SaveForecasterOptions {
  /** Stored in the file beside what describes the model. */
  readonly metadata?: Readonly<Record<string, string>>;
  /** Replace a file that is there already. @default false */
  readonly overwrite?: boolean;
}

/**
 * Saves a forecaster as an ONNX file that needs nothing else: raw prices go in, the log return comes out; returns,
 * scalers and network are in the graph. Input `prices` [batch, lookback + 1], or `bars` [batch, lookback + 1, 5] with
 * open, high, low, close, volume, in float64; output `log_return` [batch] in float32.
 * @example
 * const prices = Float64Array.from({ length: 400 }, (_, day) => Math.exp(Math.sin(day) / 100));
 * const history = { name: 'sine', dates: Array.from(prices, (_, day) => String(day)), prices };
 * const { forecaster } = await fitForecaster('linear', history, splitByTime(400));
 * await saveForecasterOnnx('sine.onnx', forecaster);
 * const last = { first: 399, end: 400 };
 * const fromFile = await forecastWithOnnx('sine.onnx', history, last, forecaster.shape);
 * console.log(largestDifference(fromFile, await forecastRange(forecaster, history, last)) < 1e-8); // → true
 */
export async function saveForecasterOnnx(
  path: string,
  forecaster: Forecaster,
  { metadata = {}, overwrite = false }: SaveForecasterOptions = {},
): Promise<void> {
  const { kind, features, lookback } = forecaster.shape;
  const name = rawInputName[features];
  const days = lookback + 1;
  const rawShape = features === 'close' ? ['batch', days] : ['batch', days, featureWidth[features]];
  await saveOnnx(
    path,
    (inputs: Readonly<Record<string, Tensor>>) => ({
      log_return: forecastFeatures(forecaster, featuresOfRaw(inputs[name] as Tensor, features)),
    }),
    {
      inputs: { [name]: spec('float64', rawShape) },
      name: `${kind} forecaster`,
      metadata: {
        kind,
        features,
        lookback: String(lookback),
        horizon: String(forecaster.horizon),
        output: 'log(price[t+horizon] / price[t])',
        ...metadata,
      },
      overwrite,
    },
  );
}
