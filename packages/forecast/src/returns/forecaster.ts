/** A forecaster: a network with its scalers, from raw prices to a log return. */

import { join } from 'node:path';
import { knownOptions } from '@noosphere/base';
import { FormatError, type HostTensor, reshape, saveOnnx, spec, type Tensor, tensor } from '@noosphere/core';
import {
  loadModel,
  predictRows,
  type RunnerOptions,
  registerModel,
  saveModel,
  valuesOf,
} from '@noosphere/learn';
import { loadStateDict, Random, stateDict } from '@noosphere/train';
import { dailyFeatures, featuresOfRaw, featureWidth } from './features.js';
import { createNetwork, type Network, type NetworkShape, networkKinds } from './networks.js';
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
  /** Stored beside what describes the model. */
  readonly metadata?: Readonly<Record<string, string>>;
  /** Replace what is there already. @default false */
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
  options: SaveForecasterOptions = {},
): Promise<void> {
  const { metadata = {}, overwrite = false } = knownOptions(
    'saveForecasterOnnx',
    options,
    'metadata overwrite',
  );
  const { kind, features, lookback } = forecaster.shape;
  const { name, shape, forward } = rawGraph(forecaster);
  await saveOnnx(path, forward, {
    inputs: { [name]: spec('float64', ['batch', ...shape]) },
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
  });
}

/** From raw prices to the log return; the shape is that of one row. */
function rawGraph(forecaster: Forecaster) {
  const { features, lookback } = forecaster.shape;
  const name = rawInputName[features];
  const shape = features === 'close' ? [lookback + 1] : [lookback + 1, featureWidth[features]];
  const forward = (inputs: Readonly<Record<string, Tensor>>) => ({
    log_return: forecastFeatures(forecaster, featuresOfRaw(inputs[name] as Tensor, features)),
  });
  return { name, shape, forward };
}

/**
 * Saves a forecaster as a model folder: it predicts from raw prices as the ONNX file does, and comes back to the same bits.
 * @example
 * const history = { name: 'A', dates: [], prices: Float64Array.from({ length: 400 }, (_, day) => 2 + Math.sin(day)) };
 * const { forecaster } = await fitForecaster('linear', history, splitByTime(400));
 * await saveForecaster('sine', forecaster);
 * const copy = await loadForecaster('sine');
 * console.log(copy.shape.kind, copy.horizon); // → linear 1
 */
export async function saveForecaster(
  folder: string,
  forecaster: Forecaster,
  options: SaveForecasterOptions = {},
): Promise<void> {
  const { metadata = {}, overwrite = false } = knownOptions('saveForecaster', options, 'metadata overwrite');
  const { shape, horizon, inputScaler, targetScaler, network } = forecaster;
  const raw = rawGraph(forecaster);
  await saveModel(folder, {
    kind: `${kindPrefix}${shape.kind}`,
    forward: raw.forward,
    inputs: { [raw.name]: { dtype: 'float64', shape: raw.shape } },
    weights: stateDict(network),
    config: { shape, horizon, metadata },
    preprocessing: { inputScaler, targetScaler },
    overwrite,
  });
}

const kindPrefix = 'forecast/returns/';

/** A forecaster from its folder. Throws where the folder is damaged, or holds another kind of model. */
export async function loadForecaster(folder: string): Promise<Forecaster> {
  const saved = await loadModel(folder);
  try {
    const { kind, inputs, config, preprocessing } = saved.manifest;
    const { shape, horizon } = config as unknown as Forecaster;
    const { inputScaler, targetScaler } = preprocessing as unknown as Forecaster;
    const check = (fits: boolean, what: string, got: unknown) => {
      if (fits) return;
      const message = `${what}, got ${JSON.stringify(got)}; save the forecaster again`;
      throw new FormatError('loadForecaster', join(folder, 'model.json'), message);
    };
    const kinds = networkKinds.map((each) => `${kindPrefix}${each}`);
    check(kinds.includes(kind), `expected one of the kinds ${kinds.join(', ')}`, kind);
    const weights = await saved.weights();
    // What is made below has the sizes of what was read, whatever model.json says.
    const days = inputs[rawInputName[shape?.features]]?.shape[0];
    const hidden = shape?.kind === 'linear' ? shape.hiddenSize : weights['output.weight']?.shape[1];
    check(
      kind === `${kindPrefix}${shape?.kind}` && days === shape.lookback + 1 && hidden === shape.hiddenSize,
      'config.shape must be that of the weights and inputs',
      shape,
    );
    check(Number.isInteger(horizon) && horizon > 0, 'config.horizon must be a whole number from 1', horizon);
    const isScaler = (scaler: Scaler | undefined, width: number) =>
      scaler?.mean?.length === width &&
      scaler.mean.every(Number.isFinite) &&
      scaler.deviation?.length === width &&
      scaler.deviation.every((value) => Number.isFinite(value) && value > 0);
    const width = featureWidth[shape.features];
    check(
      isScaler(inputScaler, width),
      `preprocessing.inputScaler must scale ${width} features`,
      inputScaler,
    );
    check(isScaler(targetScaler, 1), 'preprocessing.targetScaler must scale one number', targetScaler);
    const { model: network } = loadStateDict(createNetwork(shape, new Random(0)), weights);
    return { shape, horizon, inputScaler, targetScaler, network };
  } finally {
    await saved.close();
  }
}

registerModel(kindPrefix, loadForecaster);
