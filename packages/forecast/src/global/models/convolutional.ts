/** TCN, as neuralforecast's, and a 1-D CNN with pooling. */
import { knownOptions } from '@noosphere/base';
import { ArgumentError, flatten, linear, maxPool, relu, type Tensor, transpose } from '@noosphere/core';
import { Conv1d, Linear, type Random } from '@noosphere/train';
import {
  type Architecture,
  joinLast,
  type Network,
  type NetworkInputs,
  type NetworkSize,
  requireCounts,
  usualDefaults,
} from '../network.js';
import type { NeuralModel } from '../neural-model.js';
import type { NeuralOptions } from '../neural-options.js';
import { Decoder, type DecoderShape, decoderDefaults } from './decoder.js';
import { byStep } from './linear-maps.js';
import { neuralModelOf } from './neural-model-of.js';
import { aheadOf, channelInputs } from './recurrent.js';

interface TcnShape extends DecoderShape {
  /** Taps of each convolution. @default 2 */
  readonly kernel?: number;
  /** Steps between taps, one a layer. @default [1, 2, 4, 8, 16] */
  readonly dilations?: readonly number[];
  /** Channels of each layer. @default 128 */
  readonly hiddenSize?: number;
}

export interface TcnOptions extends NeuralOptions, TcnShape {}

const tcnDefaults = { kernel: 2, dilations: [1, 2, 4, 8, 16], hiddenSize: 128, ...decoderDefaults } as const;

/** Causal, dilated convolutions; a linear map over time; a decoder. */
export class TcnNetwork implements Network {
  readonly encoder: readonly Conv1d[];
  readonly context: Linear;
  readonly decoder: Decoder;

  constructor(
    { lookback, horizon, outputs, past, future, static: fixed }: NetworkSize,
    { kernel, dilations, hiddenSize, ...decoder }: Required<TcnShape>,
    random: Random,
  ) {
    requireCounts('tcn', { kernel, hiddenSize, 'dilations.length': dilations.length });
    this.encoder = dilations.map((dilation, layer) => {
      const inputs = layer === 0 ? 1 + past + fixed + future : hiddenSize;
      return new Conv1d(inputs, hiddenSize, kernel, random, {
        dilations: dilation,
        pads: [(kernel - 1) * dilation, 0],
      });
    });
    this.context = new Linear(lookback, horizon, random);
    this.decoder = new Decoder(hiddenSize + future, outputs, decoder, random);
  }

  forward(inputs: NetworkInputs): Tensor {
    const hidden = this.encoder.reduce((x, layer) => relu(layer.forward(x)), channelInputs(inputs)); // [B, C, L]
    const context = linear(hidden, this.context.weight, this.context.bias); // [B, C, L] -> [B, C, H]
    return this.decoder.forward(joinLast(transpose(context, [0, 2, 1]), aheadOf(inputs)));
  }
}

export const tcnArchitecture: Architecture<TcnShape> = {
  kind: 'tcn',
  name: 'TCN',
  covariates: ['past', 'future', 'static'],
  isMultivariate: false,
  defaults: { ...usualDefaults, scaler: 'robust', windowsPerBatch: 128 },
  create: (size, options, random) => new TcnNetwork(size, { ...tcnDefaults, ...options }, random),
};

/**
 * TCN: causal convolutions whose reach doubles from layer to layer, mapped to the horizon and decoded. Bai et al. 2018.
 * @example
 * console.log(tcn({ horizon: 12, lookback: 24 }).settings.windowsPerBatch); // → 128
 */
export function tcn(options: TcnOptions): NeuralModel {
  knownOptions(
    'tcn',
    options,
    'horizon lookback name loss scaler reversibleNorm steps learningRate rateHalvings',
    'windowsPerBatch seriesPerBatch validateEvery patience clipNorm stepsPerCall seed',
    'covariates threads kernel dilations hiddenSize decoderLayers decoderSize',
  );
  return neuralModelOf(tcnArchitecture, options, tcnDefaults);
}

interface CnnShape {
  /** Channels of each convolution; each is followed by relu and pooling. @default [64, 64] */
  readonly channels?: readonly number[];
  /** Taps, odd. @default 3 */
  readonly kernel?: number;
  /** Values that pooling makes one of. @default 2 */
  readonly pooling?: number;
  /** Units of the hidden layer behind the convolutions. @default 128 */
  readonly hiddenSize?: number;
}

export interface CnnOptions extends NeuralOptions, CnnShape {}

const cnnDefaults = { channels: [64, 64], kernel: 3, pooling: 2, hiddenSize: 128 } as const;

/** Convolution, relu and max pooling, some times; then two linear maps. */
export class CnnNetwork implements Network {
  readonly convolutions: readonly Conv1d[];
  readonly hidden: Linear;
  readonly out: Linear;
  readonly pooling: number;
  readonly horizon: number;

  constructor(
    { lookback, horizon, outputs, past, future, static: fixed }: NetworkSize,
    { channels, kernel, pooling, hiddenSize }: Required<CnnShape>,
    random: Random,
  ) {
    requireCounts('cnn1d', { kernel, pooling, hiddenSize, 'channels.length': channels.length });
    if (kernel % 2 === 0) throw new ArgumentError('cnn1d', `kernel must be odd, got ${kernel}`);
    this.convolutions = channels.map(
      (count, layer) =>
        new Conv1d(
          layer === 0 ? 1 + past + fixed + future : (channels[layer - 1] as number),
          count,
          kernel,
          random,
          {
            padding: 'same',
          },
        ),
    );
    const length = channels.reduce((steps) => Math.ceil(steps / pooling), lookback);
    this.hidden = new Linear(length * (channels.at(-1) as number) + horizon * future, hiddenSize, random);
    this.out = new Linear(hiddenSize, horizon * outputs, random);
    this.pooling = pooling;
    this.horizon = horizon;
  }

  forward(inputs: NetworkInputs): Tensor {
    const seen = this.convolutions.reduce(
      (x, layer) => maxPool(relu(layer.forward(x)), { kernel: this.pooling, ceilMode: true }),
      channelInputs(inputs),
    );
    const ahead = aheadOf(inputs);
    const joined = joinLast(flatten(seen, 1), ahead && flatten(ahead, 1));
    return byStep(this.out.forward(relu(this.hidden.forward(joined))), this.horizon);
  }
}

export const cnnArchitecture: Architecture<CnnShape> = {
  kind: 'cnn1d',
  name: 'CNN1D',
  covariates: ['past', 'future', 'static'],
  isMultivariate: false,
  defaults: { ...usualDefaults, scaler: 'standard', windowsPerBatch: 256 },
  create: (size, options, random) => new CnnNetwork(size, { ...cnnDefaults, ...options }, random),
};

/**
 * 1-D CNN: convolutions with relu and pooling over the history, then a hidden layer.
 * @example
 * console.log(cnn1d({ horizon: 12, lookback: 24 }).name); // → CNN1D
 */
export function cnn1d(options: CnnOptions): NeuralModel {
  knownOptions(
    'cnn1d',
    options,
    'horizon lookback name loss scaler reversibleNorm steps learningRate rateHalvings',
    'windowsPerBatch seriesPerBatch validateEvery patience clipNorm stepsPerCall seed',
    'covariates threads channels kernel pooling hiddenSize',
  );
  return neuralModelOf(cnnArchitecture, options, cnnDefaults);
}
