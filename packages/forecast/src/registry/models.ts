/** All models of one series by kind, and models from their plain settings: in a worker thread, or from a file. */
import { ArgumentError } from '@noosphere/core';
import { arima, autoArima } from '../local/arima/arima-models.js';
import { historicAverage, seasonalWindowAverage, windowAverage } from '../local/averages.js';
import { mstl } from '../local/decomposition/mstl-model.js';
import { autoEts, holt, holtWinters, ses } from '../local/ets/ets-models.js';
import {
  adida,
  crostonClassic,
  crostonOptimized,
  crostonSba,
  imapa,
  tsb,
} from '../local/intermittent/intermittent-models.js';
import type { LocalModel, LocalModelKind, ModelSettings } from '../local/local-model.js';
import { mfles } from '../local/mfles/mfles-model.js';
import { drift, naive, seasonalNaive } from '../local/naive.js';
import { classicTheta, naive2 } from '../local/theta/m4-benchmarks.js';
import {
  autoTheta,
  dynamicOptimizedTheta,
  dynamicTheta,
  optimizedTheta,
  theta,
} from '../local/theta/theta-models.js';
import { arch, ewmaVolatility, garch, gjrGarch } from '../local/volatility/garch-model.js';
import type { TransformSettings } from '../transforms/transform.js';
import { transformed } from '../transforms/transformed.js';
import { conformal } from '../wrappers/conformal.js';
import { type BestOfOptions, bestOf, ensemble } from '../wrappers/ensemble.js';

type Options = ModelSettings['options'];

/** Makes each kind of model from the options in its settings; options that do not fit are refused by the model. */
export const localModels: Readonly<Record<LocalModelKind, (options: Options) => LocalModel>> = {
  naive: plain('naive', naive),
  seasonalNaive: from(seasonalNaive),
  drift: plain('drift', drift),
  historicAverage: plain('historicAverage', historicAverage),
  windowAverage: from(windowAverage),
  seasonalWindowAverage: from(seasonalWindowAverage),
  naive2,
  classicTheta,
  ses: plain('ses', ses),
  holt,
  holtWinters: from(holtWinters),
  autoEts,
  theta,
  optimizedTheta,
  dynamicTheta,
  dynamicOptimizedTheta,
  autoTheta,
  mfles,
  arima: from(arima),
  autoArima,
  arch,
  garch,
  gjrGarch,
  ewmaVolatility,
  crostonClassic: plain('crostonClassic', crostonClassic),
  crostonOptimized: plain('crostonOptimized', crostonOptimized),
  crostonSba: plain('crostonSba', crostonSba),
  adida: plain('adida', adida),
  imapa: plain('imapa', imapa),
  tsb,
  mstl: ({ trend, ...options }) =>
    from(mstl)({
      ...options,
      ...(trend === undefined ? {} : { trend: rebuild('mstl', trend as ModelSettings, ' for the trend') }),
    }),
};

/** Models around others, by kind: made again from their members, whose settings are `models` among the options. */
const wrapperModels: Readonly<Record<string, Make>> = {
  conformal: ({ models: _, ...options }, [model]) => conformal(model as LocalModel, options),
  ensemble: ({ models: _, ...options }, members) => ensemble(members, options),
  transformed: ({ transform }, [model]) =>
    transformed(model as LocalModel, transform as TransformSettings | readonly TransformSettings[]),
  bestOf: ({ models: _, ...options }, members) => bestOf(members, options as unknown as BestOfOptions),
};

type Make = (options: Options, members: readonly LocalModel[]) => LocalModel;
const makers: Readonly<Record<string, Make>> = { ...localModels, ...wrapperModels };

/** Settings have lost the types of their options; each model checks those that it needs. */
function from<Typed>(make: (options: Typed) => LocalModel): (options: Options) => LocalModel {
  return (options) => make(options as Typed);
}

/** A kind without options refuses every one but those that its own settings hold. */
function plain(kind: LocalModelKind, make: () => LocalModel): (options: Options) => LocalModel {
  return (options) => {
    const model = make();
    const unknown = Object.keys(options).find((name) => !Object.hasOwn(model.options, name));
    if (unknown === undefined) return model;
    throw new ArgumentError(kind, `there is no option '${unknown}', ${kind} takes none; leave it out`);
  };
}

/** Settings of what a model wraps. */
function membersOf({
  models = [],
}: {
  readonly models?: readonly ModelSettings[];
}): readonly ModelSettings[] {
  return models;
}

/** Whether a model can be made again from its settings, and all that it wraps. */
export function isRegistered({ kind, options }: ModelSettings): boolean {
  return Object.hasOwn(makers, kind) && membersOf(options).every(isRegistered);
}

/**
 * The model that has these settings, such as a saved file holds.
 * @example
 * const { name, kind, options } = seasonalNaive({ season: 12 });
 * console.log(modelFromSettings({ name, kind, options }).options); // → { season: 12 }
 */
export function modelFromSettings(settings: ModelSettings): LocalModel {
  return rebuild('modelFromSettings', settings);
}

function rebuild(operation: string, { name, kind, options }: ModelSettings, use = ''): LocalModel {
  const make = Object.hasOwn(makers, kind) ? makers[kind] : undefined;
  if (make) return { ...make(options, membersOf(options).map(modelFromSettings)), name };
  const known = Object.keys(makers).join(', ');
  throw new ArgumentError(operation, `there is no model '${kind}'${use}; there are ${known}`);
}
