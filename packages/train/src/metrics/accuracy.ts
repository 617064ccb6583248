/** Shares of rows that were told right: over all, over classes, and among the k highest scores. */
import { requireWhole } from '@noosphere/base';
import { ArgumentError } from '@noosphere/core';
import { classesOf, countClasses, type PairCounts } from './confusion.js';
import { type Fold, foldOnce } from './fold.js';
import {
  type Label,
  type Labels,
  type Rows,
  readLabels,
  readRows,
  readWeights,
  requireRows,
  type WeightOptions,
} from './inputs.js';
import { labelFold } from './label-fold.js';
import { readClasses } from './score-classes.js';
import { addTo, emptySum, mergeSums, type Sum, sumValue } from './sums.js';

export const accuracyFold = labelFold('accuracy', (pairs) => {
  const counts = countClasses(pairs, [...pairs.keys()]);
  const [hits, rows] = [emptySum(), emptySum()];
  for (const each of counts) {
    addTo(hits, each.hits);
    addTo(rows, each.actual);
  }
  return sumValue(hits) / sumValue(rows);
});

/**
 * Accuracy, 0 … 1: (1/Σw) Σ w [ŷ = y].
 *
 * Takes `actual` [n] and `predicted` [n], numbers or texts; throws where they differ in length or are empty.
 * @example
 * console.log(metrics.accuracy(['cat', 'dog', 'dog', 'cat'], ['cat', 'cat', 'dog', 'cat'])); // → 0.75
 */
export function accuracy(actual: Labels, predicted: Labels, options: WeightOptions = {}): number {
  return foldOnce(accuracyFold, actual, predicted, options);
}

export interface BalancedAccuracyOptions extends WeightOptions {
  /** Rescale so that chance is 0: (value - 1/k) / (1 - 1/k). @default false */
  readonly adjusted?: boolean;
}

export function balancedAccuracyFold(adjusted: boolean): Fold<PairCounts, Labels, Labels> {
  const name = adjusted ? 'balancedAccuracy (adjusted)' : 'balancedAccuracy';
  return labelFold(name, (pairs) => {
    const recalls = countClasses(pairs, classesOf('balancedAccuracy', pairs))
      .filter(({ actual }) => actual > 0)
      .map(({ hits, actual }) => hits / actual);
    const mean = recalls.reduce((sum, recall) => sum + recall, 0) / recalls.length;
    const chance = 1 / recalls.length;
    return adjusted ? (mean - chance) / (1 - chance) : mean;
  });
}

/**
 * Balanced accuracy, 0 … 1: the mean of the classes' recalls, (1/k) Σ_c Σ w [ŷ = y = c] / Σ w [y = c].
 *
 * Classes that are only predicted do not count. Shapes and errors as in `accuracy`. Source: Brodersen et al. (2010).
 * @example
 * console.log(metrics.balancedAccuracy([0, 0, 0, 1], [0, 0, 0, 0])); // → 0.5
 */
export function balancedAccuracy(
  actual: Labels,
  predicted: Labels,
  { adjusted = false, ...options }: BalancedAccuracyOptions = {},
): number {
  return foldOnce(balancedAccuracyFold(adjusted), actual, predicted, options);
}

export interface TopKOptions extends WeightOptions {
  /** How many of the highest scores may hold the class. @default 2 */
  readonly k?: number;
  /** The class of each column of scores. @default the classes that occur in actual, sorted */
  readonly labels?: readonly Label[] | undefined;
}

export function topKFold(
  k: number,
  labels?: readonly Label[],
): Fold<{ readonly hits: Sum; readonly rows: Sum }, Labels, Rows> {
  requireWhole('topKAccuracy', 'k', k);
  return {
    name: `topKAccuracy (k ${k})`,
    start: () => ({ hits: emptySum(), rows: emptySum() }),
    gather: (actual, scores, options) => {
      const [read, table] = [
        readLabels('topKAccuracy', 'actual', actual),
        readRows('topKAccuracy', 'scores', scores, 'equal'),
      ];
      requireRows('topKAccuracy', 'actual', read.length, 'scores', table.length);
      const weights = readWeights('topKAccuracy', options.weights, read.length);
      const { indexes } = readClasses('topKAccuracy', read, table, labels);
      const state = { hits: emptySum(), rows: emptySum() };
      for (const [row, scoresOfRow] of table.entries()) {
        const weight = weights?.[row] ?? 1;
        if (placeOf(indexes[row] ?? 0, scoresOfRow) < k) addTo(state.hits, weight);
        addTo(state.rows, weight);
      }
      return state;
    },
    merge: (into, from) => {
      mergeSums(into.hits, from.hits);
      mergeSums(into.rows, from.rows);
    },
    value: ({ hits, rows }) => sumValue(hits) / sumValue(rows),
  };
}

/** How many classes come before one: those with a higher score, and later ones with the same. */
function placeOf(index: number, scores: Float64Array): number {
  const own = scores[index] ?? 0;
  return scores.reduce(
    (count, score, other) => count + Number(score > own || (score === own && other > index)),
    0,
  );
}

/**
 * Top-k accuracy, 0 … 1: (1/Σw) Σ w [y is among the k classes with the highest scores].
 *
 * Takes `actual` [n] and `scores` [n, classes]: logits, probabilities or any scores. Of equal scores the later class
 * counts as higher, as in scikit-learn. Throws where a class has no column.
 * @example
 * const scores = [[0.5, 0.2, 0.2], [0.3, 0.4, 0.2], [0.2, 0.4, 0.3], [0.7, 0.2, 0.1]];
 * console.log(metrics.topKAccuracy([0, 1, 2, 2], scores, { k: 2 })); // → 0.75
 */
export function topKAccuracy(
  actual: Labels,
  scores: Rows,
  { k = 2, labels, ...options }: TopKOptions = {},
): number {
  const columns = readRows('topKAccuracy', 'scores', scores, 'equal')[0]?.length ?? 0;
  if (k > columns && columns > 0) {
    throw new ArgumentError('topKAccuracy', `k is ${k}, but there are ${columns} classes; lower k`);
  }
  return foldOnce(topKFold(k, labels), actual, scores, options);
}
