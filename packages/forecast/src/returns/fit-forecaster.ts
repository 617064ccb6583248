/** Fits a forecaster to the training part of a history. The test part is not read here. */
import { knownOptions } from '@noosphere/base';
import { mapTree, tensor } from '@noosphere/core';
import { Random } from '@noosphere/train';
import { leastSquares } from '../least-squares/least-squares.js';
import { dailyFeatures, type FeatureKind, featureWidth } from './features.js';
import { type FitNetworkOptions, fitNetwork, type ScaledWindows } from './fit-network.js';
import type { Forecaster } from './forecaster.js';
import { createNetwork, type NetworkKind, type NetworkShape } from './networks.js';
import type { PriceHistory } from './prices.js';
import { fitScaler, type Scaler } from './scaler.js';
import type { OriginRange, TimeSplit } from './split.js';
import { cumulativeReturns, lookbackWindows } from './windows.js';

export interface FitForecasterOptions extends FitNetworkOptions {
  /** Hidden units. @default 128 for mlp, 32 for lstm */
  readonly hiddenSize?: number;
  /** What the network sees of a day. @default bars for lstm, close otherwise */
  readonly features?: FeatureKind;
}

export interface FittedForecaster {
  readonly forecaster: Forecaster;
  /** Epochs run, and the one whose weights were kept; 0 for a closed form. */
  readonly epochs: number;
  readonly bestEpoch: number;
  readonly interrupted: boolean;
}

const hiddenSizes: Readonly<Record<NetworkKind, number>> = { linear: 0, mlp: 128, lstm: 32 };

/**
 * Fits one kind of forecaster. Linear is the closed form of least squares over the whole training part; the others
 * train on its `fitting` windows, scaled by those alone, and stop by its `validation` windows.
 * @example
 * const prices = Float64Array.from({ length: 400 }, (_, day) => Math.exp(Math.sin(day) / 100));
 * const history = { name: 'sine', dates: Array.from(prices, (_, day) => String(day)), prices };
 * const { forecaster } = await fitForecaster('linear', history, splitByTime(400));
 * const [forecast] = await forecastRange(forecaster, history, { first: 399, end: 400 });
 * console.log(forecast?.toFixed(5), ((Math.sin(400) - Math.sin(399)) / 100).toFixed(5)); // → -0.00833 -0.00833
 */
export async function fitForecaster(
  kind: NetworkKind,
  history: PriceHistory,
  split: TimeSplit,
  options: FitForecasterOptions = {},
): Promise<FittedForecaster> {
  const {
    seed = 0,
    hiddenSize = hiddenSizes[kind],
    features = kind === 'lstm' ? 'bars' : 'close',
  } = knownOptions(
    'fitForecaster',
    options,
    'hiddenSize features seed epochs batchSize learningRate patience signal onEpoch',
  );
  const shape: NetworkShape = { kind, features, lookback: split.lookback, hiddenSize };
  return kind === 'linear'
    ? fitLinear(shape, history, split)
    : await fitByTraining(shape, history, split, { ...options, seed });
}

/**
 * A lag of which less than this is new gets no weight: windows are float32, and weights that tell nearly equal lags apart
 * would blow their rounding up.
 */
const newShare = 1e-3;

function fitLinear(shape: NetworkShape, history: PriceHistory, split: TimeSplit): FittedForecaster {
  const { inputs, targets } = windowsOf(history, shape, split.training, split.horizon);
  const inputScaler = fitScaler(inputs, featureWidth[shape.features]);
  const targetScaler = fitScaler(targets, 1);
  const { weights, intercept } = leastSquares(
    scaled(inputs, inputScaler),
    scaled(targets, targetScaler),
    newShare,
  );
  const network = mapTree(createNetwork(shape, new Random(0)), (_, path) =>
    path === 'output.weight'
      ? tensor(Float32Array.from(weights), { shape: [1, weights.length] })
      : tensor(Float32Array.of(intercept)),
  );
  const forecaster = { shape, horizon: split.horizon, inputScaler, targetScaler, network };
  return { forecaster, epochs: 0, bestEpoch: 0, interrupted: false };
}

async function fitByTraining(
  shape: NetworkShape,
  history: PriceHistory,
  split: TimeSplit,
  options: FitForecasterOptions & { readonly seed: number },
): Promise<FittedForecaster> {
  const { horizon, lookback } = split;
  const width = featureWidth[shape.features];
  const fitting = windowsOf(history, shape, split.fitting, horizon);
  const validation = windowsOf(history, shape, split.validation, horizon);
  const inputScaler = fitScaler(fitting.inputs, width);
  const targetScaler = fitScaler(fitting.targets, 1);
  const scaledWindows = ({ inputs, targets }: typeof fitting): ScaledWindows => ({
    inputs: scaled(inputs, inputScaler),
    targets: scaled(targets, targetScaler),
  });
  const { network, epochs, bestEpoch, interrupted } = await fitNetwork(
    createNetwork(shape, new Random(options.seed)),
    scaledWindows(fitting),
    scaledWindows(validation),
    [lookback, width],
    // The order of the windows must not be drawn from the numbers that made the weights.
    { ...options, seed: options.seed + 1 },
  );
  return {
    forecaster: { shape, horizon, inputScaler, targetScaler, network },
    epochs,
    bestEpoch,
    interrupted,
  };
}

function windowsOf(
  history: PriceHistory,
  { features, lookback }: NetworkShape,
  range: OriginRange,
  horizon: number,
): { readonly inputs: Float32Array; readonly targets: Float64Array } {
  return {
    inputs: lookbackWindows(dailyFeatures(history, features), range, lookback),
    targets: cumulativeReturns(history.prices, range, horizon),
  };
}

function scaled(values: ArrayLike<number>, { mean, deviation }: Scaler): Float32Array {
  const width = mean.length;
  return Float32Array.from(values, (value, index) => {
    const feature = index % width;
    return (value - (mean[feature] ?? Number.NaN)) / (deviation[feature] ?? Number.NaN);
  });
}
