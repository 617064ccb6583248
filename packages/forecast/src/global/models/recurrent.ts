/** LSTM and GRU over the history, and a decoder for each step of the horizon, as neuralforecast's direct form. */
import { knownOptions } from '@noosphere/base';
import { concat, linear, slice, type Tensor, tile, transpose, unsqueeze } from '@noosphere/core';
import { type ForwardContext, GRU, Linear, LSTM, type Random } from '@noosphere/train';
import {
  type Architecture,
  joinLast,
  type Network,
  type NetworkInputs,
  type NetworkSize,
  usualDefaults,
} from '../network.js';
import type { NeuralModel } from '../neural-model.js';
import type { NeuralOptions } from '../neural-options.js';
import { Decoder, type DecoderShape, decoderDefaults } from './decoder.js';
import { neuralModelOf } from './neural-model-of.js';

interface RecurrentNetworkShape extends DecoderShape {
  /** Recurrent layers. @default 2 */
  readonly layers?: number;
  /** Units of each. @default 128 of the LSTM, 200 of the GRU */
  readonly hiddenSize?: number;
  /** Rate between layers. @default 0 */
  readonly dropout?: number;
}

export interface RecurrentOptions extends NeuralOptions, RecurrentNetworkShape {}

export class RecurrentNetwork implements Network {
  readonly encoder: LSTM | GRU;
  readonly decoder: Decoder;
  /** Maps the history's steps to the horizon's where the horizon is the longer one. */
  readonly upsample: Linear | undefined;
  readonly horizon: number;

  constructor(
    kind: 'lstm' | 'gru',
    { lookback, horizon, outputs, past, future, static: fixed }: NetworkSize,
    { layers, hiddenSize, dropout, ...decoder }: Required<RecurrentNetworkShape>,
    random: Random,
  ) {
    const inputs = 1 + past + fixed + future;
    this.encoder =
      kind === 'lstm'
        ? new LSTM(inputs, hiddenSize, random, { layers, dropout })
        : new GRU(inputs, hiddenSize, random, { layers, dropout });
    this.decoder = new Decoder(hiddenSize + future, outputs, decoder, random);
    this.upsample = horizon > lookback ? new Linear(lookback, horizon, random) : undefined;
    this.horizon = horizon;
  }

  forward(inputs: NetworkInputs, context: ForwardContext): Tensor {
    const { horizon } = this;
    const lookback = inputs.y.shape[1] as number;
    const { output } = this.encoder.forward(stepInputs(inputs), context); // [L, B, hidden]
    const states = this.upsample
      ? upsampled(output, this.upsample)
      : slice(output, { starts: [lookback - horizon], ends: [lookback], axes: [0] });
    const future =
      inputs.future && slice(inputs.future, { starts: [lookback], ends: [lookback + horizon], axes: [1] });
    const joined = joinLast(states, future && transpose(future, [1, 0, 2])); // [H, B, hidden + F]
    return transpose(this.decoder.forward(joined), [1, 0, 2]); // [H, B, K] -> [B, H, K]
  }
}

/** [L, B, C] -> [H, B, C] */
function upsampled(output: Tensor, { weight, bias }: Linear): Tensor {
  return transpose(linear(transpose(output, [1, 2, 0]), weight, bias), [2, 0, 1]);
}

/** The history with its covariates, step by step [L, B, I]: y, past, static, future. */
function stepInputs({ y, past, future, static: fixed }: NetworkInputs): Tensor {
  const lookback = y.shape[1] as number;
  const steps = (table: Tensor | undefined) => table && transpose(table, [1, 0, 2]);
  const known = future && slice(future, { starts: [0], ends: [lookback], axes: [1] });
  const repeated = fixed && tile(unsqueeze(fixed, 0), [lookback, 1, 1]);
  return joinLast(unsqueeze(transpose(y), 2), steps(past), repeated, steps(known));
}

/** The same as channels of a convolution [B, I, L]. */
export function channelInputs({ y, past, future, static: fixed }: NetworkInputs): Tensor {
  const lookback = y.shape[1] as number;
  const channels = (table: Tensor | undefined) => (table ? [transpose(table, [0, 2, 1])] : []);
  const known = future && slice(future, { starts: [0], ends: [lookback], axes: [1] });
  const repeated = fixed ? [tile(unsqueeze(fixed, 2), [1, 1, lookback])] : [];
  const parts = [unsqueeze(y, 1), ...channels(past), ...repeated, ...channels(known)];
  return parts.length === 1 ? (parts[0] as Tensor) : concat(parts, { axis: 1 });
}

/** Future covariates behind the history [B, H, F]. */
export function aheadOf({ y, future }: NetworkInputs): Tensor | undefined {
  if (!future) return undefined;
  const [, length] = future.shape as readonly number[];
  return slice(future, { starts: [y.shape[1] as number], ends: [length as number], axes: [1] });
}

const recurrentDefaults = (hiddenSize: number) => ({ layers: 2, hiddenSize, dropout: 0, ...decoderDefaults });
const recurrentTraining = { ...usualDefaults, scaler: 'robust', windowsPerBatch: 128 } as const;

function recurrentArchitecture(
  kind: 'lstm' | 'gru',
  name: string,
  hiddenSize: number,
): Architecture<RecurrentNetworkShape> {
  return {
    kind,
    name,
    covariates: ['past', 'future', 'static'],
    isMultivariate: false,
    defaults: recurrentTraining,
    create: (size, options, random) =>
      new RecurrentNetwork(kind, size, { ...recurrentDefaults(hiddenSize), ...options }, random),
  };
}

export const lstmArchitecture = recurrentArchitecture('lstm', 'LSTM', 128);
export const gruArchitecture = recurrentArchitecture('gru', 'GRU', 200);

/**
 * LSTM: its states at the last steps of the history are decoded into the horizon, all steps at once. With the losses
 * `studentT`, `gaussian` or `negativeBinomial` it is trained by likelihood and gives intervals at any level.
 * @example
 * console.log(lstm({ horizon: 12, lookback: 24, loss: 'studentT' }).settings.scaler); // → robust
 */
export function lstm(options: RecurrentOptions): NeuralModel {
  knownOptions(
    'lstm',
    options,
    'horizon lookback name loss scaler reversibleNorm steps learningRate rateHalvings',
    'windowsPerBatch seriesPerBatch validateEvery patience clipNorm stepsPerCall seed',
    'covariates threads layers hiddenSize dropout decoderLayers decoderSize',
  );
  return neuralModelOf(lstmArchitecture, options, recurrentDefaults(128));
}

/**
 * GRU: as `lstm`, with gated recurrent units.
 * @example
 * console.log(gru({ horizon: 12, lookback: 24 }).name); // → GRU
 */
export function gru(options: RecurrentOptions): NeuralModel {
  knownOptions(
    'gru',
    options,
    'horizon lookback name loss scaler reversibleNorm steps learningRate rateHalvings',
    'windowsPerBatch seriesPerBatch validateEvery patience clipNorm stepsPerCall seed',
    'covariates threads layers hiddenSize dropout decoderLayers decoderSize',
  );
  return neuralModelOf(gruArchitecture, options, recurrentDefaults(200));
}
