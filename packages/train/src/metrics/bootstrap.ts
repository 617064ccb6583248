/** Confidence intervals of any metric by drawing rows again: percentile and bias-corrected accelerated (BCa). */
import { normalCumulative, normalQuantile, quantileOf, requireWhole } from '@noosphere/base';
import { ArgumentError, type HostTensor } from '@noosphere/core';
import { takeRows } from '../data/rows.js';
import { Random } from '../random.js';

/** What is drawn from: an array, a typed array, or a tensor with data whose first axis is the rows. */
export type Column = ArrayLike<unknown> | HostTensor;

export interface BootstrapOptions {
  /** The share of intervals that hold the true value. @default 0.95 */
  readonly confidence?: number;
  /** How often rows are drawn. @default 2000 */
  readonly resamples?: number;
  /**
   * `percentile`: quantiles of the drawn values. `bca`: quantiles moved for bias and skew; computes the metric without
   * each row (without each of 500 blocks of rows, where there are more) in addition.
   * @default 'bca'
   */
  readonly method?: 'percentile' | 'bca';
  /** @default 0 */
  readonly seed?: number;
  /** Rows that belong together (patients, series), drawn as a whole. @default every row by itself */
  readonly groups?: ArrayLike<unknown>;
}

export interface ConfidenceInterval {
  /** The metric of the rows as they are. */
  readonly value: number;
  readonly low: number;
  readonly high: number;
  /** Standard deviation of the drawn values. */
  readonly standardError: number;
  /** Draws in which the metric is not a number (one class only, …); they are left out. */
  readonly undefinedResamples: number;
}

const mostBlocks = 500;

/**
 * The confidence interval of a metric, by the bootstrap: n rows are drawn with replacement, again and again.
 *
 * `columns` are the metric's arguments, all with n rows. Throws where they differ in length, for fewer than two rows or
 * groups, and where most draws give no number. Source: Efron and Tibshirani, An Introduction to the Bootstrap (1993), 13-14.
 * @example
 * const actual = Array.from({ length: 100 }, (_, row) => row % 2);
 * const predicted = actual.map((label, row) => (row % 5 === 0 ? 1 - label : label));
 * const { value, low, high } = metrics.bootstrapInterval(metrics.accuracy, [actual, predicted], { seed: 1 });
 * console.log(value, low > 0.7, high < 0.9); // → 0.8 true true
 */
export function bootstrapInterval<Columns extends readonly Column[]>(
  metric: (...columns: Columns) => number,
  columns: readonly [...Columns],
  options: BootstrapOptions = {},
): ConfidenceInterval {
  const { confidence = 0.95, resamples = 2000, method = 'bca', seed = 0, groups } = options;
  if (!(confidence > 0 && confidence < 1))
    throw new ArgumentError('bootstrapInterval', `confidence must lie between 0 and 1, got ${confidence}`);
  requireWhole('bootstrapInterval', 'resamples', resamples);
  const units = unitsOf(columns, groups);
  const metricOf = (drawn: readonly Uint32Array[]) => {
    const rows = concatenated(drawn);
    return metric(...(columns.map((column) => pickRows(column, rows)) as unknown as Columns));
  };
  const value = metric(...(columns as unknown as Columns));
  const random = new Random(seed);
  const drawn = Array.from({ length: resamples }, () =>
    metricOf(units.map(() => units[Math.floor(random.uniform() * units.length)] ?? new Uint32Array())),
  );
  const defined = Float64Array.from(drawn.filter((each) => !Number.isNaN(each))).sort();
  if (Number.isNaN(value) || defined.length < resamples / 2) {
    throw new ArgumentError(
      'bootstrapInterval',
      `the metric is no number in ${resamples - defined.length} of ${resamples} draws (on all rows ${value}); give more rows, or rows of all classes`,
    );
  }
  const [low, high] =
    method === 'percentile'
      ? percentileBounds(defined, confidence)
      : bcaBounds(value, defined, jackknife(units, metricOf), confidence);
  return {
    value,
    low,
    high,
    standardError: deviationOf(defined),
    undefinedResamples: resamples - defined.length,
  };
}

/** The quantiles (1 - c)/2 and (1 + c)/2 of sorted draws. */
export function percentileBounds(sorted: Float64Array, confidence: number): [low: number, high: number] {
  const tail = (1 - confidence) / 2;
  return [quantileOf(sorted, tail), quantileOf(sorted, 1 - tail)];
}

/**
 * BCa bounds: the quantiles Φ(z + (z + z_α) / (1 - a (z + z_α))) of sorted draws, with the bias z = Φ⁻¹(share of draws
 * below the value, ties counting half) and the acceleration a = Σ d³ / (6 (Σ d²)^1.5) of the leave-one-out deviations d.
 */
export function bcaBounds(
  value: number,
  sorted: Float64Array,
  leftOut: Float64Array,
  confidence: number,
): [low: number, high: number] {
  const below = sorted.reduce((sum, draw) => sum + (draw < value ? 1 : draw === value ? 0.5 : 0), 0);
  // No draw below, or none above, says only that the share is smaller than what so many draws can tell.
  const share = Math.min(1 - 0.5 / sorted.length, Math.max(0.5 / sorted.length, below / sorted.length));
  const bias = normalQuantile(share);
  const mean = leftOut.reduce((sum, each) => sum + each, 0) / leftOut.length;
  const power = (exponent: number) => leftOut.reduce((sum, each) => sum + (mean - each) ** exponent, 0);
  const spread = power(2) ** 1.5;
  const acceleration = spread > 0 ? power(3) / (6 * spread) : 0;
  const bound = (tail: number) => {
    const moved = bias + normalQuantile(tail);
    return quantileOf(sorted, normalCumulative(bias + moved / (1 - acceleration * moved)));
  };
  const tail = (1 - confidence) / 2;
  return [bound(tail), bound(1 - tail)];
}

/** The metric without each unit, or without each of many blocks of units. */
function jackknife(
  units: readonly Uint32Array[],
  metricOf: (drawn: readonly Uint32Array[]) => number,
): Float64Array {
  const blocks = Math.min(units.length, mostBlocks);
  const without = Array.from({ length: blocks }, (_, block) =>
    metricOf(units.filter((_, unit) => Math.floor((unit * blocks) / units.length) !== block)),
  );
  return Float64Array.from(without.filter((each) => !Number.isNaN(each)));
}

/** The rows of each group, or each row by itself. */
function unitsOf(columns: readonly Column[], groups: ArrayLike<unknown> | undefined): Uint32Array[] {
  const counts = columns.map((column) => ('shape' in column ? (column.shape[0] ?? 0) : column.length));
  const [rows = 0] = counts;
  const odd = [...counts, groups?.length ?? rows].find((count) => count !== rows);
  if (odd !== undefined) {
    throw new ArgumentError(
      'bootstrapInterval',
      `the columns and groups must have the same rows, got ${rows} and ${odd}`,
    );
  }
  const byGroup = new Map<unknown, number[]>();
  for (let row = 0; row < rows; row++) {
    const group = groups ? groups[row] : row;
    const members = byGroup.get(group);
    if (members) members.push(row);
    else byGroup.set(group, [row]);
  }
  if (byGroup.size < 2)
    throw new ArgumentError('bootstrapInterval', `expects at least two rows or groups, got ${byGroup.size}`);
  return [...byGroup.values()].map((each) => Uint32Array.from(each));
}

function concatenated(parts: readonly Uint32Array[]): Uint32Array {
  const rows = new Uint32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    rows.set(part, at);
    at += part.length;
  }
  return rows;
}

function pickRows(column: Column, rows: Uint32Array): Column {
  if ('shape' in column) return takeRows(column, rows);
  if (column instanceof Float64Array) return Float64Array.from(rows, (row) => column[row] ?? 0);
  return Array.from(rows, (row) => column[row]);
}

function deviationOf(values: Float64Array): number {
  const mean = values.reduce((sum, each) => sum + each, 0) / values.length;
  return Math.sqrt(
    values.reduce((sum, each) => sum + (each - mean) ** 2, 0) / Math.max(1, values.length - 1),
  );
}
