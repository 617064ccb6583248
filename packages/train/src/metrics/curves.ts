/** The ROC and the precision-recall curve of scores for two classes. */
import { type BinaryOptions, countAtThresholds, readBinary, type ThresholdCounts } from './binary-scores.js';
import type { Labels, Values } from './inputs.js';

export interface RocCurveOptions extends BinaryOptions {
  /** Keep points in the middle of straight lines as well. @default false */
  readonly allPoints?: boolean;
}

/** From (0, 0), where nothing is called positive, to (1, 1). */
export interface RocCurve {
  /** FP / (FP + TN); NaN without negative rows. */
  readonly falsePositiveRate: readonly number[];
  /** TP / (TP + FN); NaN without positive rows. */
  readonly truePositiveRate: readonly number[];
  /** Rows with a score from here on are called positive; the first is infinite. */
  readonly thresholds: readonly number[];
}

/**
 * Receiver operating characteristic: the true against the false positive rate as the threshold falls.
 *
 * Takes `actual` [n] of two classes and `scores` [n], higher for the positive one. Throws for more classes, a positive
 * class that does not occur, or scores that are not finite. Source: Fawcett (2006).
 * @example
 * const curve = metrics.rocCurve([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]);
 * console.log(curve.falsePositiveRate, curve.truePositiveRate); // → [ 0, 0, 0.5, 0.5, 1 ] [ 0, 0.5, 0.5, 1, 1 ]
 */
export function rocCurve(
  actual: Labels,
  scores: Values,
  { allPoints = false, ...options }: RocCurveOptions = {},
): RocCurve {
  const counts = countAtThresholds(readBinary('rocCurve', actual, scores, options));
  const { thresholds, truePositives, falsePositives } = allPoints ? counts : withoutStraightPoints(counts);
  const [positive, negative] = [truePositives.at(-1) ?? 0, falsePositives.at(-1) ?? 0];
  return {
    falsePositiveRate: [0, ...falsePositives].map((count) => (negative > 0 ? count / negative : Number.NaN)),
    truePositiveRate: [0, ...truePositives].map((count) => (positive > 0 ? count / positive : Number.NaN)),
    thresholds: [Number.POSITIVE_INFINITY, ...thresholds],
  };
}

/** Leaves out points whose two neighbouring steps are equal. */
function withoutStraightPoints(counts: ThresholdCounts): ThresholdCounts {
  const { truePositives, falsePositives, thresholds } = counts;
  const bends = (column: readonly number[], at: number) =>
    (column[at + 1] ?? 0) - 2 * (column[at] ?? 0) + (column[at - 1] ?? 0) !== 0;
  const keep = thresholds.map(
    (_, at) =>
      at === 0 || at === thresholds.length - 1 || bends(falsePositives, at) || bends(truePositives, at),
  );
  const kept = (column: readonly number[]) => column.filter((_, at) => keep[at]);
  return {
    thresholds: kept(thresholds),
    truePositives: kept(truePositives),
    falsePositives: kept(falsePositives),
  };
}

/** From the lowest threshold, where all rows are called positive, to (recall 0, precision 1). */
export interface PrecisionRecallCurve {
  /** TP / (TP + FP); the last is 1 by convention. */
  readonly precision: readonly number[];
  /** TP / (TP + FN); the last is 0; 1 everywhere without positive rows. */
  readonly recall: readonly number[];
  /** One fewer than the points: rows with a score from here on are called positive. */
  readonly thresholds: readonly number[];
}

/**
 * Precision against recall as the threshold rises.
 *
 * Takes and throws as `rocCurve`. Source: Davis and Goadrich (2006).
 * @example
 * const curve = metrics.precisionRecallCurve([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]);
 * console.log(curve.recall, curve.thresholds); // → [ 1, 1, 0.5, 0.5, 0 ] [ 0.1, 0.35, 0.4, 0.8 ]
 */
export function precisionRecallCurve(
  actual: Labels,
  scores: Values,
  options: BinaryOptions = {},
): PrecisionRecallCurve {
  const counts = countAtThresholds(readBinary('precisionRecallCurve', actual, scores, options));
  const { precision, recall } = precisionAndRecall(counts);
  return {
    precision: [...precision.reverse(), 1],
    recall: [...recall.reverse(), 0],
    thresholds: counts.thresholds.reverse(),
  };
}

/** Precision and recall at falling thresholds. */
export function precisionAndRecall({ truePositives, falsePositives }: ThresholdCounts): {
  precision: number[];
  recall: number[];
} {
  const positive = truePositives.at(-1) ?? 0;
  return {
    precision: truePositives.map((count, at) => count / (count + (falsePositives[at] ?? 0))),
    recall: truePositives.map((count) => (positive > 0 ? count / positive : 1)),
  };
}
