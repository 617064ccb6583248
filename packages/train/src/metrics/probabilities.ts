/** Metrics of predicted probabilities: how far they are from what happened. */
import { ArgumentError } from '@noosphere/core';
import { isTable } from './areas.js';
import { positivesOf } from './binary-scores.js';
import { type Fold, foldOnce } from './fold.js';
import {
  type Label,
  type Labels,
  type Rows,
  readLabels,
  readRows,
  readValues,
  readWeights,
  requireRows,
  type Values,
  type WeightOptions,
} from './inputs.js';
import { readClasses } from './score-classes.js';
import { addTo, emptySum, mergeSums, type Sum, sumValue } from './sums.js';

export interface ProbabilityOptions extends WeightOptions {
  /** The class that a single column is the probability of. @default 1 */
  readonly positive?: Label | undefined;
  /** The class of each column of a table. @default the classes that occur in actual, sorted */
  readonly labels?: readonly Label[] | undefined;
}

/** One distribution over classes a row, and the place of what happened. */
export interface Distributions {
  readonly rows: readonly Float64Array[];
  readonly indexes: Uint32Array;
  readonly weights: Float64Array | undefined;
  /** Whether a single column was given: rows are [1 - p, p]. */
  readonly isBinary: boolean;
}

const tolerance = 1e-3;

/** Reads probabilities of two classes [n] or of all [n, classes]. */
export function readDistributions(
  operation: string,
  actual: Labels,
  probabilities: Values | Rows,
  { positive = 1, labels, weights }: ProbabilityOptions,
): Distributions {
  const read = readLabels(operation, 'actual', actual);
  const isBinary = !isTable(probabilities);
  const rows = isBinary
    ? Array.from(readValues(operation, 'probabilities', probabilities), (p) => Float64Array.of(1 - p, p))
    : readRows(operation, 'probabilities', probabilities, 'equal');
  requireRows(operation, 'actual', read.length, 'probabilities', rows.length);
  for (const [row, distribution] of rows.entries()) requireDistribution(operation, row, distribution);
  const indexes = isBinary
    ? Uint32Array.from(positivesOf(operation, read, positive))
    : readClasses(operation, read, rows, labels).indexes;
  return { rows, indexes, weights: readWeights(operation, weights, read.length), isBinary };
}

function requireDistribution(operation: string, row: number, distribution: Float64Array): void {
  // The last one is what was given where a single column was.
  const wrong = distribution.findLast((p) => p < -tolerance || p > 1 + tolerance);
  if (wrong !== undefined) {
    throw new ArgumentError(
      operation,
      `probabilities[${row}] must lie in 0 … 1, got ${wrong}; apply softmax or sigmoid to logits first`,
    );
  }
  const sum = distribution.reduce((total, p) => total + p, 0);
  if (Math.abs(sum - 1) > tolerance) {
    throw new ArgumentError(
      operation,
      `probabilities[${row}] must add up to 1, got ${sum}; apply softmax to logits first`,
    );
  }
}

/** A mean over rows of a loss of the distribution and the place of what happened. */
function distributionFold(
  name: string,
  lossOf: (distribution: Float64Array, index: number) => number,
  given: Omit<ProbabilityOptions, 'weights'>,
): Fold<{ readonly losses: Sum; readonly weight: Sum }, Labels, Values | Rows> {
  return {
    name,
    start: () => ({ losses: emptySum(), weight: emptySum() }),
    gather: (actual, probabilities, options) => {
      const read = readDistributions(name, actual, probabilities, { ...given, weights: options.weights });
      const state = { losses: emptySum(), weight: emptySum() };
      for (const [row, distribution] of read.rows.entries()) {
        const weight = read.weights?.[row] ?? 1;
        addTo(state.losses, weight * lossOf(distribution, read.indexes[row] ?? 0));
        addTo(state.weight, weight);
      }
      return state;
    },
    merge: (into, from) => {
      mergeSums(into.losses, from.losses);
      mergeSums(into.weight, from.weight);
    },
    value: ({ losses, weight }) => sumValue(losses) / sumValue(weight),
  };
}

export function logLossFold(given: Omit<ProbabilityOptions, 'weights'> = {}) {
  return distributionFold(
    'logLoss',
    (distribution, index) =>
      -Math.log(Math.min(1 - Number.EPSILON, Math.max(Number.EPSILON, distribution[index] ?? 0))),
    given,
  );
}

export function brierFold(given: Omit<ProbabilityOptions, 'weights'> = {}) {
  return distributionFold(
    'brierScore',
    (distribution, index) => {
      const squares = distribution.reduce((sum, p, at) => sum + (p - Number(at === index)) ** 2, 0);
      return distribution.length === 2 ? squares / 2 : squares;
    },
    given,
  );
}

/**
 * Log loss in nats: -(1/Σw) Σ w ln p(y), with probabilities held ε = 2⁻⁵² away from 0 and 1.
 *
 * Takes `actual` [n] with probabilities [n] of the positive class, or [n, classes]. Throws where they are outside 0 … 1,
 * do not add up to 1 (to 0.001), or a class has no column.
 * @example
 * console.log(metrics.logLoss([1, 0, 0, 1], [0.9, 0.1, 0.2, 0.65]).toFixed(4)); // → 0.2162
 */
export function logLoss(
  actual: Labels,
  probabilities: Values | Rows,
  { weights, ...given }: ProbabilityOptions = {},
): number {
  return foldOnce(logLossFold(given), actual, probabilities, { weights });
}

/**
 * Brier score: (1/Σw) Σ w (p - [y is positive])² for two classes, 0 … 1; for more (1/Σw) Σ w Σ_c (p_c - [y = c])², 0 … 2.
 *
 * Takes and throws as `logLoss`. Source: Brier (1950).
 * @example
 * console.log(metrics.brierScore([0, 1, 1, 0], [0.1, 0.9, 0.8, 0.4]).toFixed(4)); // → 0.0550
 */
export function brierScore(
  actual: Labels,
  probabilities: Values | Rows,
  { weights, ...given }: ProbabilityOptions = {},
): number {
  return foldOnce(brierFold(given), actual, probabilities, { weights });
}
