/** How far predicted labels agree with the actual ones beyond chance. */
import { classesOf, countClasses, type PairCounts } from './confusion.js';
import { type Fold, foldOnce } from './fold.js';
import type { Labels, WeightOptions } from './inputs.js';
import { labelFold } from './label-fold.js';

export const matthewsFold = labelFold('matthewsCorrelation', (pairs) => {
  const counts = countClasses(pairs, classesOf('matthewsCorrelation', pairs));
  const total = (of: (each: (typeof counts)[number]) => number) =>
    counts.reduce((sum, each) => sum + of(each), 0);
  const rows = total(({ actual }) => actual);
  const covariance = total(({ hits }) => hits) * rows - total(({ actual, predicted }) => actual * predicted);
  const spread =
    (rows ** 2 - total(({ predicted }) => predicted ** 2)) * (rows ** 2 - total(({ actual }) => actual ** 2));
  return spread === 0 ? 0 : covariance / Math.sqrt(spread);
});

/**
 * Matthews correlation of labels, -1 … 1: for two classes (TP·TN - FP·FN) / √((TP+FP)(TP+FN)(TN+FP)(TN+FN)).
 *
 * For more classes (c·s - Σ_k p_k t_k) / √((s² - Σ p_k²)(s² - Σ t_k²)) with c rows right, s rows, p_k predicted and t_k
 * actual rows of class k. 0 where a column has one class only. Takes `actual` [n] and `predicted` [n]; throws where they
 * differ in length or are empty. Sources: Matthews (1975); Gorodkin (2004).
 * @example
 * console.log(metrics.matthewsCorrelation([1, 1, 1, 0], [1, 0, 1, 1]).toFixed(4)); // → -0.3333
 */
export function matthewsCorrelation(actual: Labels, predicted: Labels, options: WeightOptions = {}): number {
  return foldOnce(matthewsFold, actual, predicted, options);
}

/** What a disagreement of classes i and j costs, by their places in the sorted order. */
export type KappaCost = 'equal' | 'linear' | 'quadratic';

export interface KappaOptions extends WeightOptions {
  /** The cost of a disagreement: 1, |i - j| or (i - j)². @default 'equal' */
  readonly cost?: KappaCost;
}

const costs: Readonly<Record<KappaCost, (distance: number) => number>> = {
  equal: (distance) => Number(distance !== 0),
  linear: (distance) => Math.abs(distance),
  quadratic: (distance) => distance ** 2,
};

export function kappaFold(cost: KappaCost): Fold<PairCounts, Labels, Labels> {
  return labelFold(`cohenKappa (${cost})`, (pairs) => {
    const labels = classesOf('cohenKappa', pairs);
    const counts = countClasses(pairs, labels);
    const rows = counts.reduce((sum, each) => sum + each.actual, 0);
    let [observed, expected] = [0, 0];
    for (const [i, row] of counts.entries()) {
      for (const [j, column] of counts.entries()) {
        const weight = costs[cost](i - j);
        observed += weight * (pairs.get(row.label)?.get(column.label) ?? 0);
        expected += (weight * row.actual * column.predicted) / rows;
      }
    }
    return expected === 0 ? Number.NaN : 1 - observed / expected;
  });
}

/**
 * Cohen's kappa, at most 1: 1 - Σ_ij v_ij C_ij / Σ_ij v_ij E_ij, with E_ij = t_i p_j / n and costs v_ij.
 *
 * 0 is what chance gives; NaN where only one class occurs. Shapes and errors as in `matthewsCorrelation`.
 * Sources: Cohen (1960, 1968).
 * @example
 * console.log(metrics.cohenKappa(['yes', 'yes', 'no', 'no'], ['yes', 'no', 'no', 'no'])); // → 0.5
 */
export function cohenKappa(
  actual: Labels,
  predicted: Labels,
  { cost = 'equal', ...options }: KappaOptions = {},
): number {
  return foldOnce(kappaFold(cost), actual, predicted, options);
}
