/** What an architecture is: how a network is built, what it takes, and what it is trained with unless told otherwise. */
import { ArgumentError, concat, type Tensor } from '@noosphere/core';
import type { ForwardContext, Random } from '@noosphere/train';
import type { ForecastLoss } from './losses.js';
import type { ScalerKind } from './scalers.js';

/** Scaled windows. B rows, L the lookback, H the horizon, X past and F future covariates, S static ones. */
export interface NetworkInputs {
  /** [B, L], 0 where a value is missing. */
  readonly y: Tensor;
  /** [B, L], 1 where there is a value. */
  readonly mask: Tensor;
  /** [B, L, X] */
  readonly past: Tensor | undefined;
  /** [B, L + H, F] */
  readonly future: Tensor | undefined;
  /** [B, S] */
  readonly static: Tensor | undefined;
}

export interface Network {
  /** Shapes: windows of B rows give [B, H, K], K being the outputs that the loss asks for. */
  forward(inputs: NetworkInputs, context: ForwardContext): Tensor;
}

/** What a network is built for. */
export interface NetworkSize {
  readonly lookback: number;
  readonly horizon: number;
  /** Outputs for each step of the horizon. */
  readonly outputs: number;
  /** Past covariates. */
  readonly past: number;
  /** Future covariates. */
  readonly future: number;
  /** Static covariates. */
  readonly static: number;
  /** Series that a multivariate network sees side by side; 1 otherwise. */
  readonly channels: number;
}

export type CovariateRole = 'past' | 'future' | 'static';

/** How it is trained where the caller does not say: neuralforecast 3.3.0's values. */
export interface TrainingDefaults {
  readonly loss: ForecastLoss;
  readonly scaler: ScalerKind;
  readonly steps: number;
  readonly learningRate: number;
  readonly rateHalvings: number;
  readonly windowsPerBatch: number;
}

/** Architectures of this package; the registry is typed over them. */
export type NeuralModelKind =
  | 'mlp'
  | 'lstm'
  | 'gru'
  | 'tcn'
  | 'cnn1d'
  | 'dlinear'
  | 'nlinear'
  | 'nbeats'
  | 'nhits'
  | 'patchtst'
  | 'tide'
  | 'tsmixer';

export interface Architecture<Options extends object = object> {
  readonly kind: NeuralModelKind;
  /** Column name in tables: `NHITS`. */
  readonly name: string;
  /** Covariates that it takes. */
  readonly covariates: readonly CovariateRole[];
  /** Whether it sees all series of a frame side by side. */
  readonly isMultivariate: boolean;
  readonly defaults: TrainingDefaults;
  /** A network with random weights. */
  create(size: NetworkSize, options: Options, random: Random): Network;
}

export const usualDefaults: TrainingDefaults = {
  loss: 'mae',
  scaler: 'identity',
  steps: 1000,
  learningRate: 1e-3,
  rateHalvings: 0,
  windowsPerBatch: 1024,
};

/** Tensors side by side on the last axis; those that are not there are left out. */
export function joinLast(...parts: readonly (Tensor | undefined)[]): Tensor {
  const present = parts.flatMap((part) => part ?? []);
  return present.length === 1 ? (present[0] as Tensor) : concat(present, { axis: -1 });
}

/** Whole numbers from a minimum, by name. */
export function requireCounts(
  operation: string,
  counts: Readonly<Record<string, number>>,
  minimum = 1,
): void {
  for (const [name, count] of Object.entries(counts)) {
    if (!Number.isSafeInteger(count) || count < minimum)
      throw new ArgumentError(operation, `${name} must be a whole number from ${minimum}, got ${count}`);
  }
}
