/** MLP: hidden layers over the history and all covariates side by side, as neuralforecast's. */
import { knownOptions } from '@noosphere/base';
import { flatten, relu, type Tensor } from '@noosphere/core';
import { Linear, type Random } from '@noosphere/train';
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

interface MlpShape {
  /** Hidden layers. @default 2 */
  readonly layers?: number;
  /** Units of each. @default 1024 */
  readonly hiddenSize?: number;
}

export interface MlpOptions extends NeuralOptions, MlpShape {}

export class MlpNetwork implements Network {
  readonly mlp: readonly Linear[];
  readonly out: Linear;
  readonly horizon: number;

  constructor(size: NetworkSize, { layers = 2, hiddenSize = 1024 }: MlpShape, random: Random) {
    requireCounts('mlp', { layers, hiddenSize });
    const inputs = flatWidth(size);
    this.mlp = Array.from(
      { length: layers },
      (_, layer) => new Linear(layer === 0 ? inputs : hiddenSize, hiddenSize, random),
    );
    this.out = new Linear(hiddenSize, size.horizon * size.outputs, random);
    this.horizon = size.horizon;
  }

  forward(inputs: NetworkInputs): Tensor {
    const hidden = this.mlp.reduce((x, layer) => relu(layer.forward(x)), flatInputs(inputs));
    return byStep(this.out.forward(hidden), this.horizon);
  }
}

/** Values of a window with all its covariates. */
export function flatWidth({ lookback, horizon, past, future, static: fixed }: NetworkSize): number {
  return lookback * (1 + past) + (lookback + horizon) * future + fixed;
}

/** A window and its covariates side by side [B, I]. */
export function flatInputs({ y, past, future, static: fixed }: NetworkInputs): Tensor {
  const flat = (table: Tensor | undefined) => table && flatten(table, 1); // [B, T, C] -> [B, T C]
  return joinLast(y, flat(past), flat(future), fixed);
}

export const mlpArchitecture: Architecture<MlpShape> = {
  kind: 'mlp',
  name: 'MLP',
  covariates: ['past', 'future', 'static'],
  isMultivariate: false,
  defaults: usualDefaults,
  create: (size, options, random) => new MlpNetwork(size, options, random),
};

/**
 * MLP: relu layers from the history, past, future and static covariates to the horizon.
 * @example
 * console.log(mlp({ horizon: 12, lookback: 24, covariates: { future: ['holiday'] } }).name); // → MLP
 */
export function mlp(options: MlpOptions): NeuralModel {
  knownOptions(
    'mlp',
    options,
    'horizon lookback name loss scaler reversibleNorm steps learningRate rateHalvings',
    'windowsPerBatch seriesPerBatch validateEvery patience clipNorm stepsPerCall seed',
    'covariates threads layers hiddenSize',
  );
  return neuralModelOf(mlpArchitecture, options, { layers: 2, hiddenSize: 1024 });
}
