/** Areas under curves: ROC AUC and average precision, for two classes or each class against the rest. */
import { type BinaryOptions, type BinaryRows, countAtThresholds, readBinary } from './binary-scores.js';
import { precisionAndRecall } from './curves.js';
import {
  type Label,
  type Labels,
  type Rows,
  readLabels,
  readRows,
  readWeights,
  requireRows,
  type Values,
  type WeightOptions,
} from './inputs.js';
import { readClasses } from './score-classes.js';
import { addTo, emptySum, sumValue } from './sums.js';

export interface ClassAreaOptions extends WeightOptions {
  /** The class of each column of scores. @default the classes that occur in actual, sorted */
  readonly labels?: readonly Label[] | undefined;
}

export interface AreaOptions extends BinaryOptions, ClassAreaOptions {
  /**
   * For a table of scores: the mean of the classes (`macro`), by their support (`weighted`), or over all cells (`micro`).
   * @default 'macro'
   */
  readonly average?: 'macro' | 'weighted' | 'micro';
}

/** The area of two classes. */
type AreaOf = (rows: BinaryRows) => number;

const rocArea: AreaOf = (rows) => {
  const { truePositives, falsePositives } = countAtThresholds(rows);
  const [positive, negative] = [truePositives.at(-1) ?? 0, falsePositives.at(-1) ?? 0];
  if (positive === 0 || negative === 0) return Number.NaN;
  const area = emptySum();
  for (const [at, count] of truePositives.entries()) {
    const width = (falsePositives[at] ?? 0) - (falsePositives[at - 1] ?? 0);
    addTo(area, (width * (count + (truePositives[at - 1] ?? 0))) / 2);
  }
  return sumValue(area) / positive / negative;
};

const precisionArea: AreaOf = (rows) => {
  const { precision, recall } = precisionAndRecall(countAtThresholds(rows));
  const area = emptySum();
  for (const [at, value] of recall.entries())
    addTo(area, (value - (recall[at - 1] ?? 0)) * (precision[at] ?? 0));
  return Math.max(0, sumValue(area));
};

/**
 * Area under the ROC curve, 0 … 1: the chance that a positive row scores higher than a negative one, ties counting half.
 *
 * Takes `actual` [n] with `scores` [n] of two classes, or with a table [n, classes]: each class against the rest. NaN
 * where a class has no rows, or all rows (a `weighted` mean leaves classes without rows out). Throws for labels that do
 * not fit the scores. Sources: Hanley and McNeil (1982); Provost and Domingos (2000).
 * @example
 * console.log(metrics.rocAuc([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8])); // → 0.75
 * console.log(metrics.rocAuc([0, 1, 2], [[0.6, 0.3, 0.1], [0.2, 0.5, 0.3], [0.1, 0.6, 0.3]])); // → 0.75
 */
export function rocAuc(actual: Labels, scores: Values | Rows, options: AreaOptions = {}): number {
  return areaOf('rocAuc', rocArea, actual, scores, options);
}

/**
 * Average precision, 0 … 1: Σ_t (R_t - R_{t-1}) P_t over falling thresholds t, without interpolation.
 *
 * Takes and throws as `rocAuc`; a class without rows counts 0. Source: Zhu (2004).
 * @example
 * console.log(metrics.averagePrecision([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]).toFixed(4)); // → 0.8333
 */
export function averagePrecision(actual: Labels, scores: Values | Rows, options: AreaOptions = {}): number {
  return areaOf('averagePrecision', precisionArea, actual, scores, options);
}

/**
 * ROC AUC of each class against the rest, in the order of the columns of `scores` [n, classes]. As `rocAuc` otherwise.
 * @example
 * console.log(metrics.classRocAucs([0, 1, 2], [[0.6, 0.3, 0.1], [0.2, 0.5, 0.3], [0.1, 0.6, 0.3]])); // → [ 1, 0.5, 0.75 ]
 */
export function classRocAucs(actual: Labels, scores: Rows, options: ClassAreaOptions = {}): number[] {
  return classRows('classRocAucs', actual, scores, options).map(rocArea);
}

/**
 * Average precision of each class against the rest, in the order of the columns of `scores` [n, classes].
 * @example
 * console.log(metrics.classAveragePrecisions([0, 1, 1], [[0.8, 0.2], [0.4, 0.6], [0.1, 0.9]])); // → [ 1, 1 ]
 */
export function classAveragePrecisions(
  actual: Labels,
  scores: Rows,
  options: ClassAreaOptions = {},
): number[] {
  return classRows('classAveragePrecisions', actual, scores, options).map(precisionArea);
}

function areaOf(
  operation: string,
  area: AreaOf,
  actual: Labels,
  scores: Values | Rows,
  { average = 'macro', labels, positive, weights }: AreaOptions,
): number {
  if (!isTable(scores)) return area(readBinary(operation, actual, scores, { positive, weights }));
  const classes = classRows(operation, actual, scores, { labels, weights });
  if (average === 'micro') return area(joined(classes));
  const areas = classes.map(area);
  const supports = classes.map((rows) =>
    average === 'macro'
      ? 1
      : rows.positives.reduce((sum, each, row) => sum + each * (rows.weights?.[row] ?? 1), 0),
  );
  const total = supports.reduce((sum, support) => sum + support, 0);
  // A class without support must not spoil the mean with its NaN.
  return areas.reduce((sum, each, index) => sum + (supports[index] ? each * supports[index] : 0), 0) / total;
}

/** Whether scores are a table with a column a class: an array of arrays, or a tensor [n, k] with k > 1. */
export function isTable(scores: Values | Rows): scores is Rows {
  if ('shape' in scores) return scores.shape.length === 2 && scores.shape[1] !== 1;
  const [first] = Array.from({ length: Math.min(1, scores.length) }, (_, at) => scores[at]);
  return typeof first === 'object';
}

/** Each class against the rest. */
function classRows(
  operation: string,
  actual: Labels,
  scores: Rows,
  { labels, weights }: ClassAreaOptions,
): BinaryRows[] {
  const read = readLabels(operation, 'actual', actual);
  const table = readRows(operation, 'scores', scores, 'equal');
  requireRows(operation, 'actual', read.length, 'scores', table.length);
  const rowWeights = readWeights(operation, weights, read.length);
  const { classes, indexes } = readClasses(operation, read, table, labels);
  return classes.map((_, column) => ({
    positives: Uint8Array.from(indexes, (index) => Number(index === column)),
    scores: Float64Array.from(table, (row) => row[column] ?? 0),
    weights: rowWeights,
  }));
}

/** All classes' rows under each other. */
function joined(classes: readonly BinaryRows[]): BinaryRows {
  const weights = classes.flatMap(({ weights: each }) => (each ? [...each] : []));
  return {
    positives: Uint8Array.from(classes.flatMap(({ positives }) => [...positives])),
    scores: Float64Array.from(classes.flatMap(({ scores }) => [...scores])),
    weights: weights.length > 0 ? Float64Array.from(weights) : undefined,
  };
}
