/** Models around other models, by the kind in their settings. */
import type { LocalModel } from '../local/local-model.js';
import type { TransformSettings } from '../transforms/transform.js';
import { transformed } from '../transforms/transformed.js';
import { type ConformalOptions, conformal } from './conformal.js';
import { type BestOfOptions, bestOf, type EnsembleOptions, ensemble } from './ensemble.js';

type Rebuild = (models: readonly LocalModel[], options: Readonly<Record<string, unknown>>) => LocalModel;

/** How each is made again from its members and options; `models` among the options are the members' settings. */
export const wrapperModels = {
  conformal: ([model], options) => conformal(model as LocalModel, own<ConformalOptions>(options)),
  ensemble: (models, options) => ensemble(models, own<EnsembleOptions>(options)),
  transformed: ([model], { transform }) =>
    transformed(model as LocalModel, transform as TransformSettings | readonly TransformSettings[]),
  bestOf: (models, options) => bestOf(models, own<BestOfOptions>(options)),
} as const satisfies Record<string, Rebuild>;

/** Options as they were given; the factory checks them again. */
function own<Options>({ models: _, ...options }: Readonly<Record<string, unknown>>): Options {
  return options as Options;
}
