/** The options that all neural models share, and what they become with an architecture's defaults. */
import { ArgumentError } from '@noosphere/core';
import type { SeriesFrame } from '../frame/frame.js';
import { type ForecastLoss, objectiveOf } from './losses.js';
import { type Architecture, type CovariateRole, type NeuralModelKind, requireCounts } from './network.js';
import type { ReversibleNormOptions } from './reversible-norm.js';
import { type ScalerKind, scalerKinds } from './scalers.js';
import type { CovariateColumns } from './window-batches.js';

export interface NeuralOptions {
  /** Steps ahead. */
  readonly horizon: number;
  /** Last values that a forecast is made from. */
  readonly lookback: number;
  /** Column name in tables. @default that of the architecture, e.g. `NHITS` */
  readonly name?: string;
  /** @default 'mae' */
  readonly loss?: ForecastLoss;
  /** @default 'identity'; 'robust' of the recurrent models and the TCN */
  readonly scaler?: ScalerKind;
  /** Normalises each window and undoes it on the forecast; `affine` learns weights. @default no; PatchTST and TSMixer do */
  readonly reversibleNorm?: boolean | Omit<ReversibleNormOptions, 'channels'>;
  /** Training steps. @default 1000; 5000 of DLinear, NLinear and PatchTST */
  readonly steps?: number;
  /** Of Adam. @default 0.001; 0.0001 of DLinear, NLinear and PatchTST */
  readonly learningRate?: number;
  /** The rate is halved so many times, at equal distances. @default 3 of N-HiTS and N-BEATS, 0 of the others */
  readonly rateHalvings?: number;
  /** @default 1024; 128 of the recurrent models and the TCN, 32 of TSMixer */
  readonly windowsPerBatch?: number;
  /** Series whose windows a batch is drawn from. @default 32 */
  readonly seriesPerBatch?: number;
  /** Steps between validations, where the fit has values for them. @default 100 */
  readonly validateEvery?: number;
  /** Stop after so many validations without a better one. @default never */
  readonly patience?: number;
  /** Gradients are scaled down to this norm. @default no clipping */
  readonly clipNorm?: number;
  /** Steps in one native call; the bits do not depend on it. @default 1 */
  readonly stepsPerCall?: number;
  /** Of weights, windows and dropout. @default 1 */
  readonly seed?: number;
  /** Covariates of the frame that are read, by name. @default none */
  readonly covariates?: Partial<CovariateColumns>;
  /** Threads inside one operator. @default NOOSPHERE_THREADS, else the cores this process may use */
  readonly threads?: number;
}

/** Options with all defaults filled in: plain data, apart from what the network alone knows. */
export interface NeuralSettings {
  readonly kind: NeuralModelKind;
  readonly name: string;
  readonly horizon: number;
  readonly lookback: number;
  readonly loss: ForecastLoss;
  readonly scaler: ScalerKind;
  readonly reversibleNorm: Omit<ReversibleNormOptions, 'channels'> | undefined;
  readonly steps: number;
  readonly learningRate: number;
  readonly rateHalvings: number;
  readonly windowsPerBatch: number;
  readonly seriesPerBatch: number;
  readonly validateEvery: number;
  readonly patience: number | undefined;
  readonly clipNorm: number | undefined;
  readonly stepsPerCall: number;
  readonly seed: number;
  readonly covariates: CovariateColumns;
  readonly threads: number | undefined;
}

/** Checks the options and fills in the defaults. */
export function settle(
  architecture: Architecture,
  options: NeuralOptions,
  norm?: ReversibleNormOptions,
): NeuralSettings {
  const operation = architecture.kind;
  const { defaults } = architecture;
  const {
    horizon,
    lookback,
    loss = defaults.loss,
    scaler = defaults.scaler,
    patience,
    clipNorm,
    threads,
  } = options;
  const { steps = defaults.steps, windowsPerBatch = defaults.windowsPerBatch, seriesPerBatch = 32 } = options;
  const { validateEvery = 100, stepsPerCall = 1, seed = 1, rateHalvings = defaults.rateHalvings } = options;
  const { learningRate = defaults.learningRate, reversibleNorm = norm !== undefined } = options;
  requireCounts(operation, {
    horizon,
    lookback,
    steps,
    windowsPerBatch,
    seriesPerBatch,
    validateEvery,
    stepsPerCall,
  });
  requireCounts(operation, { seed, rateHalvings }, 0);
  if (patience !== undefined) requireCounts(operation, { patience });
  if (!(learningRate > 0))
    throw new ArgumentError(operation, `learningRate must be above 0, got ${learningRate}`);
  if (!scalerKinds.includes(scaler))
    throw new ArgumentError(operation, `scaler must be one of ${scalerKinds.join(', ')}, got '${scaler}'`);
  if (loss === 'negativeBinomial' && scaler !== 'identity')
    throw new ArgumentError(
      operation,
      `the loss negativeBinomial is for counts as they are; set scaler to 'identity', got '${scaler}'`,
    );
  objectiveOf(operation, loss);
  return {
    kind: architecture.kind,
    name: options.name ?? architecture.name,
    horizon,
    lookback,
    loss,
    scaler,
    reversibleNorm: reversibleNorm === true ? (norm ?? {}) : reversibleNorm || undefined,
    steps,
    learningRate,
    rateHalvings,
    windowsPerBatch,
    seriesPerBatch,
    validateEvery,
    patience,
    clipNorm,
    stepsPerCall,
    seed,
    covariates: settleCovariates(architecture, options.covariates ?? {}),
    threads,
  };
}

function settleCovariates(architecture: Architecture, given: Partial<CovariateColumns>): CovariateColumns {
  const of = (role: CovariateRole): readonly string[] => {
    const names = given[role] ?? [];
    if (names.length > 0 && !architecture.covariates.includes(role)) {
      throw new ArgumentError(
        architecture.kind,
        `takes no ${role} covariates, got ${names.map((name) => `'${name}'`).join(', ')}; leave them out, or use mlp, nhits or tide`,
      );
    }
    return names;
  };
  return { past: of('past'), future: of('future'), static: of('static') };
}

/** Series a multivariate network is built for. */
export function channelsOf({ isMultivariate }: Architecture, frame: SeriesFrame): number {
  return isMultivariate ? frame.ids.length : 1;
}
