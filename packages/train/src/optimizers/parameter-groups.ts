/** Parameters of one model under several optimizers: other rates or decays for some of them. */
import { knownOptions } from '@noosphere/base';
import { type AdamWOptions, adamW } from './adam.js';
import type { Optimizer } from './optimizer.js';

/** Which parameters, by path: a pattern, or a predicate. */
export type ParameterPattern = RegExp | ((path: string) => boolean);

export interface ParameterGroup {
  /** The parameters of the group; the first group that matches takes a parameter. @default all that are left */
  readonly parameters?: ParameterPattern;
  readonly optimizer: Optimizer;
  /** Whether the pattern may match nothing. @default false */
  readonly mayBeEmpty?: boolean;
}

/** Whether a pattern means a path. */
export function matchesPath(pattern: ParameterPattern | undefined, path: string): boolean {
  if (pattern === undefined) return true;
  if (typeof pattern === 'function') return pattern(path);
  pattern.lastIndex = 0;
  return pattern.test(path);
}

export interface AdamWGroupsOptions extends AdamWOptions {
  /** Parameters that do not decay. @default biases and the weights of norms */
  readonly withoutDecay?: ParameterPattern;
}

/**
 * AdamW that lets biases and the scales of norms alone, as trainers of transformers do.
 * @example
 * const [still, decayed] = adamWGroups({ learningRate: 2e-5 });
 * console.log(matchesPath(still?.parameters, 'encoder.layers.0.norm1.weight'), decayed?.parameters); // → true undefined
 */
export function adamWGroups(given: AdamWGroupsOptions = {}): ParameterGroup[] {
  const { withoutDecay = /(^|[._])bias(_\w+)?$|norm[^.]*\.weight$/i, ...options } = knownOptions(
    'adamWGroups',
    given,
    'withoutDecay weightDecay learningRate beta1 beta2 epsilon',
  );
  return [
    { parameters: withoutDecay, optimizer: adamW({ ...options, weightDecay: 0 }), mayBeEmpty: true },
    { optimizer: adamW(options) },
  ];
}
