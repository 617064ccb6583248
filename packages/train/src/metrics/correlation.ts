/** Metrics of numbers that ask how much of the spread is explained, or how closely two columns move together. */
import { type Fold, foldOnce } from './fold.js';
import { readPair, type Values, type WeightOptions } from './inputs.js';
import { averageRanks } from './ranks.js';
import {
  addTo,
  type CoMoments,
  coMomentsOf,
  emptyCoMoments,
  emptySum,
  mergeCoMoments,
  mergeSums,
  type Sum,
  sumValue,
} from './sums.js';

/** The moments of y and of the error y - ŷ, Σ w (y - ŷ)², and the rows. */
interface SpreadState {
  readonly moments: CoMoments;
  readonly squaredErrors: Sum;
  rows: number;
}

function spreadFold(name: string, value: (state: SpreadState) => number): Fold<SpreadState, Values, Values> {
  return {
    name,
    start: () => ({ moments: emptyCoMoments(), squaredErrors: emptySum(), rows: 0 }),
    gather: (actual, predicted, options) => {
      const read = readPair(name, actual, predicted, options);
      const errors = read.actual.map((each, row) => each - (read.predicted[row] ?? 0));
      const squaredErrors = emptySum();
      for (const [row, error] of errors.entries())
        addTo(squaredErrors, (read.weights?.[row] ?? 1) * error * error);
      return {
        moments: coMomentsOf(read.actual, errors, read.weights),
        squaredErrors,
        rows: errors.length,
      };
    },
    merge: (into, from) => {
      mergeCoMoments(into.moments, from.moments);
      mergeSums(into.squaredErrors, from.squaredErrors);
      into.rows += from.rows;
    },
    value,
  };
}

/** 1 - unexplained / total; where the actual values are all equal, 1 for no error and 0 for any. */
function explainedShare(unexplained: number, total: number): number {
  if (total === 0) return unexplained === 0 ? 1 : 0;
  return 1 - unexplained / total;
}

export const r2Fold = spreadFold('r2', ({ moments, squaredErrors, rows }) =>
  rows < 2 ? Number.NaN : explainedShare(sumValue(squaredErrors), moments.squaresX),
);
export const explainedVarianceFold = spreadFold('explainedVariance', ({ moments }) =>
  explainedShare(moments.squaresY, moments.squaresX),
);

/**
 * Coefficient of determination: R² = 1 - Σ w (y - ŷ)² / Σ w (y - ȳ)²; 1 is perfect, 0 is the mean, worse is negative.
 *
 * Takes `actual` [n] and `predicted` [n]. One row gives NaN; equal actual values give 1 without error and 0 with, as in
 * scikit-learn. Throws where the columns differ in length, are empty or not finite.
 * @example
 * console.log(metrics.r2([1, 2, 3, 4], [1, 2, 3, 5])); // → 0.8
 */
export function r2(actual: Values, predicted: Values, options: WeightOptions = {}): number {
  return foldOnce(r2Fold, actual, predicted, options);
}

/**
 * Explained variance: 1 - Var(y - ŷ) / Var(y), with weights w. Unlike R², a constant offset of ŷ costs nothing.
 *
 * Shapes, constant columns and errors as in `r2`.
 * @example
 * console.log(metrics.explainedVariance([1, 2, 3], [2, 3, 4])); // → 1
 */
export function explainedVariance(actual: Values, predicted: Values, options: WeightOptions = {}): number {
  return foldOnce(explainedVarianceFold, actual, predicted, options);
}

export const pearsonFold: Fold<CoMoments, Values, Values> = {
  name: 'pearson',
  start: emptyCoMoments,
  gather: (actual, predicted, options) => {
    const read = readPair('pearson', actual, predicted, options);
    return coMomentsOf(read.actual, read.predicted, read.weights);
  },
  merge: mergeCoMoments,
  value: correlationOf,
};

function correlationOf({ products, squaresX, squaresY }: CoMoments): number {
  if (squaresX === 0 || squaresY === 0) return Number.NaN;
  return Math.max(-1, Math.min(1, products / Math.sqrt(squaresX) / Math.sqrt(squaresY)));
}

/**
 * Pearson correlation, -1 … 1: Σ w (y - ȳ)(ŷ - mean ŷ) / √(Σ w (y - ȳ)² · Σ w (ŷ - mean ŷ)²).
 *
 * Shapes and errors as in `r2`; NaN where a column is constant.
 * @example
 * console.log(metrics.pearson([1, 2, 3], [10, 20, 31]).toFixed(4)); // → 0.9996
 */
export function pearson(actual: Values, predicted: Values, options: WeightOptions = {}): number {
  return foldOnce(pearsonFold, actual, predicted, options);
}

/**
 * Spearman correlation, -1 … 1: the Pearson correlation of the ranks, where ties share their mean rank.
 *
 * Shapes and errors as in `r2`; NaN where a column is constant. Source: Spearman (1904).
 * @example
 * console.log(metrics.spearman([1, 2, 3, 4], [1, 8, 27, 64])); // → 1
 */
export function spearman(actual: Values, predicted: Values): number {
  const read = readPair('spearman', actual, predicted);
  return correlationOf(coMomentsOf(averageRanks(read.actual), averageRanks(read.predicted)));
}
