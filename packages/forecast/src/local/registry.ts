/** All models of one series by kind: what rebuilds a model from plain settings, in a worker thread or from a file. */
import { ArgumentError } from '@noosphere/core';
import { arima, autoArima } from './arima/arima-models.js';
import { historicAverage, seasonalWindowAverage, windowAverage } from './averages.js';
import { mstl } from './decomposition/mstl-model.js';
import { autoEts, holt, holtWinters, ses } from './ets/ets-models.js';
import {
  adida,
  crostonClassic,
  crostonOptimized,
  crostonSba,
  imapa,
  tsb,
} from './intermittent/intermittent-models.js';
import type { LocalModel, LocalModelKind, ModelSettings } from './local-model.js';
import { mfles } from './mfles/mfles-model.js';
import { drift, naive, seasonalNaive } from './naive.js';
import { classicTheta, naive2 } from './theta/m4-benchmarks.js';
import {
  autoTheta,
  dynamicOptimizedTheta,
  dynamicTheta,
  optimizedTheta,
  theta,
} from './theta/theta-models.js';
import { arch, ewmaVolatility, garch, gjrGarch } from './volatility/garch-model.js';

type Options = ModelSettings['options'];

/** Makes each kind of model from the options in its settings; options that do not fit are refused by the model. */
export const localModels: Readonly<Record<LocalModelKind, (options: Options) => LocalModel>> = {
  naive,
  seasonalNaive: from(seasonalNaive),
  drift,
  historicAverage,
  windowAverage: from(windowAverage),
  seasonalWindowAverage: from(seasonalWindowAverage),
  naive2,
  classicTheta,
  ses,
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
  crostonClassic,
  crostonOptimized,
  crostonSba,
  adida,
  imapa,
  tsb,
  mstl: ({ trend, ...options }) =>
    from(mstl)({
      ...options,
      ...(trend === undefined ? {} : { trend: rebuild(trend as ModelSettings) }),
    }),
};

/** Settings have lost the types of their options; each model checks those that it needs. */
function from<Typed>(make: (options: Typed) => LocalModel): (options: Options) => LocalModel {
  return (options) => make(options as Typed);
}

function rebuild({ name, kind, options }: ModelSettings): LocalModel {
  if (!Object.hasOwn(localModels, kind)) {
    const known = Object.keys(localModels).join(', ');
    throw new ArgumentError('mstl', `there is no model '${kind}' for the trend; there are ${known}`);
  }
  return { ...localModels[kind as LocalModelKind](options), name };
}
