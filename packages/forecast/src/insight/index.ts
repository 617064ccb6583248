/** What a series shows: trend, seasons, change points, anomalies, drift, and what a model leaves. */
export {
  type Anomaly,
  type AnomalyReport,
  anomalies,
  type DecompositionAnomalyOptions,
  type ModelAnomalyOptions,
} from './anomalies.js';
export { type ChangePointOptions, type ChangePoints, changePoints, type Segment } from './change-points.js';
export {
  type ColumnDrift,
  type DriftColumns,
  type DriftLevel,
  type DriftOptions,
  type DriftReport,
  driftReport,
} from './drift.js';
export {
  type DiagnosticsOptions,
  type ResidualDiagnostics,
  residualDiagnostics,
  type TestResult,
} from './residual-diagnostics.js';
export { type SeasonalityOptions, type SeasonalPeriod, seasonalityOf } from './seasonality.js';
export { type Trend, type TrendOptions, trendOf } from './trend.js';
