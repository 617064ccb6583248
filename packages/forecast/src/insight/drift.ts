/** Drift: new data against those a model was trained on, column by column, and whether to train again. */

import {
  knownOptions,
  meanOf,
  quantileOf,
  requireObject,
  requireValues,
  requireWhole,
  varianceOf,
} from '@noosphere/base';
import { ArgumentError } from '@noosphere/core';
import { kolmogorovTail, normalTails } from '@noosphere/statistics';

/** Columns by name, of any length. */
export type DriftColumns = Readonly<Record<string, Float64Array>>;

export interface DriftOptions {
  /** Bins of the stability index: quantiles of the training data. @default 10 */
  readonly bins?: number;
  /** p below which a column's distribution has changed, divided by the number of columns. @default 0.01 */
  readonly significance?: number;
  /** Absolute errors of a backtest then, and of the forecasts since: with them the advice rests on errors. @default none */
  readonly errors?: { readonly then: Float64Array; readonly now: Float64Array };
}

export type DriftLevel = 'none' | 'some' | 'strong';

export interface ColumnDrift {
  readonly column: string;
  /** Σ (fresh - training) log(fresh / training) over the bins' shares: below 0.1 little, above 0.25 much. */
  readonly stabilityIndex: number;
  /** Largest distance of the distribution functions: Kolmogorov & Smirnov. */
  readonly kolmogorovSmirnov: { readonly statistic: number; readonly pValue: number };
  /** Difference of the means in standard deviations of the training data. */
  readonly meanShift: number;
  /** Fresh variance over that of the training data. */
  readonly varianceRatio: number;
  readonly drift: DriftLevel;
}

export interface DriftReport {
  readonly columns: readonly ColumnDrift[];
  /** How the errors changed, where they were given: ratio of their means, and p of a rise (Welch). */
  readonly errors?: { readonly ratio: number; readonly pValue: number };
  readonly retrain: 'no' | 'watch' | 'yes';
  /** Why, in words. */
  readonly reasons: readonly string[];
}

const strongIndex = 0.25;
/** Least share of a bin: the index of an empty one stays finite. */
const leastShare = 1e-4;
/** Errors that rise by less are not worth a training. */
const worthwhileRatio = 1.1;

/**
 * Compares columns of fresh data with those of the training data. Retrain: yes, where errors rose by a tenth and more than
 * chance explains; without errors, where a column has drifted strongly. A column has drifted where the Kolmogorov-Smirnov
 * test finds a change (the index alone rises by chance in small samples), and strongly where the index is above 0.25, too.
 * @example
 * const of = (shift: number) => Float64Array.from({ length: 200 }, (_, t) => shift + Math.sin(t * t));
 * const { columns, retrain } = driftReport({ a: of(0), b: of(0) }, { a: of(0.01), b: of(2) });
 * console.log(columns.map(({ drift }) => drift), retrain); // → [ 'none', 'strong' ] yes
 */
export function driftReport(
  training: DriftColumns,
  fresh: DriftColumns,
  options: DriftOptions = {},
): DriftReport {
  const {
    bins = 10,
    significance = 0.01,
    errors,
  } = knownOptions('driftReport', options, 'bins significance errors');
  requireWhole('driftReport', 'bins', bins, 2);
  if (!(significance > 0 && significance < 1)) {
    throw new ArgumentError('driftReport', `significance lies between 0 and 1, got ${significance}`);
  }
  requireObject('driftReport', 'the training columns', training, '{ load: Float64Array }');
  requireObject('driftReport', 'the fresh columns', fresh, '{ load: Float64Array }');
  const names = Object.keys(training);
  if (names.length === 0) throw new ArgumentError('driftReport', 'expects at least one column, got none');
  const columns = names.map((column) => {
    const [before, after] = [training[column] as Float64Array, fresh[column]];
    if (!after) {
      throw new ArgumentError(
        'driftReport',
        `the fresh data have no column '${column}'; they have ${Object.keys(fresh).join(', ')}`,
      );
    }
    requireValues('driftReport', `the training column '${column}'`, before, bins);
    requireValues('driftReport', `the fresh column '${column}'`, after, 2);
    return columnDrift(column, before, after, bins, significance / names.length);
  });
  const change = errors && errorChange(errors.then, errors.now);
  return { columns, ...(change ? { errors: change } : {}), ...advice(columns, change, significance) };
}

function columnDrift(
  column: string,
  before: Float64Array,
  after: Float64Array,
  bins: number,
  significance: number,
): ColumnDrift {
  const stabilityIndex = stabilityIndexOf(before, after, bins);
  const statistic = largestDistance(before, after);
  const size = Math.sqrt((before.length * after.length) / (before.length + after.length));
  const pValue = kolmogorovTail(size * statistic);
  const [variance, difference] = [varianceOf(before), meanOf(after) - meanOf(before)];
  const isChanged = pValue < significance;
  return {
    column,
    stabilityIndex,
    kolmogorovSmirnov: { statistic, pValue },
    meanShift:
      variance > 0
        ? difference / Math.sqrt(variance)
        : difference === 0
          ? 0
          : Math.sign(difference) * Number.POSITIVE_INFINITY,
    varianceRatio:
      variance > 0 ? varianceOf(after) / variance : varianceOf(after) > 0 ? Number.POSITIVE_INFINITY : 1,
    drift: !isChanged ? 'none' : stabilityIndex > strongIndex ? 'strong' : 'some',
  };
}

/** Population stability index over bins with equal shares of the training data. */
function stabilityIndexOf(before: Float64Array, after: Float64Array, bins: number): number {
  const sorted = before.slice().sort();
  const edges = Array.from({ length: bins - 1 }, (_, bin) => quantileOf(sorted, (bin + 1) / bins));
  const inner = [...new Set(edges)];
  const shares = (values: Float64Array) => {
    const counts = new Float64Array(inner.length + 1);
    for (const value of values) {
      let bin = 0;
      while (bin < inner.length && value > (inner[bin] as number)) bin++;
      counts[bin] = (counts[bin] as number) + 1;
    }
    return counts.map((count) => Math.max(leastShare, count / values.length));
  };
  const [was, is] = [shares(before), shares(after)];
  return was.reduce((sum, share, bin) => {
    const now = is[bin] as number;
    return sum + (now - share) * Math.log(now / share);
  }, 0);
}

function largestDistance(before: Float64Array, after: Float64Array): number {
  const [a, b] = [before.slice().sort(), after.slice().sort()];
  let [i, j, most] = [0, 0, 0];
  while (i < a.length && j < b.length) {
    const value = Math.min(a[i] as number, b[j] as number);
    while (i < a.length && a[i] === value) i++;
    while (j < b.length && b[j] === value) j++;
    most = Math.max(most, Math.abs(i / a.length - j / b.length));
  }
  return most;
}

/** Welch's test of a rise, its statistic taken as normal. */
function errorChange(
  before: Float64Array,
  now: Float64Array,
): { readonly ratio: number; readonly pValue: number } {
  requireValues('driftReport', 'the errors then', before, 8);
  requireValues('driftReport', 'the errors now', now, 8);
  const [a, b] = [before.map(Math.abs), now.map(Math.abs)];
  const [was, is] = [meanOf(a), meanOf(b)];
  const error = Math.sqrt(varianceOf(a) / (a.length - 1) + varianceOf(b) / (b.length - 1));
  const pValue = error > 0 ? upperTail((is - was) / error) : is > was ? 0 : 1;
  return { ratio: was > 0 ? is / was : is > 0 ? Number.POSITIVE_INFINITY : 1, pValue };
}

function upperTail(z: number): number {
  return z >= 0 ? normalTails(z) / 2 : 1 - normalTails(z) / 2;
}

function advice(
  columns: readonly ColumnDrift[],
  errors: DriftReport['errors'],
  significance: number,
): Pick<DriftReport, 'retrain' | 'reasons'> {
  const reasons = columns
    .filter(({ drift }) => drift !== 'none')
    .map(
      ({ column, drift, stabilityIndex, meanShift }) =>
        `'${column}' drifted ${drift === 'strong' ? 'strongly' : 'somewhat'}: stability index ${stabilityIndex.toFixed(2)}, mean ${meanShift >= 0 ? '+' : ''}${meanShift.toFixed(2)} deviations`,
    );
  const isWorse = errors !== undefined && errors.ratio > worthwhileRatio && errors.pValue < significance;
  if (errors) {
    reasons.unshift(
      `errors are ${errors.ratio.toFixed(2)} times those of the backtest (p of a rise ${errors.pValue.toFixed(3)})`,
    );
  }
  const isStrong = columns.some(({ drift }) => drift === 'strong');
  const isSome = columns.some(({ drift }) => drift !== 'none');
  if (errors) return { retrain: isWorse ? 'yes' : isSome ? 'watch' : 'no', reasons };
  return { retrain: isStrong ? 'yes' : isSome ? 'watch' : 'no', reasons };
}
