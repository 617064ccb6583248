/** Metrics: how good predictions are, in float64, equal to scikit-learn's. */

export type { BalancedAccuracyOptions, TopKOptions } from './accuracy.js';
export { accuracy, balancedAccuracy, topKAccuracy } from './accuracy.js';
export { cohenKappa, type KappaCost, type KappaOptions, matthewsCorrelation } from './agreement.js';
export {
  type AreaOptions,
  averagePrecision,
  type ClassAreaOptions,
  classAveragePrecisions,
  classRocAucs,
  rocAuc,
} from './areas.js';
export type { BinaryOptions } from './binary-scores.js';
export {
  type BootstrapOptions,
  bootstrapInterval,
  type Column,
  type ConfidenceInterval,
} from './bootstrap.js';
export {
  type CalibrationCurve,
  type CalibrationCurveOptions,
  type CalibrationErrorOptions,
  calibrationCurve,
  calibrationError,
} from './calibration.js';
export { type ConfusionMatrix, type ConfusionOptions, confusionMatrix } from './confusion.js';
export { explainedVariance, pearson, r2, spearman } from './correlation.js';
export {
  type PrecisionRecallCurve,
  precisionRecallCurve,
  type RocCurve,
  type RocCurveOptions,
  rocCurve,
} from './curves.js';
export type { MetricStream } from './fold.js';
export type { Label, Labels, Rows, Values, WeightOptions } from './inputs.js';
export type {
  LabelMetric,
  Metric,
  ProbabilityMetric,
  RankingMetric,
  ScoreMetric,
  TableMetric,
  ValueMetric,
} from './metric.js';
export {
  type Average,
  type AverageOptions,
  type ClassScoreOptions,
  type ClassScores,
  classScores,
  type FBetaOptions,
  f1,
  fBeta,
  precision,
  recall,
} from './precision-recall.js';
export { brierScore, logLoss, type ProbabilityOptions } from './probabilities.js';
export {
  type GainOptions,
  hitRate,
  meanAveragePrecision,
  meanReciprocalRank,
  ndcg,
  precisionAt,
  type RankingOptions,
  recallAt,
} from './ranking.js';
export { metricNamed, metricNames } from './registry.js';
export {
  maxError,
  meanAbsoluteError,
  meanAbsolutePercentageError,
  meanSquaredError,
  medianAbsoluteError,
  type PinballOptions,
  pinball,
  rootMeanSquaredError,
  symmetricPercentageError,
} from './regression-errors.js';
export { type ClassificationReport, classificationReport, type ReportOptions } from './report.js';
