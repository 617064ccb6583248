/** TSMixer. Chen et al. 2023, with neuralforecast's layers and defaults. */
import { knownOptions } from '@noosphere/base';
import { add, relu, reshape, type Tensor, transpose } from '@noosphere/core';
import { BatchNorm1d, type ForwardContext, Linear, type Random } from '@noosphere/train';
import {
  type Architecture,
  type Network,
  type NetworkInputs,
  type NetworkSize,
  requireCounts,
  usualDefaults,
} from '../network.js';
import type { NeuralModel } from '../neural-model.js';
import type { NeuralOptions } from '../neural-options.js';
import { neuralModelOf } from './neural-model-of.js';

interface MixerShape {
  /** Mixing blocks. @default 2 */
  readonly blocks?: number;
  /** Units of the mixing of series. @default 64 */
  readonly innerSize?: number;
  /** @default 0.9 */
  readonly dropout?: number;
}

export interface TSMixerOptions extends NeuralOptions, MixerShape {}

type FullShape = Required<MixerShape>;

const mixerDefaults = { blocks: 2, innerSize: 64, dropout: 0.9 } as const satisfies FullShape;

/** Mixes over time, then over series; each part is added to what it got. */
class MixingBlock {
  readonly temporal_norm: BatchNorm1d;
  readonly temporal_lin: Linear;
  readonly feature_norm: BatchNorm1d;
  readonly feature_lin_1: Linear;
  readonly feature_lin_2: Linear;
  readonly dropout: number;

  constructor(channels: number, lookback: number, { innerSize, dropout }: FullShape, random: Random) {
    const norm = () => new BatchNorm1d(channels * lookback, { epsilon: 1e-3, momentum: 0.01 });
    this.temporal_norm = norm();
    this.temporal_lin = new Linear(lookback, lookback, random);
    this.feature_norm = norm();
    this.feature_lin_1 = new Linear(channels, innerSize, random);
    this.feature_lin_2 = new Linear(innerSize, channels, random);
    this.dropout = dropout;
  }

  /** [G, N, L] gives the same. */
  forward(x: Tensor, context: ForwardContext): Tensor {
    const [, channels, lookback] = x.shape as readonly [number, number, number];
    const normed = (rows: Tensor, norm: BatchNorm1d, shape: readonly number[]) =>
      reshape(norm.forward(reshape(rows, [-1, channels * lookback]), context), [-1, ...shape]);
    const times = this.temporal_lin.forward(normed(x, this.temporal_norm, [channels, lookback]));
    const timed = add(context.dropout(relu(times), this.dropout), x);
    const turned = transpose(timed, [0, 2, 1]); // [G, N, L] -> [G, L, N]
    const inner = this.feature_lin_1.forward(normed(turned, this.feature_norm, [lookback, channels]));
    const mixed = this.feature_lin_2.forward(context.dropout(relu(inner), this.dropout));
    return transpose(add(context.dropout(mixed, this.dropout), turned), [0, 2, 1]);
  }
}

/** The rows of a window's series lie behind one another: [G N, L]. */
export class MixerNetwork implements Network {
  readonly mixing_layers: readonly MixingBlock[];
  readonly out: Linear;
  readonly channels: number;
  readonly horizon: number;

  constructor({ lookback, horizon, outputs, channels }: NetworkSize, shape: FullShape, random: Random) {
    requireCounts('tsmixer', { blocks: shape.blocks, innerSize: shape.innerSize });
    this.mixing_layers = Array.from(
      { length: shape.blocks },
      () => new MixingBlock(channels, lookback, shape, random),
    );
    this.out = new Linear(lookback, horizon * outputs, random);
    this.channels = channels;
    this.horizon = horizon;
  }

  forward({ y }: NetworkInputs, context: ForwardContext): Tensor {
    const groups = reshape(y, [-1, this.channels, y.shape[1] as number]);
    const mixed = this.mixing_layers.reduce((x, layer) => layer.forward(x, context), groups);
    const output = this.out.forward(mixed); // [G, N, H K]
    return reshape(output, [-1, this.horizon, (output.shape[2] as number) / this.horizon]);
  }
}

export const tsmixerArchitecture: Architecture<MixerShape> = {
  kind: 'tsmixer',
  name: 'TSMixer',
  covariates: [],
  isMultivariate: true,
  defaults: { ...usualDefaults, windowsPerBatch: 32 },
  create: (size, options, random) => new MixerNetwork(size, { ...mixerDefaults, ...options }, random),
};

/**
 * TSMixer: multivariate; mixes over time and over series, which are all seen at once and must be equally long. It forecasts
 * the series that it was trained on. Takes no covariates. Chen et al. 2023.
 * @example
 * console.log(tsmixer({ horizon: 12, lookback: 24 }).settings.reversibleNorm); // → { affine: true }
 */
export function tsmixer(options: TSMixerOptions): NeuralModel {
  knownOptions(
    'tsmixer',
    options,
    'horizon lookback name loss scaler reversibleNorm steps learningRate rateHalvings',
    'windowsPerBatch seriesPerBatch validateEvery patience clipNorm stepsPerCall seed',
    'covariates threads blocks innerSize dropout',
  );
  return neuralModelOf(tsmixerArchitecture, options, mixerDefaults, { affine: true });
}
