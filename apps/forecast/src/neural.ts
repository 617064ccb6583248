/** Neural models from their names: sizes by the data, covariates that the kind takes, intervals by quantiles. */
import { ArgumentError } from '@noosphere/core';
import {
  covariatesOf,
  type ModelSettings,
  type NeuralModel,
  type NeuralModelKind,
  type NeuralOptions,
  neuralModels,
} from '@noosphere/forecast';
import type { ForecastOptions } from './options.js';

/** Steps of a minute or less on tables of any size, with the rate that suits so few; a linear map takes larger ones. */
const usualTraining = { steps: 500, learningRate: 1e-3, scaler: 'standard' } as const;
const linearTraining = { steps: 2000, learningRate: 5e-3, scaler: 'standard' } as const;
const linearKinds: ReadonlySet<string> = new Set(['dlinear', 'nlinear']);
const usualWindows = 256;

export interface NeuralPlan {
  readonly options: ForecastOptions;
  /** Of the intervals, learnt as quantiles; none for points. */
  readonly levels: readonly number[];
  readonly season: number;
  /** Rows of the middle series. */
  readonly length: number;
}

export interface NamedNeuralModel {
  readonly kind: string;
  readonly settings: readonly string[];
  readonly own: Readonly<Record<string, unknown>>;
}

export function neuralModel({ kind, settings, own }: NamedNeuralModel, plan: NeuralPlan): NeuralModel {
  const horizon = plan.options.horizon as number;
  const takes = covariatesOf(kind as NeuralModelKind);
  const make = neuralModels[kind as NeuralModelKind];
  const base: NeuralOptions = {
    horizon,
    lookback: lookbackOf(plan, horizon),
    ...(linearKinds.has(kind) ? linearTraining : usualTraining),
    ...(plan.levels.length > 0 && { loss: { kind: 'quantiles', levels: plan.levels } }),
    covariates: {
      past: takes.includes('past') ? plan.options.past : [],
      future: takes.includes('future') ? plan.options.future : [],
      static: takes.includes('static') ? plan.options.static : [],
    },
  };
  const usual = make(base);
  const unknown = Object.keys(own).find((name) => !(name in usual.options));
  if (unknown !== undefined)
    throw new ArgumentError(
      '--models',
      `${kind} has no option '${unknown}'; it has ${Object.keys(usual.options).join(', ')}`,
    );
  const windowsPerBatch = Math.min(usualWindows, usual.settings.windowsPerBatch);
  const name = settings.length === 0 ? usual.name : `${usual.name}(${settings.join(':')})`;
  return make({ ...base, windowsPerBatch, name, ...own });
}

export function isNeural(kind: string): boolean {
  return Object.hasOwn(neuralModels, kind);
}

/** The model that has these settings, to be trained. */
export function neuralFromSettings({ name, kind, options }: ModelSettings): NeuralModel {
  return neuralModels[kind as NeuralModelKind]({ ...(options as unknown as NeuralOptions), name });
}

/** Two horizons and two seasons at least, where the series are that long. */
function lookbackOf({ season, length }: NeuralPlan, horizon: number): number {
  return Math.max(1, Math.min(2 * Math.max(horizon, season), length - horizon));
}
