/** A global neural model before its fit: settings and an architecture. All architectures are trained here, by one loop. */

import { ArgumentError, type Tensor } from '@noosphere/core';
import { learn, plain } from '@noosphere/learn';
import {
  adam,
  type BatchSource,
  loadStateDict,
  Random,
  type StopReason,
  stepDecay,
  type ValidationResult,
} from '@noosphere/train';
import type { SeriesFrame } from '../frame/frame.js';
import type { DecisionLoss } from './decision-loss.js';
import { FittedNeuralModel } from './fitted-neural-model.js';
import type { GlobalFitOptions, GlobalModel } from './global-model.js';
import { objectiveOf } from './losses.js';
import type { Architecture, NeuralModelKind } from './network.js';
import { channelsOf, type NeuralOptions, type NeuralSettings, settle } from './neural-options.js';
import { Pipeline, type TrainingWindows } from './pipeline.js';
import { ReversibleNorm, type ReversibleNormOptions } from './reversible-norm.js';
import {
  decisionTask,
  forecastTask,
  trainingBatches,
  validationBatches,
  windowsTask,
} from './training-task.js';
import type { WindowSource } from './window-batches.js';

/** How a training run went. */
export interface TrainingReport {
  readonly steps: number;
  readonly reason: StopReason;
  /** Loss of the last step. */
  readonly loss: number;
  readonly validations: readonly ValidationResult[];
  readonly elapsedMs: number;
  /** What the meters read. */
  readonly readings: Readonly<Record<string, number>>;
}

/** The report of a model that was not trained here. */
export const untrained: TrainingReport = {
  steps: 0,
  reason: 'finished',
  loss: Number.NaN,
  validations: [],
  elapsedMs: 0,
  readings: {},
};

/** What a model is as plain data: what `load` needs to build it anew. */
export interface NeuralDescription {
  readonly settings: NeuralSettings;
  /** Options of the architecture alone. */
  readonly network: object;
  /** Series side by side. */
  readonly channels: number;
  /** Of weights that a decision's cost has trained last: their forecasts are scores for it. */
  readonly trainedFor?: 'decision';
}

/** A neural network over all series of a table: fitted on windows of them, it forecasts each. */
export class NeuralModel implements GlobalModel {
  readonly name: string;
  readonly kind: NeuralModelKind;
  readonly horizon: number;
  readonly settings: NeuralSettings;
  readonly #architecture: Architecture;
  readonly #network: object;

  /**
   * @param network Options of the architecture alone.
   * @param norm What `reversibleNorm: true` means here, where it is the architecture's default.
   */
  constructor(
    architecture: Architecture,
    options: NeuralOptions,
    network: object = {},
    norm?: ReversibleNormOptions,
  ) {
    this.#architecture = architecture;
    this.#network = network;
    this.settings = settle(architecture, options, norm);
    this.name = this.settings.name;
    this.kind = architecture.kind;
    this.horizon = options.horizon;
    // A network that cannot be built is refused now, not after the data were read.
    buildPipeline(architecture, { settings: this.settings, network, channels: 1 });
  }

  /** Settings, and options of the architecture alone: plain data. */
  get options(): Readonly<Record<string, unknown>> {
    return { ...this.settings, ...this.#network };
  }

  /**
   * Trains on windows of all series. With `validationSize` the weights are those of the best validation: the mean loss
   * over every window whose horizon lies in the last values, stride 1. The same seed gives the same bits.
   */
  async fit(frame: SeriesFrame, options: GlobalFitOptions = {}): Promise<FittedNeuralModel> {
    const channels = channelsOf(this.#architecture, frame);
    const description = { settings: this.settings, network: this.#network, channels };
    const start = buildPipeline(this.#architecture, description);
    return trainPipeline(this.#architecture, description, start, frame, options);
  }

  /**
   * The model for tables and backtests that is trained through a decision's cost: every fit gets `decisionLoss`, and the values
   * for validation.
   * @param options.name @default the model's with `-decision` behind it
   * @param options.validationSize @default 0
   * @example
   * const frame = frameOf({ ds: [1, 2, 3, 4, 5, 6, 7, 8], y: [1, 2, 1, 2, 1, 2, 1, 2] });
   * const model = nlinear({ horizon: 1, lookback: 4, steps: 3 });
   * // What is short costs three times what is left over.
   * const decided = model.forDecision(({ forecast, actual }) => mean(maximum(mul(sub(actual, forecast), 3), sub(forecast, actual))));
   * const { models } = await forecastFrame(frame, { models: [model, decided], horizon: 1 });
   * console.log(models); // → [ 'NLinear', 'NLinear-decision' ]
   */
  forDecision(
    decisionLoss: DecisionLoss,
    {
      name = `${this.name}-decision`,
      validationSize = 0,
    }: { readonly name?: string; readonly validationSize?: number } = {},
  ): GlobalModel {
    return {
      name,
      kind: this.kind,
      horizon: this.horizon,
      options: { ...this.options, name, validationSize, trainedFor: 'decision' },
      fit: (frame, options = {}) => this.fit(frame, { validationSize, ...options, decisionLoss }),
    };
  }

  /** The batches that `fit` draws from a frame, for training loops of one's own. */
  batches(frame: SeriesFrame, validationSize = 0): BatchSource<TrainingWindows> {
    return trainingBatches(this.#architecture, this.settings, frame, validationSize);
  }

  /**
   * The model with weights from elsewhere, as `weights` of a fitted model names them.
   * @param options.channels Series side by side, where the model is multivariate. @default 1
   * @param options.strict Refuse weights that are missing or unknown. @default true
   */
  withWeights(
    weights: Readonly<Record<string, Tensor>>,
    { channels = 1, strict = true }: { readonly channels?: number; readonly strict?: boolean } = {},
  ): FittedNeuralModel {
    const description = { settings: this.settings, network: this.#network, channels };
    const { model } = loadStateDict(buildPipeline(this.#architecture, description), weights, { strict });
    return new FittedNeuralModel(this.#architecture, description, model, untrained);
  }
}

/** A pipeline with the random weights of the settings' seed. */
export function buildPipeline(
  architecture: Architecture,
  { settings, network, channels }: NeuralDescription,
): Pipeline {
  const { lookback, horizon, covariates, loss, scaler, reversibleNorm, seed } = settings;
  const size = {
    lookback,
    horizon,
    outputs: objectiveOf(settings.kind, loss).outputs,
    past: covariates.past.length,
    future: covariates.future.length,
    static: covariates.static.length,
    channels,
  };
  const norm = reversibleNorm && new ReversibleNorm({ ...reversibleNorm, channels });
  return new Pipeline(architecture.create(size, network, new Random(seed)), { norm, scaler, loss });
}

/** Trains a pipeline from the weights it has. */
export async function trainPipeline(
  architecture: Architecture,
  description: NeuralDescription,
  start: Pipeline,
  frame: SeriesFrame,
  options: GlobalFitOptions,
): Promise<FittedNeuralModel> {
  const { settings } = description;
  const { kind, lookback, horizon, steps, learningRate, rateHalvings, seed, threads, clipNorm } = settings;
  const { validationSize = 0, decisionLoss, ...given } = options;
  if (validationSize !== 0 && !(Number.isInteger(validationSize) && validationSize >= horizon)) {
    throw new ArgumentError(
      kind,
      `validationSize must be 0 or a whole number from the horizon, got ${validationSize} and a horizon of ${horizon}`,
    );
  }
  const {
    loss,
    batches,
    validation: held,
  } = decisionLoss
    ? decisionTask(settings, frame, validationSize, decisionLoss)
    : forecastTask(architecture, description, frame, validationSize);
  const source: WindowSource = { frame, plan: { lookback, horizon }, columns: settings.covariates };
  const every = Math.max(1, Math.floor(steps / Math.max(1, rateHalvings)));
  const found = await learn<Pipeline, TrainingWindows>({
    model: start,
    task: windowsTask(kind, loss),
    data: batches,
    recipe: plain(
      adam({
        learningRate: rateHalvings > 0 ? stepDecay({ learningRate, every, factor: 0.5 }) : learningRate,
      }),
    ),
    epochs: 1,
    seed,
    stepsPerCall: settings.stepsPerCall,
    ...(clipNorm === undefined ? {} : { clipNorm }),
    ...(threads === undefined ? {} : { threads }),
    ...(held
      ? { validation: validationBatches(source, held, settings), validateEvery: settings.validateEvery }
      : {}),
    ...(held && settings.patience !== undefined ? { patience: settings.patience } : {}),
    ...given,
  });
  const { reason, validations, elapsedMs, readings } = found;
  const report = {
    steps: found.steps,
    reason,
    validations,
    elapsedMs,
    readings,
    loss: found.lastStep?.loss ?? Number.NaN,
  };
  const { trainedFor: _, ...model } = description;
  const trained = decisionLoss ? { ...model, trainedFor: 'decision' as const } : model;
  return new FittedNeuralModel(architecture, trained, found.model, report);
}
