/** N-HiTS. Challu et al. 2023, with neuralforecast's layers and defaults. */
import { knownOptions } from '@noosphere/base';
import {
  ArgumentError,
  averagePool,
  concat,
  fromData,
  type HostTensor,
  matmul,
  maxPool,
  reshape,
  slice,
  type Tensor,
  transpose,
  unsqueeze,
} from '@noosphere/core';
import type { ForwardContext, Random } from '@noosphere/train';
import {
  type Architecture,
  type NetworkInputs,
  type NetworkSize,
  requireCounts,
  usualDefaults,
} from '../network.js';
import type { NeuralModel } from '../neural-model.js';
import type { NeuralOptions } from '../neural-options.js';
import { neuralModelOf } from './neural-model-of.js';
import {
  type Block,
  BlockLayers,
  type BlockResult,
  type BlockShape,
  ResidualNetwork,
} from './residual-blocks.js';

interface NHitsShape extends BlockShape {
  /** Blocks of each stack. @default [1, 1, 1] */
  readonly blocks?: readonly number[];
  /** Values that one input of a stack stands for. @default [2, 2, 1] */
  readonly pooling?: readonly number[];
  /** Steps of the horizon to one value that a stack forecasts; the others are interpolated. @default [4, 2, 1] */
  readonly downsampling?: readonly number[];
  /** @default 'max' */
  readonly poolingKind?: 'max' | 'average';
  /** @default 'linear' */
  readonly interpolation?: 'linear' | 'nearest';
  /** Rate in the blocks' layers. @default 0 */
  readonly dropout?: number;
}

export interface NHitsOptions extends NeuralOptions, NHitsShape {}

type FullShape = Required<NHitsShape>;

class NHitsBlock implements Block {
  readonly layers: BlockLayers;
  readonly size: NetworkSize;
  readonly pooling: number;
  readonly knots: number;
  readonly shape: FullShape;

  constructor(size: NetworkSize, pooling: number, downsampling: number, shape: FullShape, random: Random) {
    const { lookback, horizon, outputs, past, future, static: fixed } = size;
    requireCounts('nhits', { pooling, downsampling });
    this.pooling = pooling;
    this.knots = Math.max(1, Math.floor(horizon / downsampling));
    const inputs =
      Math.ceil(lookback / pooling) * (1 + past) + Math.ceil((lookback + horizon) / pooling) * future + fixed;
    const width = lookback + outputs * this.knots;
    this.layers = new BlockLayers('nhits', inputs, width, shape, random, shape.dropout);
    this.size = size;
    this.shape = shape;
  }

  forward(
    residual: Tensor,
    { past, future, static: fixed }: NetworkInputs,
    context: ForwardContext,
    isLast: boolean,
  ): BlockResult {
    const { lookback, horizon, outputs } = this.size;
    const tables = [past, future].flatMap((table) => (table ? [this.poolTable(table)] : []));
    const y = this.pool(unsqueeze(residual, 1)); // [B, L] -> [B, 1, L]
    const parts = [reshape(y, [-1, y.shape[2] as number]), ...tables, ...(fixed ? [fixed] : [])];
    const joined = parts.length > 1 ? concat(parts, { axis: 1 }) : (parts[0] as Tensor);
    // θ holds the backcast, then the knots of the forecast.
    const theta = this.layers.forward(joined, context, isLast ? lookback : 0);
    const cut = (from: number, to: number) => slice(theta, { starts: [from], ends: [to], axes: [1] });
    const knots = isLast ? theta : cut(lookback, lookback + outputs * this.knots);
    const wide = this.knots === horizon ? knots : this.interpolate(reshape(knots, [-1, this.knots]));
    const forecast = transpose(reshape(wide, [-1, outputs, horizon]), [0, 2, 1]); // [B, K, H] -> [B, H, K]
    return { backcast: isLast ? undefined : cut(0, lookback), forecast };
  }

  /** [B, C, T] -> [B, C, ⌈T / pooling⌉] */
  private pool(x: Tensor): Tensor {
    if (this.pooling === 1) return x;
    const options = { kernel: this.pooling, ceilMode: true };
    return this.shape.poolingKind === 'max' ? maxPool(x, options) : averagePool(x, options);
  }

  /** [B, T, C] -> [B, ⌈T / pooling⌉ C] */
  private poolTable(table: Tensor): Tensor {
    const pooled = this.pool(transpose(table, [0, 2, 1]));
    const [, channels, length] = pooled.shape as readonly number[];
    return reshape(transpose(pooled, [0, 2, 1]), [-1, (channels as number) * (length as number)]);
  }

  /** [B K, knots] -> [B K, H] */
  private interpolate(knots: Tensor): Tensor {
    return matmul(knots, interpolationMatrix(this.knots, this.size.horizon, this.shape.interpolation));
  }
}

/** Weights of the knots in each step, as PyTorch's `interpolate`: step centres on the knots' scale, ends held. */
function interpolationMatrix(
  knots: number,
  horizon: number,
  kind: 'linear' | 'nearest',
): HostTensor<'float32'> {
  const matrix = new Float32Array(knots * horizon);
  const give = (knot: number, step: number, weight: number) => {
    const place = knot * horizon + step;
    matrix[place] = (matrix[place] as number) + weight;
  };
  for (let step = 0; step < horizon; step++) {
    if (kind === 'nearest') {
      give(Math.floor((step * knots) / horizon), step, 1);
      continue;
    }
    const place = Math.max(0, ((step + 0.5) * knots) / horizon - 0.5);
    const before = Math.min(knots - 1, Math.floor(place));
    const share = place - before;
    give(before, step, 1 - share);
    give(Math.min(knots - 1, before + 1), step, share);
  }
  return fromData('float32', [knots, horizon], matrix);
}

export const nhitsDefaults = {
  blocks: [1, 1, 1],
  pooling: [2, 2, 1],
  downsampling: [4, 2, 1],
  poolingKind: 'max',
  interpolation: 'linear',
  dropout: 0,
  layers: 3,
  hiddenSize: 512,
  activation: 'relu',
} as const satisfies FullShape;

export function nhitsNetwork(size: NetworkSize, options: NHitsShape, random: Random): ResidualNetwork {
  const shape: FullShape = { ...nhitsDefaults, ...options };
  const { blocks, pooling, downsampling } = shape;
  if (blocks.length === 0 || pooling.length !== blocks.length || downsampling.length !== blocks.length) {
    throw new ArgumentError(
      'nhits',
      `needs blocks, pooling and downsampling for each stack, got ${blocks.length}, ${pooling.length} and ${downsampling.length}`,
    );
  }
  const all = blocks.flatMap((count, stack) => {
    requireCounts('nhits', { [`blocks[${stack}]`]: count });
    return Array.from(
      { length: count },
      () => new NHitsBlock(size, pooling[stack] as number, downsampling[stack] as number, shape, random),
    );
  });
  return new ResidualNetwork(all);
}

export const nhitsArchitecture: Architecture<NHitsShape> = {
  kind: 'nhits',
  name: 'NHITS',
  covariates: ['past', 'future', 'static'],
  isMultivariate: false,
  defaults: { ...usualDefaults, rateHalvings: 3 },
  create: nhitsNetwork,
};

/**
 * N-HiTS: stacks that see the history at several resolutions and forecast at several, interpolated between. Challu et al.
 * 2023.
 * @example
 * const y = Array.from({ length: 200 }, (_, hour) => Math.sin((2 * Math.PI * hour) / 12));
 * const frame = frameOf({ ds: y.map((_, hour) => hour), y });
 * const model = await nhits({ horizon: 4, lookback: 24, steps: 60, hiddenSize: 32, loss: 'mse' }).fit(frame);
 * console.log((await model.forecast(frame))[0]?.mean.length, model.report.reason); // → 4 finished
 */
export function nhits(options: NHitsOptions): NeuralModel {
  knownOptions(
    'nhits',
    options,
    'horizon lookback name loss scaler reversibleNorm steps learningRate rateHalvings',
    'windowsPerBatch seriesPerBatch validateEvery patience clipNorm stepsPerCall seed',
    'covariates threads blocks pooling downsampling poolingKind interpolation dropout layers',
    'hiddenSize activation',
  );
  return neuralModelOf(nhitsArchitecture, options, nhitsDefaults);
}
