/** The table of precision, recall, F1 and support by class, printed as scikit-learn's classification_report. */
import { ArgumentError } from '@noosphere/core';
import { classesOf, countClasses, countPairs, requireKnown } from './confusion.js';
import type { Labels } from './inputs.js';
import {
  averaged,
  type ClassScoreOptions,
  type ClassScores,
  fBetaOf,
  precisionOf,
  recallOf,
  scoresOfClasses,
} from './precision-recall.js';

export interface ReportOptions extends ClassScoreOptions {
  /** What the classes are called. @default the labels themselves */
  readonly names?: readonly string[];
  /** Digits behind the point. @default 2 */
  readonly digits?: number;
}

export interface ClassificationReport {
  readonly classes: readonly (ClassScores & { readonly name: string })[];
  /** `micro` is the accuracy where all classes are in the table. */
  readonly averages: Readonly<Record<'micro' | 'macro' | 'weighted', Omit<ClassScores, 'label'>>>;
  /** The table. */
  toString(): string;
}

/**
 * Precision, recall, F1 and support of each class and their averages; prints as the usual table.
 *
 * Takes `actual` [n] and `predicted` [n]. Throws where they differ in length or are empty, and where the names are not as
 * many as the classes.
 * ```text
 *               precision    recall  f1-score   support
 *
 *          cat       0.50      1.00      0.67         1
 *          dog       1.00      0.50      0.67         2
 *
 *     accuracy                           0.67         3
 *    macro avg       0.75      0.75      0.67         3
 * weighted avg       0.83      0.67      0.67         3
 * ```
 * @example
 * const report = metrics.classificationReport(['cat', 'dog', 'dog'], ['cat', 'cat', 'dog']);
 * console.log(report.averages.macro.recall, report.classes[1]?.precision); // → 0.75 1
 * console.log(String(report).split('\n')[6]); // →    macro avg       0.75      0.75      0.67         3
 */
export function classificationReport(
  actual: Labels,
  predicted: Labels,
  { labels, names, digits = 2, zeroDivision = 0, weights }: ReportOptions = {},
): ClassificationReport {
  const pairs = countPairs('classificationReport', actual, predicted, { weights });
  const all = classesOf('classificationReport', pairs);
  const chosen = labels ?? all;
  requireKnown('classificationReport', chosen, pairs);
  if (names && names.length !== chosen.length) {
    throw new ArgumentError(
      'classificationReport',
      `names has ${names.length} entries, but there are ${chosen.length} classes (${chosen.slice(0, 10).join(', ')}); give one name a class`,
    );
  }
  const counts = countClasses(pairs, chosen);
  const classes = scoresOfClasses(counts, zeroDivision).map((scores, index) => ({
    ...scores,
    name: names?.[index] ?? nameOf(scores.label, chosen),
  }));
  const support = counts.reduce((sum, each) => sum + each.actual, 0);
  const average = (kind: 'micro' | 'macro' | 'weighted') => ({
    precision: averaged(counts, precisionOf, kind, zeroDivision),
    recall: averaged(counts, recallOf, kind, zeroDivision),
    f1: averaged(counts, fBetaOf(1), kind, zeroDivision),
    support,
  });
  const averages = { micro: average('micro'), macro: average('macro'), weighted: average('weighted') };
  const isAccuracy = all.every((label) => chosen.includes(label));
  const isWeighted = weights !== undefined;
  return {
    classes,
    averages,
    toString: () => tableOf(classes, averages, { digits, isAccuracy, isWeighted }),
  };
}

/** Among fractions, whole numbers keep their point, as in scikit-learn: 1.0 beside 1.5. */
function nameOf(label: ClassScores['label'], labels: readonly ClassScores['label'][]): string {
  const hasFractions = labels.some((each) => typeof each === 'number' && !Number.isInteger(each));
  return hasFractions && Number.isInteger(label) ? `${label}.0` : String(label);
}

function tableOf(
  classes: ClassificationReport['classes'],
  averages: ClassificationReport['averages'],
  { digits, isAccuracy, isWeighted }: { digits: number; isAccuracy: boolean; isWeighted: boolean },
): string {
  const width = Math.max('weighted avg'.length, digits, ...classes.map(({ name }) => name.length));
  const line = (name: string, cells: readonly string[]) =>
    `${name.padStart(width)} ${cells.map((cell) => ` ${cell.padStart(9)}`).join('')}`;
  const fixed = (value: number) => fixedHalfToEven(value, digits);
  const supportOf = (value: number) =>
    isWeighted && Number.isInteger(value) ? value.toFixed(1) : String(Number(value.toPrecision(12)));
  const scores = (name: string, { precision, recall, f1, support }: Omit<ClassScores, 'label'>) =>
    line(name, [fixed(precision), fixed(recall), fixed(f1), supportOf(support)]);
  const { micro } = averages;
  return [
    line('', ['precision', 'recall', 'f1-score', 'support']),
    '',
    ...classes.map((each) => scores(each.name, each)),
    '',
    isAccuracy
      ? line('accuracy', ['', '', fixed(micro.f1), supportOf(micro.support)])
      : scores('micro avg', micro),
    scores('macro avg', averages.macro),
    scores('weighted avg', averages.weighted),
    '',
  ].join('\n');
}

/** Digits as Python prints them: an exact half goes to the even digit, where `toFixed` goes up. */
function fixedHalfToEven(value: number, digits: number): string {
  if (Number.isNaN(value)) return 'nan';
  const exact = value.toFixed(Math.min(100, digits + 60));
  const cut = exact.indexOf('.') + 1 + digits;
  const isHalf = /^50*$/.test(exact.slice(cut));
  const kept = exact.slice(0, cut).replace(/\.$/, '');
  return isHalf && Number(kept.at(-1)) % 2 === 0 ? kept : value.toFixed(digits);
}
