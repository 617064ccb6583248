/** A model of an architecture from the user's options: its own apart from those that all models share. */
import type { Architecture } from '../network.js';
import { NeuralModel } from '../neural-model.js';
import type { NeuralOptions } from '../neural-options.js';
import type { ReversibleNormOptions } from '../reversible-norm.js';

/** @param defaults All options of the architecture alone. */
export function neuralModelOf<Own extends object>(
  architecture: Architecture<Own>,
  options: NeuralOptions & Partial<Own>,
  defaults: Required<Own>,
  norm?: ReversibleNormOptions,
): NeuralModel {
  const common = Object.entries(options).filter(([name]) => !Object.hasOwn(defaults, name));
  const given: Readonly<Record<string, unknown>> = { ...options };
  const own = Object.entries(defaults).map(([name, value]) => [name, given[name] ?? value]);
  return new NeuralModel(
    architecture,
    Object.fromEntries(common) as unknown as NeuralOptions,
    Object.fromEntries(own),
    norm,
  );
}
