/** Metrics by name, as command lines, configurations and result tables say them. */
import { ArgumentError } from '@noosphere/core';
import { accuracyFold, balancedAccuracyFold, topKFold } from './accuracy.js';
import { kappaFold, matthewsFold } from './agreement.js';
import { averagePrecision, rocAuc } from './areas.js';
import { calibrationErrorFold } from './calibration.js';
import { explainedVarianceFold, pearsonFold, r2Fold, spearman } from './correlation.js';
import { requireNoWeights, type Values } from './inputs.js';
import {
  foldedMetric,
  type LabelMetric,
  type Metric,
  type ProbabilityMetric,
  type RankingMetric,
  type ScoreMetric,
  type TableMetric,
  type ValueMetric,
  wholeMetric,
} from './metric.js';
import { type Average, fBetaOf, precisionOf, recallOf, scoreFold } from './precision-recall.js';
import { brierFold, logLossFold } from './probabilities.js';
import {
  hitRateFold,
  meanAveragePrecisionFold,
  ndcgFold,
  precisionAtFold,
  recallAtFold,
  reciprocalRankFold,
} from './ranking.js';
import {
  maxErrorFold,
  meanAbsoluteErrorFold,
  meanAbsolutePercentageErrorFold,
  meanSquaredErrorFold,
  medianAbsoluteError,
  pinballFold,
  rootMeanSquaredErrorFold,
  symmetricPercentageErrorFold,
} from './regression-errors.js';

/** A metric of values that has no weighted form. */
function unweighted(
  name: string,
  better: 'higher' | 'lower',
  compute: (actual: Values, predicted: Values) => number,
): ValueMetric {
  return wholeMetric(name, 'values', better, (actual, predicted, options) => {
    requireNoWeights(name, options);
    return compute(actual, predicted);
  });
}

const valueMetrics = {
  mae: foldedMetric('mae', 'values', 'lower', meanAbsoluteErrorFold),
  mse: foldedMetric('mse', 'values', 'lower', meanSquaredErrorFold),
  rmse: foldedMetric('rmse', 'values', 'lower', rootMeanSquaredErrorFold),
  r2: foldedMetric('r2', 'values', 'higher', r2Fold),
  'explained-variance': foldedMetric('explained-variance', 'values', 'higher', explainedVarianceFold),
  mape: foldedMetric('mape', 'values', 'lower', meanAbsolutePercentageErrorFold),
  smape: foldedMetric('smape', 'values', 'lower', symmetricPercentageErrorFold),
  'median-absolute-error': unweighted('median-absolute-error', 'lower', medianAbsoluteError),
  'max-error': foldedMetric('max-error', 'values', 'lower', maxErrorFold),
  pearson: foldedMetric('pearson', 'values', 'higher', pearsonFold),
  spearman: unweighted('spearman', 'higher', spearman),
} satisfies Record<string, ValueMetric>;

const averages = ['micro', 'macro', 'weighted'] as const;
const scoresByName = { precision: precisionOf, recall: recallOf, f1: fBetaOf(1) };
type ScoreName = keyof typeof scoresByName;

/** `f1` of the positive class, and `micro-f1`, `macro-f1`, `weighted-f1`. */
function scoreMetrics<Name extends ScoreName>(
  name: Name,
): Record<Name | `${(typeof averages)[number]}-${Name}`, LabelMetric> {
  const metricOf = (full: string, average: Average) =>
    foldedMetric(full, 'labels', 'higher', scoreFold(name, scoresByName[name], { average }));
  const entries = [
    [name, metricOf(name, 'binary')],
    ...averages.map((average) => [`${average}-${name}`, metricOf(`${average}-${name}`, average)]),
  ];
  return Object.fromEntries(entries);
}

const labelMetrics = {
  accuracy: foldedMetric('accuracy', 'labels', 'higher', accuracyFold),
  'balanced-accuracy': foldedMetric('balanced-accuracy', 'labels', 'higher', balancedAccuracyFold(false)),
  ...scoreMetrics('precision'),
  ...scoreMetrics('recall'),
  ...scoreMetrics('f1'),
  mcc: foldedMetric('mcc', 'labels', 'higher', matthewsFold),
  kappa: foldedMetric('kappa', 'labels', 'higher', kappaFold('equal')),
  'quadratic-kappa': foldedMetric('quadratic-kappa', 'labels', 'higher', kappaFold('quadratic')),
} satisfies Record<string, LabelMetric>;

function areaMetric(name: string, area: typeof rocAuc, average: 'macro' | 'micro' | 'weighted'): ScoreMetric {
  return wholeMetric(name, 'scores', 'higher', (actual, scores, options) =>
    area(actual, scores, { ...options, average }),
  );
}

const scoreMetricsByName = {
  'roc-auc': areaMetric('roc-auc', rocAuc, 'macro'),
  'weighted-roc-auc': areaMetric('weighted-roc-auc', rocAuc, 'weighted'),
  'micro-roc-auc': areaMetric('micro-roc-auc', rocAuc, 'micro'),
  'average-precision': areaMetric('average-precision', averagePrecision, 'macro'),
  'weighted-average-precision': areaMetric('weighted-average-precision', averagePrecision, 'weighted'),
  'micro-average-precision': areaMetric('micro-average-precision', averagePrecision, 'micro'),
} satisfies Record<string, ScoreMetric>;

const probabilityMetrics = {
  'log-loss': foldedMetric('log-loss', 'probabilities', 'lower', logLossFold()),
  brier: foldedMetric('brier', 'probabilities', 'lower', brierFold()),
  'calibration-error': foldedMetric('calibration-error', 'probabilities', 'lower', calibrationErrorFold(10)),
} satisfies Record<string, ProbabilityMetric>;

const rankingMetrics = {
  ndcg: foldedMetric('ndcg', 'rankings', 'higher', ndcgFold()),
  mrr: foldedMetric('mrr', 'rankings', 'higher', reciprocalRankFold()),
  map: foldedMetric('map', 'rankings', 'higher', meanAveragePrecisionFold()),
} satisfies Record<string, RankingMetric>;

const fixedMetrics = {
  ...valueMetrics,
  ...labelMetrics,
  ...scoreMetricsByName,
  ...probabilityMetrics,
  ...rankingMetrics,
};
type FixedMetrics = typeof fixedMetrics;

/** Names with a number in them, each as it is listed, how it is read, and what it makes. */
const rankingFolds = {
  ndcg: (k: number) => ndcgFold({ k }),
  mrr: reciprocalRankFold,
  map: meanAveragePrecisionFold,
  'hit-rate': hitRateFold,
  precision: precisionAtFold,
  recall: recallAtFold,
};
type RankingName = `${keyof typeof rankingFolds}@${number}`;

const numberedNames = [
  'pinball-Q (0 ≤ Q ≤ 1)',
  'top-K-accuracy',
  ...Object.keys(rankingFolds).map((name) => `${name}@K`),
];

/** All names that `metricNamed` knows; capital letters stand for a number. */
export const metricNames: readonly string[] = [...Object.keys(fixedMetrics), ...numberedNames];

/**
 * A metric by its name: what it compares, which way is better, how to compute it at once or batch by batch.
 *
 * Names with a number: `pinball-0.9`, `top-5-accuracy`, `ndcg@10`, `hit-rate@10`, `precision@5`, … An unknown name throws
 * and lists all of `metricNames`.
 * @example
 * const macroF1 = metricNamed('macro-f1');
 * console.log(macroF1.better, macroF1.compute([0, 1, 2, 2], [0, 1, 1, 2]).toFixed(4)); // → higher 0.7778
 * const stream = metricNamed('rmse').stream?.();
 * stream?.update([1, 2], [1, 2]);
 * stream?.update([3, 4], [5, 6]);
 * console.log(stream?.value().toFixed(4)); // → 1.4142
 */
export function metricNamed<Name extends keyof FixedMetrics>(name: Name): FixedMetrics[Name];
export function metricNamed(name: `pinball-${number}`): ValueMetric;
export function metricNamed(name: `top-${number}-accuracy`): TableMetric;
export function metricNamed(name: RankingName): RankingMetric;
export function metricNamed(name: string): Metric;
export function metricNamed(name: string): Metric {
  if (Object.hasOwn(fixedMetrics, name)) return fixedMetrics[name as keyof FixedMetrics];
  const numbered = numberedMetric(name);
  if (numbered) return numbered;
  throw new ArgumentError('metricNamed', `there is no metric '${name}'; known are ${metricNames.join(', ')}`);
}

function numberedMetric(name: string): Metric | undefined {
  const [, quantile] = /^pinball-(0|1|0?\.\d+)$/.exec(name) ?? [];
  if (quantile !== undefined) return foldedMetric(name, 'values', 'lower', pinballFold(Number(quantile)));
  const [, top] = /^top-([1-9]\d{0,5})-accuracy$/.exec(name) ?? [];
  if (top !== undefined) return foldedMetric(name, 'tables', 'higher', topKFold(Number(top)));
  const [, family = '', k] = /^([a-z0-9-]+)@([1-9]\d{0,8})$/.exec(name) ?? [];
  if (k === undefined || !Object.hasOwn(rankingFolds, family)) return undefined;
  const fold = rankingFolds[family as keyof typeof rankingFolds](Number(k));
  return foldedMetric(name, 'rankings', 'higher', fold);
}
