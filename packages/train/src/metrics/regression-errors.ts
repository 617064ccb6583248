/** Metrics of numbers that are means over rows of an error, in the unit of the values or relative to them. */
import { ArgumentError } from '@noosphere/core';
import { type Fold, foldOnce } from './fold.js';
import { readPair, requireNoWeights, type Values, type WeightOptions } from './inputs.js';
import { addTo, emptySum, mergeSums, type Sum, sumValue } from './sums.js';

/** Σ w e and Σ w. */
interface MeanState {
  readonly errors: Sum;
  readonly weight: Sum;
}

/** A weighted mean over rows of a function of the actual and the predicted value. */
function meanFold(
  name: string,
  errorOf: (actual: number, predicted: number) => number,
  finish: (mean: number) => number = (mean) => mean,
): Fold<MeanState, Values, Values> {
  return {
    name,
    start: () => ({ errors: emptySum(), weight: emptySum() }),
    gather: (actual, predicted, options) => {
      const read = readPair(name, actual, predicted, options);
      const state = { errors: emptySum(), weight: emptySum() };
      for (const [row, value] of read.actual.entries()) {
        const weight = read.weights?.[row] ?? 1;
        addTo(state.errors, weight * errorOf(value, read.predicted[row] ?? 0));
        addTo(state.weight, weight);
      }
      return state;
    },
    merge: (into, from) => {
      mergeSums(into.errors, from.errors);
      mergeSums(into.weight, from.weight);
    },
    value: ({ errors, weight }) => finish(sumValue(errors) / sumValue(weight)),
  };
}

const square = (actual: number, predicted: number) => (actual - predicted) ** 2;

export const meanAbsoluteErrorFold = meanFold('meanAbsoluteError', (a, p) => Math.abs(a - p));
export const meanSquaredErrorFold = meanFold('meanSquaredError', square);
export const rootMeanSquaredErrorFold = meanFold('rootMeanSquaredError', square, Math.sqrt);
export const meanAbsolutePercentageErrorFold = meanFold(
  'meanAbsolutePercentageError',
  (a, p) => Math.abs(a - p) / Math.max(Math.abs(a), Number.EPSILON),
);
export const symmetricPercentageErrorFold = meanFold('symmetricPercentageError', (a, p) =>
  a === p ? 0 : (2 * Math.abs(a - p)) / (Math.abs(a) + Math.abs(p)),
);

export function pinballFold(quantile: number): Fold<MeanState, Values, Values> {
  if (!(quantile >= 0 && quantile <= 1))
    throw new ArgumentError('pinball', `quantile must lie in 0 … 1, got ${quantile}`);
  return meanFold(`pinball (quantile ${quantile})`, (a, p) =>
    a >= p ? quantile * (a - p) : (1 - quantile) * (p - a),
  );
}

/**
 * Mean absolute error: (1/Σw) Σ w |y - ŷ|, in the unit of y.
 *
 * Takes `actual` [n] and `predicted` [n]; throws where they differ in length, are empty or not finite.
 * @example
 * console.log(metrics.meanAbsoluteError([3, -1, 2], [2, -1, 4])); // → 1
 */
export function meanAbsoluteError(actual: Values, predicted: Values, options: WeightOptions = {}): number {
  return foldOnce(meanAbsoluteErrorFold, actual, predicted, options);
}

/**
 * Mean squared error: (1/Σw) Σ w (y - ŷ)², in the squared unit of y. Shapes and errors as in `meanAbsoluteError`.
 * @example
 * console.log(metrics.meanSquaredError([3, -1, 2, 0], [2, -1, 3, 0])); // → 0.5
 */
export function meanSquaredError(actual: Values, predicted: Values, options: WeightOptions = {}): number {
  return foldOnce(meanSquaredErrorFold, actual, predicted, options);
}

/**
 * Root mean squared error: √((1/Σw) Σ w (y - ŷ)²), in the unit of y. Shapes and errors as in `meanAbsoluteError`.
 * @example
 * console.log(metrics.rootMeanSquaredError([3, 1], [0, 5]).toFixed(4)); // → 3.5355
 */
export function rootMeanSquaredError(actual: Values, predicted: Values, options: WeightOptions = {}): number {
  return foldOnce(rootMeanSquaredErrorFold, actual, predicted, options);
}

/**
 * Mean absolute percentage error as a fraction: (1/Σw) Σ w |y - ŷ| / max(|y|, ε), ε = 2⁻⁵².
 *
 * A row whose actual value is 0 gives a huge number, as in scikit-learn. Shapes and errors as in `meanAbsoluteError`.
 * @example
 * console.log(metrics.meanAbsolutePercentageError([100, 200], [110, 180])); // → 0.1
 */
export function meanAbsolutePercentageError(
  actual: Values,
  predicted: Values,
  options: WeightOptions = {},
): number {
  return foldOnce(meanAbsolutePercentageErrorFold, actual, predicted, options);
}

/**
 * Symmetric mean absolute percentage error, 0 … 2: (1/Σw) Σ w 2|y - ŷ| / (|y| + |ŷ|), where 0/0 counts 0.
 *
 * Shapes and errors as in `meanAbsoluteError`. Source: Makridakis, "Accuracy measures" (1993).
 * @example
 * console.log(metrics.symmetricPercentageError([100, 0], [300, 0])); // → 0.5
 */
export function symmetricPercentageError(
  actual: Values,
  predicted: Values,
  options: WeightOptions = {},
): number {
  return foldOnce(symmetricPercentageErrorFold, actual, predicted, options);
}

export interface PinballOptions extends WeightOptions {
  /** The quantile that is predicted, 0 … 1. @default 0.5 */
  readonly quantile?: number;
}

/**
 * Pinball loss of a predicted quantile q: (1/Σw) Σ w max(q (y - ŷ), (q - 1)(y - ŷ)).
 *
 * Half the mean absolute error for the median, q = 0.5. Shapes and errors as in `meanAbsoluteError`; a quantile outside
 * 0 … 1 throws. Source: Koenker and Bassett (1978).
 * @example
 * console.log(metrics.pinball([2, 4], [1, 5], { quantile: 0.75 })); // → 0.5
 */
export function pinball(
  actual: Values,
  predicted: Values,
  { quantile = 0.5, ...options }: PinballOptions = {},
): number {
  return foldOnce(pinballFold(quantile), actual, predicted, options);
}

export const maxErrorFold: Fold<{ largest: number }, Values, Values> = {
  name: 'maxError',
  start: () => ({ largest: 0 }),
  gather: (actual, predicted, options) => {
    requireNoWeights('maxError', options);
    const read = readPair('maxError', actual, predicted);
    const largest = read.actual.reduce(
      (most, value, row) => Math.max(most, Math.abs(value - (read.predicted[row] ?? 0))),
      0,
    );
    return { largest };
  },
  merge: (into, from) => {
    into.largest = Math.max(into.largest, from.largest);
  },
  value: ({ largest }) => largest,
};

/**
 * The largest absolute error: max |y - ŷ|. Shapes and errors as in `meanAbsoluteError`.
 * @example
 * console.log(metrics.maxError([1, 2, 3], [1, 5, 2])); // → 3
 */
export function maxError(actual: Values, predicted: Values): number {
  return foldOnce(maxErrorFold, actual, predicted);
}

/**
 * Median absolute error: median |y - ŷ|, not moved by a few wild rows. Shapes and errors as in `meanAbsoluteError`.
 * @example
 * console.log(metrics.medianAbsoluteError([1, 2, 3], [1, 4, 90])); // → 2
 */
export function medianAbsoluteError(actual: Values, predicted: Values): number {
  const read = readPair('medianAbsoluteError', actual, predicted);
  const errors = read.actual.map((value, row) => Math.abs(value - (read.predicted[row] ?? 0))).sort();
  const middle = errors.length / 2;
  return ((errors[Math.ceil(middle) - 1] ?? 0) + (errors[Math.floor(middle)] ?? 0)) / 2;
}
