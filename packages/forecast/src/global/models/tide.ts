/** TiDE. Das et al. 2023, with neuralforecast's layers and defaults. */
import { knownOptions } from '@noosphere/base';
import { add, flatten, relu, reshape, type Tensor } from '@noosphere/core';
import { type ForwardContext, LayerNorm, Linear, type Random } from '@noosphere/train';
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
import { byStep } from './linear-maps.js';
import { neuralModelOf } from './neural-model-of.js';
import { aheadOf } from './recurrent.js';

interface TideShape {
  /** Units of the dense layers. @default 512 */
  readonly hiddenSize?: number;
  /** Width of a step's vector that the decoder gives. @default 32 */
  readonly decoderOutputs?: number;
  /** Units of the decoder of single steps. @default 128 */
  readonly temporalSize?: number;
  /** Width that covariates of a step are projected to. @default 4 */
  readonly temporalWidth?: number;
  /** @default 1 */
  readonly encoderLayers?: number;
  /** @default 1 */
  readonly decoderLayers?: number;
  /** @default 0.3 */
  readonly dropout?: number;
}

export interface TideOptions extends NeuralOptions, TideShape {}

type FullShape = Required<TideShape>;

const tideDefaults = {
  hiddenSize: 512,
  decoderOutputs: 32,
  temporalSize: 128,
  temporalWidth: 4,
  encoderLayers: 1,
  decoderLayers: 1,
  dropout: 0.3,
} as const satisfies FullShape;

/**
 * Norm of W₂ relu(W₁ x), with dropout, and a linear way around it. A single output is not normalised: it would be 0
 * whatever comes in, as it is in the reference, where only the linear way around the whole network is left.
 */
class ResidualBlock {
  readonly norm: LayerNorm | undefined;
  readonly lin1: Linear;
  readonly lin2: Linear;
  readonly skip: Linear;
  readonly dropout: number;

  constructor(inputs: number, hidden: number, outputs: number, dropout: number, random: Random) {
    this.norm = outputs > 1 ? new LayerNorm(outputs) : undefined;
    this.lin1 = new Linear(inputs, hidden, random);
    this.lin2 = new Linear(hidden, outputs, random);
    this.skip = new Linear(inputs, outputs, random);
    this.dropout = dropout;
  }

  forward(x: Tensor, context: ForwardContext): Tensor {
    const changed = context.dropout(this.lin2.forward(relu(this.lin1.forward(x))), this.dropout);
    const sum = add(changed, this.skip.forward(x));
    return this.norm ? this.norm.forward(sum) : sum;
  }
}

export class TideNetwork implements Network {
  readonly hist_exog_projection: ResidualBlock | undefined;
  readonly futr_exog_projection: ResidualBlock | undefined;
  readonly dense_encoder: readonly ResidualBlock[];
  readonly dense_decoder: readonly ResidualBlock[];
  readonly temporal_decoder: ResidualBlock;
  readonly global_skip: Linear;
  readonly horizon: number;

  constructor(size: NetworkSize, shape: FullShape, random: Random) {
    const { lookback, horizon, outputs, past, future, static: fixed } = size;
    const { hiddenSize, decoderOutputs, temporalSize, temporalWidth, encoderLayers, decoderLayers, dropout } =
      shape;
    requireCounts('tide', {
      hiddenSize,
      decoderOutputs,
      temporalSize,
      temporalWidth,
      encoderLayers,
      decoderLayers,
    });
    const block = (inputs: number, hidden: number, width: number) =>
      new ResidualBlock(inputs, hidden, width, dropout, random);
    this.hist_exog_projection = past > 0 ? block(past, hiddenSize, temporalWidth) : undefined;
    this.futr_exog_projection = future > 0 ? block(future, hiddenSize, temporalWidth) : undefined;
    const seen =
      lookback +
      (past > 0 ? lookback * temporalWidth : 0) +
      (future > 0 ? (lookback + horizon) * temporalWidth : 0) +
      fixed;
    this.dense_encoder = Array.from({ length: encoderLayers }, (_, layer) =>
      block(layer === 0 ? seen : hiddenSize, hiddenSize, hiddenSize),
    );
    this.dense_decoder = Array.from({ length: decoderLayers }, (_, layer) =>
      block(hiddenSize, hiddenSize, layer === decoderLayers - 1 ? decoderOutputs * horizon : hiddenSize),
    );
    this.temporal_decoder = block(decoderOutputs + (future > 0 ? temporalWidth : 0), temporalSize, outputs);
    this.global_skip = new Linear(lookback, horizon * outputs, random);
    this.horizon = horizon;
  }

  forward(inputs: NetworkInputs, context: ForwardContext): Tensor {
    const { y, past, future, static: fixed } = inputs;
    const project = (table: Tensor | undefined, block: ResidualBlock | undefined) =>
      table && block ? block.forward(table, context) : undefined;
    const flat = (table: Tensor | undefined) => table && flatten(table, 1);
    const known = project(future, this.futr_exog_projection);
    const seen = joinLast(y, flat(project(past, this.hist_exog_projection)), flat(known), fixed);
    const encoded = this.dense_encoder.reduce((x, block) => block.forward(x, context), seen);
    const decoded = this.dense_decoder.reduce((x, block) => block.forward(x, context), encoded);
    const steps = reshape(decoded, [-1, this.horizon, (decoded.shape[1] as number) / this.horizon]);
    const joined = joinLast(steps, aheadOf({ ...inputs, future: known }));
    return add(
      this.temporal_decoder.forward(joined, context),
      byStep(this.global_skip.forward(y), this.horizon),
    );
  }
}

export const tideArchitecture: Architecture<TideShape> = {
  kind: 'tide',
  name: 'TiDE',
  covariates: ['past', 'future', 'static'],
  isMultivariate: false,
  defaults: usualDefaults,
  create: (size, options, random) => new TideNetwork(size, { ...tideDefaults, ...options }, random),
};

/**
 * TiDE: a dense encoder and decoder over the history and projected covariates, with a linear way around them. Das et al.
 * 2023.
 * @example
 * console.log(tide({ horizon: 12, lookback: 24, covariates: { static: ['size'] } }).name); // → TiDE
 */
export function tide(options: TideOptions): NeuralModel {
  knownOptions(
    'tide',
    options,
    'horizon lookback name loss scaler reversibleNorm steps learningRate rateHalvings',
    'windowsPerBatch seriesPerBatch validateEvery patience clipNorm stepsPerCall seed',
    'covariates threads hiddenSize decoderOutputs temporalSize temporalWidth encoderLayers',
    'decoderLayers dropout',
  );
  return neuralModelOf(tideArchitecture, options, tideDefaults);
}
