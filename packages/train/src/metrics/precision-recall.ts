/** Precision, recall and F scores of predicted labels, for one class, each class, or averaged over classes. */
import { ArgumentError } from '@noosphere/core';
import {
  type ClassCounts,
  classesOf,
  countClasses,
  countPairs,
  type PairCounts,
  requireKnown,
} from './confusion.js';
import type { Fold } from './fold.js';
import type { Label, Labels, WeightOptions } from './inputs.js';
import { labelFold } from './label-fold.js';

/**
 * How classes become one number: `binary` takes the positive class alone, `micro` adds all counts first, `macro` is the
 * mean of the classes, `weighted` their mean by support.
 */
export type Average = 'binary' | 'micro' | 'macro' | 'weighted';

export interface ClassScoreOptions extends WeightOptions {
  /** The classes that count. @default all that occur */
  readonly labels?: readonly Label[] | undefined;
  /** What 0/0 gives; NaN is left out of means. @default 0 */
  readonly zeroDivision?: number;
}

export interface AverageOptions extends ClassScoreOptions {
  /** @default 'binary' */
  readonly average?: Average;
  /** The positive class of `binary`. @default 1 */
  readonly positive?: Label;
}

export interface FBetaOptions extends AverageOptions {
  /** How much more recall counts than precision. @default 1 */
  readonly beta?: number;
}

/** The scores of one class. */
export interface ClassScores {
  readonly label: Label;
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  /** The weight of the rows of the class. */
  readonly support: number;
}

/** One of the scores, from counts. */
export type ScoreOf = (counts: Omit<ClassCounts, 'label'>, zeroDivision: number) => number;

function ratio(numerator: number, denominator: number, zeroDivision: number): number {
  return denominator === 0 ? zeroDivision : numerator / denominator;
}

export const precisionOf: ScoreOf = ({ hits, predicted }, zero) => ratio(hits, predicted, zero);
export const recallOf: ScoreOf = ({ hits, actual }, zero) => ratio(hits, actual, zero);
export function fBetaOf(beta: number): ScoreOf {
  if (!(beta >= 0)) throw new ArgumentError('fBeta', `beta must not be negative, got ${beta}`);
  if (beta === Number.POSITIVE_INFINITY) return recallOf;
  if (beta === 0) return precisionOf;
  return ({ hits, predicted, actual }, zero) =>
    ratio((1 + beta ** 2) * hits, beta ** 2 * actual + predicted, zero);
}

/** Averages a score over classes. */
export function averaged(
  counts: readonly ClassCounts[],
  scoreOf: ScoreOf,
  average: Exclude<Average, 'binary'>,
  zeroDivision: number,
): number {
  if (average === 'micro') {
    const total = (key: 'hits' | 'predicted' | 'actual') => counts.reduce((sum, each) => sum + each[key], 0);
    const all = { hits: total('hits'), predicted: total('predicted'), actual: total('actual') };
    return scoreOf(all, zeroDivision);
  }
  const scores = counts
    .map((each) => ({ score: scoreOf(each, zeroDivision), weight: average === 'macro' ? 1 : each.actual }))
    .filter(({ score }) => !Number.isNaN(score));
  const weight = scores.reduce((sum, each) => sum + each.weight, 0);
  if (scores.length === 0) return Number.NaN;
  if (weight === 0) return scores.reduce((sum, { score }) => sum + score, 0) / scores.length;
  return scores.reduce((sum, each) => sum + each.score * each.weight, 0) / weight;
}

/** A fold of a score under an averaging. */
export function scoreFold(
  name: string,
  scoreOf: ScoreOf,
  { average = 'binary', positive = 1, labels, zeroDivision = 0 }: Omit<AverageOptions, 'weights'>,
): Fold<PairCounts, Labels, Labels> {
  const described = `${name} (${[average, ...(average === 'binary' ? [positive] : []), ...(labels ?? [])].join(', ')})`;
  return labelFold(described, (pairs) => {
    if (average === 'binary') return scoreOf(positiveCounts(name, pairs, positive), zeroDivision);
    const chosen = labels ?? classesOf(name, pairs);
    if (labels) requireKnown(name, labels, pairs);
    return averaged(countClasses(pairs, chosen), scoreOf, average, zeroDivision);
  });
}

function positiveCounts(operation: string, pairs: PairCounts, positive: Label): ClassCounts {
  const classes = classesOf(operation, pairs);
  if (classes.length > 2) {
    throw new ArgumentError(
      operation,
      `expects two classes, got ${classes.length} (${classes.slice(0, 10).join(', ')}); choose average 'micro', 'macro' or 'weighted'`,
    );
  }
  if (classes.length === 2 && !classes.includes(positive)) {
    throw new ArgumentError(
      operation,
      `the positive class ${positive} does not occur, got ${classes.join(', ')}; set positive to one of them`,
    );
  }
  const [counts] = countClasses(pairs, [positive]);
  return counts ?? { label: positive, hits: 0, predicted: 0, actual: 0 };
}

function score(
  name: string,
  scoreOf: ScoreOf,
  actual: Labels,
  predicted: Labels,
  { weights, ...options }: AverageOptions,
): number {
  const fold = scoreFold(name, scoreOf, options);
  return fold.value(countPairs(name, actual, predicted, { weights }));
}

/**
 * Precision, 0 … 1: TP / (TP + FP), the share of rows predicted as a class that belong to it.
 *
 * Takes `actual` [n] and `predicted` [n]. Throws where they differ in length or are empty, and for more than two classes
 * under the default average.
 * @example
 * console.log(metrics.precision([0, 1, 1, 0], [1, 1, 1, 0]).toFixed(4)); // → 0.6667
 */
export function precision(actual: Labels, predicted: Labels, options: AverageOptions = {}): number {
  return score('precision', precisionOf, actual, predicted, options);
}

/**
 * Recall (sensitivity), 0 … 1: TP / (TP + FN), the share of a class's rows that were found. As `precision` otherwise.
 * @example
 * console.log(metrics.recall([0, 1, 1, 0], [0, 1, 0, 0])); // → 0.5
 */
export function recall(actual: Labels, predicted: Labels, options: AverageOptions = {}): number {
  return score('recall', recallOf, actual, predicted, options);
}

/**
 * F1, 0 … 1: the harmonic mean of precision and recall, 2 TP / (2 TP + FP + FN). As `precision` otherwise.
 * @example
 * console.log(metrics.f1(['a', 'b', 'c', 'a'], ['a', 'c', 'c', 'a'], { average: 'macro' }).toFixed(4)); // → 0.5556
 */
export function f1(actual: Labels, predicted: Labels, options: AverageOptions = {}): number {
  return score('f1', fBetaOf(1), actual, predicted, options);
}

/**
 * F-beta, 0 … 1: (1 + β²) TP / ((1 + β²) TP + β² FN + FP). As `precision` otherwise. Source: van Rijsbergen (1979).
 * @example
 * console.log(metrics.fBeta([0, 1, 1, 1], [0, 1, 0, 0], { beta: 2 }).toFixed(4)); // → 0.3846
 */
export function fBeta(
  actual: Labels,
  predicted: Labels,
  { beta = 1, ...options }: FBetaOptions = {},
): number {
  return score('fBeta', fBetaOf(beta), actual, predicted, options);
}

/**
 * Precision, recall, F1 and support of each class: what scikit-learn calls no average.
 *
 * Takes `actual` [n] and `predicted` [n]; throws where they differ in length or are empty.
 * @example
 * for (const { label, recall, support } of metrics.classScores([0, 1, 1], [0, 1, 0])) console.log(label, recall, support);
 * // → 0 1 1
 * //   1 0.5 2
 */
export function classScores(
  actual: Labels,
  predicted: Labels,
  { labels, zeroDivision = 0, weights }: ClassScoreOptions = {},
): ClassScores[] {
  const pairs = countPairs('classScores', actual, predicted, { weights });
  if (labels) requireKnown('classScores', labels, pairs);
  return scoresOfClasses(countClasses(pairs, labels ?? classesOf('classScores', pairs)), zeroDivision);
}

export function scoresOfClasses(counts: readonly ClassCounts[], zeroDivision: number): ClassScores[] {
  const f1Of = fBetaOf(1);
  return counts.map((each) => ({
    label: each.label,
    precision: precisionOf(each, zeroDivision),
    recall: recallOf(each, zeroDivision),
    f1: f1Of(each, zeroDivision),
    support: each.actual,
  }));
}
