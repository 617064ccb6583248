/** DLinear and NLinear: one linear map from the history to the horizon. Zeng et al. 2023, with neuralforecast's defaults. */
import { knownOptions } from '@noosphere/base';
import {
  ArgumentError,
  add,
  fromData,
  type HostTensor,
  linear,
  matmul,
  reshape,
  slice,
  sub,
  type Tensor,
} from '@noosphere/core';
import { Linear, type Random } from '@noosphere/train';
import {
  type Architecture,
  type Network,
  type NetworkInputs,
  type NetworkSize,
  requireCounts,
  usualDefaults,
} from '../network.js';
import { NeuralModel } from '../neural-model.js';
import type { NeuralOptions } from '../neural-options.js';
import { neuralModelOf } from './neural-model-of.js';

const defaults = { ...usualDefaults, steps: 5000, learningRate: 1e-4 };

interface DLinearShape {
  /** Values that the trend is the mean of. @default 25 */
  readonly movingAverage?: number;
}

export interface DLinearOptions extends NeuralOptions, DLinearShape {}

/**
 * W_t (M y) + W_s (y - M y) with M the moving average. Two maps of one input are one: (W_s + (W_t - W_s) M) y, which
 * costs a product of weights instead of two of windows.
 */
export class DLinearNetwork implements Network {
  readonly linear_trend: Linear;
  readonly linear_season: Linear;
  readonly movingAverage: number;
  readonly horizon: number;

  constructor(
    { lookback, horizon, outputs }: NetworkSize,
    { movingAverage = 25 }: DLinearShape,
    random: Random,
  ) {
    requireCounts('dlinear', { movingAverage });
    if (movingAverage % 2 === 0)
      throw new ArgumentError('dlinear', `movingAverage must be odd, got ${movingAverage}`);
    this.linear_trend = new Linear(lookback, horizon * outputs, random);
    this.linear_season = new Linear(lookback, horizon * outputs, random);
    this.movingAverage = movingAverage;
    this.horizon = horizon;
  }

  forward({ y }: NetworkInputs): Tensor {
    const { linear_trend: trend, linear_season: season } = this;
    const average = averageMatrix(y.shape[1] as number, this.movingAverage);
    const weight = add(season.weight, matmul(sub(trend.weight, season.weight), average));
    const bias = add(trend.bias as Tensor, season.bias as Tensor);
    return byStep(linear(y, weight, bias), this.horizon);
  }
}

/** M with (M y)[t] = mean of the `width` values around t, the ends repeated. */
function averageMatrix(length: number, width: number): HostTensor<'float32'> {
  const matrix = new Float32Array(length * length);
  const reach = (width - 1) / 2;
  for (let row = 0; row < length; row++)
    for (let at = row - reach; at <= row + reach; at++) {
      const place = row * length + Math.min(length - 1, Math.max(0, at));
      matrix[place] = (matrix[place] as number) + 1 / width;
    }
  return fromData('float32', [length, length], matrix);
}

/** [B, H K] -> [B, H, K] */
export function byStep(output: Tensor, horizon: number): Tensor {
  return reshape(output, [-1, horizon, (output.shape[1] as number) / horizon]);
}

export const dlinearArchitecture: Architecture<DLinearShape> = {
  kind: 'dlinear',
  name: 'DLinear',
  covariates: [],
  isMultivariate: false,
  defaults,
  create: (size, options, random) => new DLinearNetwork(size, options, random),
};

/**
 * DLinear: the history's moving average and what is left of it, a linear map each. Channel-independent: series share it.
 * Takes no covariates. Zeng et al. 2023.
 * @example
 * const y = Array.from({ length: 120 }, (_, hour) => Math.sin((2 * Math.PI * hour) / 12));
 * const frame = frameOf({ ds: y.map((_, hour) => hour), y });
 * const model = await dlinear({ horizon: 2, lookback: 24, steps: 300, learningRate: 0.01 }).fit(frame);
 * const [forecast] = await model.forecast(frame);
 * console.log(Array.from(forecast?.mean ?? [], (value) => value.toFixed(1).replace('-', ''))); // → [ '0.0', '0.5' ]
 */
export function dlinear(options: DLinearOptions): NeuralModel {
  knownOptions(
    'dlinear',
    options,
    'horizon lookback name loss scaler reversibleNorm steps learningRate rateHalvings',
    'windowsPerBatch seriesPerBatch validateEvery patience clipNorm stepsPerCall seed',
    'covariates threads movingAverage',
  );
  return neuralModelOf(dlinearArchitecture, options, { movingAverage: 25 });
}

/** W (y - y_last) + y_last. */
export class NLinearNetwork implements Network {
  readonly linear: Linear;
  readonly horizon: number;

  constructor({ lookback, horizon, outputs }: NetworkSize, random: Random) {
    this.linear = new Linear(lookback, horizon * outputs, random);
    this.horizon = horizon;
  }

  forward({ y }: NetworkInputs): Tensor {
    const length = y.shape[1] as number;
    const last = slice(y, { starts: [length - 1], ends: [length], axes: [1] });
    return byStep(add(this.linear.forward(sub(y, last)), last), this.horizon);
  }
}

export const nlinearArchitecture: Architecture = {
  kind: 'nlinear',
  name: 'NLinear',
  covariates: [],
  isMultivariate: false,
  defaults,
  create: (size, _, random) => new NLinearNetwork(size, random),
};

/**
 * NLinear: a linear map of the history's distances from its last value. Channel-independent: series share it. Takes no
 * covariates. Zeng et al. 2023.
 * @example
 * console.log(nlinear({ horizon: 24, lookback: 96 }).settings.steps); // → 5000
 */
export function nlinear(options: NeuralOptions): NeuralModel {
  knownOptions(
    'nlinear',
    options,
    'horizon lookback name loss scaler reversibleNorm steps learningRate rateHalvings',
    'windowsPerBatch seriesPerBatch validateEvery patience clipNorm stepsPerCall seed',
    'covariates threads',
  );
  return new NeuralModel(nlinearArchitecture, options);
}
