/** Counts of actual against predicted classes: what every metric of predicted labels is computed from. */
import { ArgumentError } from '@noosphere/core';
import {
  type Label,
  type Labels,
  readLabels,
  readWeights,
  requireRows,
  type WeightOptions,
} from './inputs.js';

export interface ConfusionOptions extends WeightOptions {
  /** The classes, in the order of rows and columns; rows of other classes are left out. @default all that occur, sorted */
  readonly labels?: readonly Label[] | undefined;
  /** Divide by the sum of a row (`actual`), of a column (`predicted`), or of all; 0/0 gives 0. @default no division */
  readonly normalize?: 'actual' | 'predicted' | 'all';
}

export interface ConfusionMatrix {
  readonly labels: readonly Label[];
  /** counts[i][j]: the weight of rows of class i that were predicted as class j. */
  readonly counts: readonly (readonly number[])[];
}

/** Summed weights by actual, then by predicted class. */
export type PairCounts = Map<Label, Map<Label, number>>;

/**
 * Confusion matrix: C[i][j] = Σ w over rows of class i that were predicted as class j.
 *
 * Takes `actual` [n] and `predicted` [n], numbers or texts. Throws where they differ in length or are empty, and where
 * none of the `labels` occurs in `actual`.
 * @example
 * const { labels, counts } = metrics.confusionMatrix(['cat', 'dog', 'dog'], ['cat', 'cat', 'dog']);
 * console.log(labels, counts); // → [ 'cat', 'dog' ] [ [ 1, 0 ], [ 1, 1 ] ]
 */
export function confusionMatrix(
  actual: Labels,
  predicted: Labels,
  { labels, normalize, ...options }: ConfusionOptions = {},
): ConfusionMatrix {
  const pairs = countPairs('confusionMatrix', actual, predicted, options);
  const chosen = labels ?? classesOf('confusionMatrix', pairs);
  requireKnown('confusionMatrix', chosen, pairs);
  const counts = chosen.map((row) => chosen.map((column) => pairs.get(row)?.get(column) ?? 0));
  return shownAsTable({
    labels: chosen,
    counts: normalize === undefined ? counts : divided(counts, normalize),
  });
}

/** The matrix with a table in the place of nested arrays where `console.log` shows it in Node. */
function shownAsTable(matrix: ConfusionMatrix): ConfusionMatrix {
  return Object.defineProperty(matrix, Symbol.for('nodejs.util.inspect.custom'), {
    value: () => tableText(matrix),
    enumerable: false,
  });
}

/** A row for each actual class, a column for each predicted one. */
function tableText({ labels, counts }: ConfusionMatrix): string {
  const rows = [
    ['actual \\ predicted', ...labels.map(String)],
    ...labels.map((label, row) => [
      String(label),
      ...(counts[row] ?? []).map((count) => String(Number(count.toPrecision(4)))),
    ]),
  ];
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? '').length)),
  );
  return rows
    .map((row) =>
      row
        .map((cell, column) =>
          column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
        )
        .join('  '),
    )
    .join('\n');
}

/** Counts pairs of labels. */
export function countPairs(
  operation: string,
  actual: Labels,
  predicted: Labels,
  options: WeightOptions,
): PairCounts {
  const left = readLabels(operation, 'actual', actual);
  const right = readLabels(operation, 'predicted', predicted);
  requireRows(operation, 'actual', left.length, 'predicted', right.length);
  const weights = readWeights(operation, options.weights, left.length);
  const pairs: PairCounts = new Map();
  for (const [row, label] of left.entries()) addPair(pairs, label, right[row] ?? label, weights?.[row] ?? 1);
  return pairs;
}

export function mergePairs(into: PairCounts, from: PairCounts): void {
  for (const [actual, row] of from)
    for (const [predicted, weight] of row) addPair(into, actual, predicted, weight);
}

function addPair(pairs: PairCounts, actual: Label, predicted: Label, weight: number): void {
  let row = pairs.get(actual);
  if (!row) {
    row = new Map();
    pairs.set(actual, row);
  }
  row.set(predicted, (row.get(predicted) ?? 0) + weight);
}

/** All classes that occur, sorted. */
export function classesOf(operation: string, pairs: PairCounts): Label[] {
  return sortedLabels(
    operation,
    [...pairs].flatMap(([actual, row]) => [actual, ...row.keys()]),
  );
}

/** The distinct labels: numbers by size, texts by character codes; a mixture is an error. */
export function sortedLabels(operation: string, labels: Iterable<Label>): Label[] {
  const distinct = [...new Set(labels)];
  const text = distinct.find((label) => typeof label === 'string');
  const number = distinct.find((label) => typeof label === 'number');
  if (text !== undefined && number !== undefined) {
    throw new ArgumentError(
      operation,
      `labels must be all texts or all numbers, got '${text}' and ${number}; map one kind to the other`,
    );
  }
  return distinct.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
}

/** Throws where labels are given twice, or none of them is an actual class. */
export function requireKnown(operation: string, labels: readonly Label[], pairs: PairCounts): void {
  if (new Set(labels).size !== labels.length)
    throw new ArgumentError(operation, `labels must be distinct, got ${labels.join(', ')}`);
  if (labels.some((label) => pairs.has(label))) return;
  throw new ArgumentError(
    operation,
    `expects one of labels (${labels.join(', ')}) in actual, got ${[...pairs.keys()].slice(0, 10).join(', ')}; pass the classes of the data`,
  );
}

function divided(
  counts: readonly (readonly number[])[],
  by: 'actual' | 'predicted' | 'all',
): (readonly number[])[] {
  const rows = counts.map((row) => row.reduce((sum, count) => sum + count, 0));
  const columns = counts.map((_, column) => counts.reduce((sum, row) => sum + (row[column] ?? 0), 0));
  const all = rows.reduce((sum, count) => sum + count, 0);
  return counts.map((row, i) =>
    row.map((count, j) => {
      const divisor = by === 'all' ? all : ((by === 'actual' ? rows[i] : columns[j]) ?? 0);
      return divisor === 0 ? 0 : count / divisor;
    }),
  );
}

/** What one class counts. */
export interface ClassCounts {
  readonly label: Label;
  /** Rows of the class that were predicted as it. */
  readonly hits: number;
  /** Rows predicted as the class. */
  readonly predicted: number;
  /** Rows of the class: its support. */
  readonly actual: number;
}

/** The counts of each class, in the order of `labels`; rows of other classes count as misses. */
export function countClasses(pairs: PairCounts, labels: readonly Label[]): ClassCounts[] {
  const predicted = new Map<Label, number>();
  for (const row of pairs.values())
    for (const [label, weight] of row) predicted.set(label, (predicted.get(label) ?? 0) + weight);
  return labels.map((label) => ({
    label,
    hits: pairs.get(label)?.get(label) ?? 0,
    predicted: predicted.get(label) ?? 0,
    actual: [...(pairs.get(label)?.values() ?? [])].reduce((sum, weight) => sum + weight, 0),
  }));
}
