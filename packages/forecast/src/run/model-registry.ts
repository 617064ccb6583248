/** Models from their settings: what a thread or a saved file rebuilds them with. */
import { ArgumentError } from '@noosphere/core';
import type { LocalModel, ModelSettings } from '../local/local-model.js';
import { localModels } from '../local/registry.js';
import { wrapperModels } from '../wrappers/registry.js';

/** A wrapper's options hold the settings of what it wraps. */
interface WrapperOptions {
  readonly models?: readonly ModelSettings[];
}

/** Whether the registry can rebuild a model, and all that it wraps. */
export function isRegistered({ kind, options }: ModelSettings): boolean {
  if (Object.hasOwn(localModels, kind)) return true;
  if (!Object.hasOwn(wrapperModels, kind)) return false;
  return ((options as WrapperOptions).models ?? []).every(isRegistered);
}

/**
 * The model that has these settings, such as a saved file holds.
 * @example
 * const { name, kind, options } = seasonalNaive({ season: 12 });
 * console.log(modelFromSettings({ name, kind, options }).options); // → { season: 12 }
 */
export function modelFromSettings({ name, kind, options }: ModelSettings): LocalModel {
  const wrapper = Object.hasOwn(wrapperModels, kind)
    ? wrapperModels[kind as keyof typeof wrapperModels]
    : undefined;
  if (wrapper) {
    const models = ((options as WrapperOptions).models ?? []).map(modelFromSettings);
    return { ...wrapper(models, options), name };
  }
  const factory = Object.hasOwn(localModels, kind)
    ? localModels[kind as keyof typeof localModels]
    : undefined;
  if (!factory) {
    const known = [...Object.keys(localModels), ...Object.keys(wrapperModels)].join(', ');
    throw new ArgumentError('modelFromSettings', `there is no model '${kind}'; there are ${known}`);
  }
  return { ...factory(options), name };
}
