/** Weights that make up for classes of different size. */
import { knownOptions } from '@noosphere/base';
import { ArgumentError, type HostTensor, tensor } from '@noosphere/core';
import { encodeKeys, type Keys } from './keys.js';

export interface ClassWeightOptions {
  /**
   * `balanced`: n / (k n_c). `effective`: (1 - β) / (1 - β^n_c), scaled to a mean of 1 over the classes; milder.
   * @default 'balanced'
   */
  readonly method?: 'balanced' | 'effective';
  /** β of `effective`, 0 up to 1: nearer to 1 comes nearer to `balanced`. @default 0.999 */
  readonly beta?: number;
}

export interface ClassWeights {
  /** The classes, sorted. */
  readonly classes: readonly (number | string | bigint | boolean)[];
  /** One a class. */
  readonly weights: Float64Array;
  /** The weight of each row's class, float32 [n]. */
  rowWeights(): HostTensor<'float32'>;
}

/**
 * Class weights that give rare classes as much say as common ones: w_c = n / (k n_c) for n rows of k classes.
 *
 * `labels` [n] are numbers or texts. Throws where there are none. Sources: King and Zeng (2001), as in scikit-learn;
 * Cui et al. (2019) for `effective`.
 * @example
 * const { classes, weights } = classWeights(['a', 'a', 'a', 'b']);
 * console.log(classes, Array.from(weights, (weight) => weight.toFixed(3))); // → [ 'a', 'b' ] [ '0.667', '2.000' ]
 */
export function classWeights(labels: Keys, options: ClassWeightOptions = {}): ClassWeights {
  const { method = 'balanced', beta = 0.999 } = knownOptions('classWeights', options, 'method beta');
  const { codes, names } = encodeKeys('classWeights', 'labels', labels, 'sorted');
  if (!(beta >= 0 && beta < 1))
    throw new ArgumentError('classWeights', `beta must be a number from 0 up to 1, got ${beta}`);
  const counts = names.map(() => 0);
  for (const code of codes) counts[code] = (counts[code] ?? 0) + 1;
  const raw = counts.map((count) =>
    method === 'balanced' ? codes.length / (names.length * count) : (1 - beta) / (1 - beta ** count),
  );
  const mean = method === 'balanced' ? 1 : raw.reduce((sum, weight) => sum + weight, 0) / raw.length;
  const weights = Float64Array.from(raw, (weight) => weight / mean);
  return {
    classes: names,
    weights,
    rowWeights: () => tensor(Float32Array.from(codes, (code) => weights[code] ?? 0)),
  };
}
