/** @noosphere/forecast: time series, from a table to forecasts that are compared with naive ones. */

export type { ErrorDistribution } from '@noosphere/statistics';
export type {
  BacktestManifest, BacktestTable, ConformalLevels, CrossValidateOptions, EvaluateOptions, Evaluation,
  EvaluationRow, Hardware, LookAheadOptions, MetricName, ModelChoice, ModelSearch, SearchBudget,
  SearchedModel, SearchModelsOptions, SelectEnsembleOptions, SelectOptions,
} from './evaluate/index.js';
export {
  assertNoLookAhead, compareModels, conformalBacktest, conformalForecasts, crossValidate, differingBits,
  evaluate, replaceFuture, searchModels, selectEnsemble, selectModels,
} from './evaluate/index.js';
export type { Attribution, ExplainOptions, LagImportance, LagImportanceOptions } from './explain/index.js';
export { explainForecasts, lagImportance } from './explain/index.js';
export type {
  CovariateNames, FillMethod, FillOptions, FrameColumns, FrameOptions, FrameRow, FrameZone, Frequency,
  FutureOptions, GapReport, LoadedFrame, ReadFrameOptions, ReadFutureOptions, SeriesFrame, SeriesGaps, TimeKind, TradingCalendar,
} from './frame/index.js';
export {
  concatFrames, dropTail, fillGaps, frameOf, futureCovariates, gapReport, headRows, nextTimes, parseFrame,
  readFrame, readFutureCovariates,
  seasonLengthOf, sliceTimes, tailRows, takeSeries, timeText, tradingCalendar, weekdayCalendar,
  withFrequency, writeFrame,
} from './frame/index.js';
export type {
  CnnOptions, CovariateColumns, CovariateRole, DecisionLoss, DecisionWindows, DistributionKind,
  DLinearOptions, EnsembleMember, FineTuneOptions, FittedGlobalModel, FittedNeuralEnsemble,
  FittedNeuralModel, ForecastLoss, GlobalFitOptions, GlobalForecastOptions, GlobalModel, MlpOptions,
  NBeatsOptions, NeuralDescription, NeuralEnsemble, NeuralEnsembleOptions, NeuralModelKind, NeuralOptions,
  NeuralSettings, NHitsOptions, PatchTSTOptions, Pipeline, RawWindows, RecurrentOptions,
  ReversibleNormOptions, ScalerKind, StackKind, TcnOptions, TideOptions, TrainingReport, TrainingWindows,
  TSMixerOptions, WindowRows,
} from './global/index.js';
export {
  cnn1d, dlinear, gru, lstm, mlp, NeuralModel, nbeats, neuralEnsemble, nhits, nlinear, patchtst, tcn, tide,
  tsmixer,
} from './global/index.js';
export type {
  BottomSeries, Hierarchy, HierarchyLevel, MinTraceMethod, ReconcileOptions, TopDownMethod,
} from './hierarchy/index.js';
export { aggregateFrame, hierarchyOf, reconcile, reconcileTable } from './hierarchy/index.js';
export type {
  Anomaly, AnomalyReport, ChangePointOptions, ChangePoints, ColumnDrift, DecompositionAnomalyOptions,
  DiagnosticsOptions, DriftColumns, DriftLevel, DriftOptions, DriftReport, ModelAnomalyOptions,
  ResidualDiagnostics, SeasonalityOptions, SeasonalPeriod, Segment, TestResult, Trend, TrendOptions,
} from './insight/index.js';
export {
  anomalies, changePoints, driftReport, residualDiagnostics, seasonalityOf, trendOf,
} from './insight/index.js';
export type { LinearFit } from './least-squares/least-squares.js';
export { leastSquares } from './least-squares/least-squares.js';
export type {
  ArchOptions, ArimaModel, ArimaOptions, AutoArimaOptions, AutoEtsOptions, Estimates, EwmaVolatilityOptions,
  Exogenous, FittedArima, FittedLocalModel, FittedVolatility, ForecastOptions, GarchOptions,
  GjrGarchOptions, HoltOptions, HoltWintersOptions, Interval, LocalForecast, LocalModel, LocalModelKind,
  M4Options, MflesOptions, ModelSettings, MstlDecomposition, MstlModelOptions, MstlOptions,
  SeasonalNaiveOptions, SeasonalWindowAverageOptions, SeasonKind, StlDecomposition, StlOptions, Strengths,
  ThetaOptions, TsbOptions, VolatilityModel, WindowAverageOptions,
} from './local/index.js';
export {
  adida, arch, arima, autoArima, autoEts, autoTheta, classicTheta, crostonClassic, crostonOptimized,
  crostonSba, decomposeSeasons, drift, dynamicOptimizedTheta, dynamicTheta, ewmaVolatility, garch, gjrGarch,
  historicAverage, holt, holtWinters, imapa, mfles, mstl, naive, naive2, optimizedTheta, seasonalNaive,
  seasonalWindowAverage, ses, stl, theta, tsb, windowAverage,
} from './local/index.js';
export type {
  DieboldMariano, HitRate, IntervalEnds, QuantileForecast, SeasonalScale, ShareInterval,
} from './metrics/index.js';
export {
  coverage, crpsOfNormal, crpsOfQuantiles, dieboldMariano, hitRate, intervalWidth, mase, meanAbsolute,
  meanAbsolutePercentage, multiQuantileLoss, overallWeightedAverage, pinballLoss, rmsse, rootMeanSquare,
  seasonalScale, smape100, smape200, wilsonInterval, winklerScore,
} from './metrics/index.js';
export {
  covariatesOf, loadNeuralModel, localModels, modelFromSettings, neuralModels,
} from './registry/index.js';
export type {
  Bars, CompareOptions, Comparison, ComparisonRow, DailyFeatures, EpochReport, FeatureKind,
  FitForecasterOptions, FitNetworkOptions, FittedForecaster, Forecaster, LogPriceOptions, NaiveKind,
  Network, NetworkKind, NetworkShape, OriginRange, PriceHistory, SaveForecasterOptions, Scaler,
  Score, SplitOptions, TimeSplit, Verdict,
} from './returns/index.js';
export {
  barHistory, compareForecasters, cumulativeReturns, fitForecaster, forecastRange, forecastWithOnnx,
  largestDifference, loadForecaster, logPriceFrame, logReturns, lookbackWindows, meanAbsoluteScaled,
  metricLegend, networkKinds, priceHistory, randomWalkScale, rowTitles, saveForecaster, saveForecasterOnnx,
  scoreForecast, seasonalReturns, splitByTime, trainingMean, verdictOf, zeroReturn,
} from './returns/index.js';
export type {
  CombineOptions, EnsembleWeights, ForecastFrameOptions, ForecastModel, ForecastTable, RunOptions,
  RunProgress, SeriesFailure,
} from './run/index.js';
export {
  columnNames, combineForecasts, forecastFrame, selectForecasts, unreachedMessage, writeForecasts,
} from './run/index.js';
export type { Layout, ReadSeriesOptions, Series, SeriesTable } from './series/index.js';
export { parseSeries, readSeries } from './series/index.js';
export type {
  CalendarPart, FittedTransform, RollingStatistic, TransformSettings, TransformState,
} from './transforms/index.js';
export {
  calendarFeatures, fitTransform, fourierTerms, guerreroLambda, holidayFeature, lagFeatures, rollingFeature,
  transformed, transformFrom,
} from './transforms/index.js';
export type {
  AutoEnsembleOptions, BestOfOptions, Combination, ConformalMethod, ConformalOptions, EnsembleOptions,
} from './wrappers/index.js';
export { autoEnsemble, bestOf, conformal, ensemble } from './wrappers/index.js';
