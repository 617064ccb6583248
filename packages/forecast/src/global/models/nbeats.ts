/** N-BEATS, generic and interpretable. Oreshkin et al. 2020, with neuralforecast's layers and defaults. */
import { knownOptions } from '@noosphere/base';
import {
  ArgumentError,
  fromData,
  type HostTensor,
  matmul,
  reshape,
  slice,
  type Tensor,
  transpose,
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

/** What a stack's forecasts are made of: any values, a polynomial, or waves of the horizon's length and its parts. */
export type StackKind = 'identity' | 'trend' | 'seasonality';

interface NBeatsShape extends BlockShape {
  /** @default ['identity', 'trend', 'seasonality'] */
  readonly stacks?: readonly StackKind[];
  /** Blocks of each stack. @default 1 each */
  readonly blocks?: readonly number[];
  /** Degree of the trend's polynomial. @default 2 */
  readonly degree?: number;
  /** Waves to a step in frequency: 1 has the horizon's harmonics. @default 2 */
  readonly harmonics?: number;
}

export interface NBeatsOptions extends NeuralOptions, NBeatsShape {}

const defaultStacks: readonly StackKind[] = ['identity', 'trend', 'seasonality'];

/** Basis vectors in rows: one table for the history (its newest value first), one for the horizon. */
interface Basis {
  readonly size: number;
  backcast(length: number): HostTensor<'float32'>;
  forecast(length: number): HostTensor<'float32'>;
}

class NBeatsBlock implements Block {
  readonly layers: BlockLayers;
  readonly basis: Basis | undefined;
  readonly lookback: number;
  readonly horizon: number;
  readonly outputs: number;

  constructor(
    { lookback, horizon, outputs }: NetworkSize,
    basis: Basis | undefined,
    shape: Required<BlockShape>,
    random: Random,
  ) {
    const width = basis ? basis.size * (1 + outputs) : lookback + horizon * outputs;
    this.layers = new BlockLayers('nbeats', lookback, width, shape, random);
    this.basis = basis;
    this.lookback = lookback;
    this.horizon = horizon;
    this.outputs = outputs;
  }

  forward(residual: Tensor, _: NetworkInputs, context: ForwardContext, isLast: boolean): BlockResult {
    const { basis, lookback, horizon, outputs } = this;
    // θ holds what the backcast is made of, then what the forecast is made of.
    const size = basis ? basis.size : lookback;
    const theta = this.layers.forward(residual, context, isLast ? size : 0);
    const width = theta.shape[1] as number;
    const cut = (from: number, to: number) => slice(theta, { starts: [from], ends: [to], axes: [1] });
    const ahead = isLast ? theta : cut(size, width);
    const behind = isLast ? undefined : cut(0, size);
    if (!basis) return { backcast: behind, forecast: reshape(ahead, [-1, horizon, outputs]) };
    const perOutput = transpose(reshape(ahead, [-1, size, outputs]), [0, 2, 1]);
    const forecast = transpose(matmul(perOutput, basis.forecast(horizon)), [0, 2, 1]);
    return { backcast: behind && matmul(behind, basis.backcast(lookback)), forecast };
  }
}

function basisOf(
  kind: StackKind,
  size: NetworkSize,
  { degree, harmonics }: { degree: number; harmonics: number },
) {
  if (kind === 'identity') return undefined;
  if (kind === 'trend') return trendBasis(degree);
  if (kind === 'seasonality') return seasonBasis(size.horizon, harmonics);
  kind satisfies never;
  throw new ArgumentError('nbeats', `a stack is 'identity', 'trend' or 'seasonality', got '${kind}'`);
}

/** (t / T)^p for p from 0 to the degree. */
function trendBasis(degree: number): Basis {
  const rows = (length: number) => tableOf(degree + 1, length, (power, t) => (t / length) ** power);
  return { size: degree + 1, backcast: rows, forecast: rows };
}

/** cos and sin of 2π f t / H, with f from 0 and from 1 on in steps of 1 / harmonics up to H / 2. */
function seasonBasis(horizon: number, harmonics: number): Basis {
  const last = (harmonics / 2) * horizon;
  const count = Math.max(0, Math.ceil(last - harmonics));
  const frequencies = [0, ...Array.from({ length: count }, (_, index) => (harmonics + index) / harmonics)];
  const waves = frequencies.length;
  const rows = (sign: number) => (length: number) =>
    tableOf(2 * waves, length, (row, t) => {
      const angle = (sign * 2 * Math.PI * t * (frequencies[row % waves] as number)) / horizon;
      return row < waves ? Math.cos(angle) : Math.sin(angle);
    });
  return { size: 2 * waves, backcast: rows(-1), forecast: rows(1) };
}

function tableOf(
  rows: number,
  columns: number,
  at: (row: number, column: number) => number,
): HostTensor<'float32'> {
  const table = Float32Array.from({ length: rows * columns }, (_, place) =>
    at(Math.floor(place / columns), place % columns),
  );
  return fromData('float32', [rows, columns], table);
}

export function nbeatsNetwork(size: NetworkSize, options: NBeatsShape, random: Random): ResidualNetwork {
  const { stacks = defaultStacks, blocks = stacks.map(() => 1), degree = 2, harmonics = 2 } = options;
  const { layers = 3, hiddenSize = 512, activation = 'relu' } = options;
  requireCounts('nbeats', { degree, harmonics });
  if (blocks.length !== stacks.length || stacks.length === 0)
    throw new ArgumentError(
      'nbeats',
      `needs a number of blocks for each stack, got ${blocks.length} for ${stacks.length}`,
    );
  const all = stacks.flatMap((kind, index) => {
    requireCounts('nbeats', { [`blocks[${index}]`]: blocks[index] as number });
    if (kind === 'seasonality' && size.horizon === 1)
      throw new ArgumentError('nbeats', 'a horizon of 1 has no seasonality; leave that stack out');
    const basis = basisOf(kind, size, { degree, harmonics });
    return Array.from(
      { length: blocks[index] as number },
      () => new NBeatsBlock(size, basis, { layers, hiddenSize, activation }, random),
    );
  });
  return new ResidualNetwork(all);
}

export const nbeatsArchitecture: Architecture<NBeatsShape> = {
  kind: 'nbeats',
  name: 'NBEATS',
  covariates: [],
  isMultivariate: false,
  defaults: { ...usualDefaults, rateHalvings: 3 },
  create: nbeatsNetwork,
};

/**
 * N-BEATS: blocks of fully connected layers, each of which explains a part of the history and forecasts from it. Stacks
 * `trend` and `seasonality` are the interpretable ones, `identity` the generic. Takes no covariates. Oreshkin et al. 2020.
 * @example
 * const generic = nbeats({ horizon: 24, lookback: 72, stacks: ['identity', 'identity'], blocks: [2, 2] });
 * console.log(generic.name, generic.settings.rateHalvings); // → NBEATS 3
 */
export function nbeats(options: NBeatsOptions): NeuralModel {
  knownOptions(
    'nbeats',
    options,
    'horizon lookback name loss scaler reversibleNorm steps learningRate rateHalvings',
    'windowsPerBatch seriesPerBatch validateEvery patience clipNorm stepsPerCall seed',
    'covariates threads stacks blocks degree harmonics layers hiddenSize activation',
  );
  return neuralModelOf(nbeatsArchitecture, options, {
    stacks: defaultStacks,
    blocks: (options.stacks ?? defaultStacks).map(() => 1),
    degree: 2,
    harmonics: 2,
    layers: 3,
    hiddenSize: 512,
    activation: 'relu',
  });
}
