/** Metrics of predicted labels gathered batch by batch: the pair counts are all they need. */
import { countPairs, mergePairs, type PairCounts } from './confusion.js';
import type { Fold } from './fold.js';
import type { Labels } from './inputs.js';

/** A fold over the pair counts. */
export function labelFold(
  name: string,
  value: (pairs: PairCounts) => number,
): Fold<PairCounts, Labels, Labels> {
  return {
    name,
    start: () => new Map(),
    gather: (actual, predicted, options) => countPairs(name, actual, predicted, options),
    merge: mergePairs,
    value,
  };
}
