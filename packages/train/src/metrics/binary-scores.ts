/** Two classes and a score for the positive one: the counts at every threshold, from which curves and areas follow. */
import { ArgumentError } from '@noosphere/core';
import { sortedLabels } from './confusion.js';
import {
  type Label,
  type Labels,
  readLabels,
  readValues,
  readWeights,
  requireRows,
  type Values,
} from './inputs.js';
import { descendingOrder } from './ranks.js';

export interface BinaryOptions {
  /** The class that high scores speak for. @default 1 */
  readonly positive?: Label | undefined;
  /** How much each row counts, not negative. @default every row counts 1 */
  readonly weights?: Values | undefined;
}

export interface BinaryRows {
  /** 1 where the row is of the positive class, else 0. */
  readonly positives: Uint8Array;
  readonly scores: Float64Array;
  readonly weights: Float64Array | undefined;
}

/** Labels of at most two classes with a score a row. */
export function readBinary(
  operation: string,
  actual: Labels,
  scores: Values,
  { positive = 1, weights }: BinaryOptions,
): BinaryRows {
  const labels = readLabels(operation, 'actual', actual);
  const read = readValues(operation, 'scores', scores);
  requireRows(operation, 'actual', labels.length, 'scores', read.length);
  return {
    positives: positivesOf(operation, labels, positive),
    scores: read,
    weights: readWeights(operation, weights, labels.length),
  };
}

/** Which rows are of the positive class. */
export function positivesOf(operation: string, labels: readonly Label[], positive: Label): Uint8Array {
  const classes = sortedLabels(operation, labels);
  if (classes.length > 2) {
    throw new ArgumentError(
      operation,
      `a column of scores tells two classes apart, got ${classes.length} (${classes.slice(0, 10).join(', ')}); give a table with one column a class`,
    );
  }
  if (classes.length === 2 && !classes.includes(positive)) {
    throw new ArgumentError(
      operation,
      `the positive class ${positive} does not occur, got ${classes.join(', ')}; set positive to one of them`,
    );
  }
  return Uint8Array.from(labels, (label) => Number(label === positive));
}

/** Weights of true and false positives when all rows with a score from a threshold on are called positive. */
export interface ThresholdCounts {
  /** Distinct scores, falling. */
  readonly thresholds: number[];
  readonly truePositives: number[];
  readonly falsePositives: number[];
}

export function countAtThresholds({ positives, scores, weights }: BinaryRows): ThresholdCounts {
  const counts: ThresholdCounts = { thresholds: [], truePositives: [], falsePositives: [] };
  const order = descendingOrder(scores).filter((row) => weights?.[row] !== 0);
  let [truePositives, falsePositives] = [0, 0];
  for (const [place, row] of order.entries()) {
    const weight = weights?.[row] ?? 1;
    if (positives[row]) truePositives += weight;
    else falsePositives += weight;
    const score = scores[row] ?? 0;
    const next = order[place + 1];
    if (next !== undefined && scores[next] === score) continue;
    counts.thresholds.push(score);
    counts.truePositives.push(truePositives);
    counts.falsePositives.push(falsePositives);
  }
  return counts;
}
