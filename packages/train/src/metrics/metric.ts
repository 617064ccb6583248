/** What a metric is: its name, what it compares, which way is better, and how it is computed. */
import { type Fold, foldOnce, type MetricStream, streamOf } from './fold.js';
import type { Labels, Rows, Values, WeightOptions } from './inputs.js';

export interface MetricOf<Kind extends string, Actual, Predicted> {
  readonly name: string;
  /**
   * What it compares: `values` with values; `labels` with labels; labels with `scores` or `probabilities`, a column for
   * two classes or a table with one a class; labels with `tables` of scores; `rankings`: relevances with scores, one row a query.
   */
  readonly compares: Kind;
  readonly better: 'higher' | 'lower';
  compute(actual: Actual, predicted: Predicted, options?: WeightOptions): number;
  /** Gathers the metric batch by batch; absent where all rows are needed at once. */
  readonly stream?: () => MetricStream<Actual, Predicted>;
}

export type ValueMetric = MetricOf<'values', Values, Values>;
export type LabelMetric = MetricOf<'labels', Labels, Labels>;
export type ScoreMetric = MetricOf<'scores', Labels, Values | Rows>;
export type TableMetric = MetricOf<'tables', Labels, Rows>;
export type ProbabilityMetric = MetricOf<'probabilities', Labels, Values | Rows>;
export type RankingMetric = MetricOf<'rankings', Rows, Rows>;
export type Metric =
  | ValueMetric
  | LabelMetric
  | ScoreMetric
  | TableMetric
  | ProbabilityMetric
  | RankingMetric;

/** A metric that is gathered batch by batch. */
export function foldedMetric<Kind extends Metric['compares'], State, Actual, Predicted>(
  name: string,
  compares: Kind,
  better: 'higher' | 'lower',
  fold: Fold<State, Actual, Predicted>,
): MetricOf<Kind, Actual, Predicted> {
  return {
    name,
    compares,
    better,
    compute: (actual, predicted, options = {}) => foldOnce(fold, actual, predicted, options),
    stream: () => streamOf(fold),
  };
}

/** A metric of all rows at once. */
export function wholeMetric<Kind extends Metric['compares'], Actual, Predicted>(
  name: string,
  compares: Kind,
  better: 'higher' | 'lower',
  compute: (actual: Actual, predicted: Predicted, options?: WeightOptions) => number,
): MetricOf<Kind, Actual, Predicted> {
  return { name, compares, better, compute };
}
