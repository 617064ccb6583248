/** Models of one series. */
export * from './arima/index.js';
export {
  historicAverage,
  type SeasonalWindowAverageOptions,
  seasonalWindowAverage,
  type WindowAverageOptions,
  windowAverage,
} from './averages.js';
export type { SeasonKind } from './decomposition/classical.js';
export { decomposeSeasons, type MstlDecomposition, type MstlOptions } from './decomposition/mstl.js';
export { type MstlModelOptions, mstl } from './decomposition/mstl-model.js';
export { type StlDecomposition, type StlOptions, stl } from './decomposition/stl.js';
export type { Strengths } from './decomposition/strength.js';
export {
  type AutoEtsOptions,
  autoEts,
  type HoltOptions,
  type HoltWintersOptions,
  holt,
  holtWinters,
  ses,
} from './ets/ets-models.js';
export * from './intermittent/index.js';
export type {
  Estimates,
  Exogenous,
  FittedLocalModel,
  ForecastOptions,
  Interval,
  LocalForecast,
  LocalModel,
  LocalModelKind,
  ModelSettings,
} from './local-model.js';
export { type MflesOptions, mfles } from './mfles/mfles-model.js';
export { drift, naive, type SeasonalNaiveOptions, seasonalNaive } from './naive.js';
export { classicTheta, type M4Options, naive2 } from './theta/m4-benchmarks.js';
export {
  autoTheta,
  dynamicOptimizedTheta,
  dynamicTheta,
  optimizedTheta,
  type ThetaOptions,
  theta,
} from './theta/theta-models.js';
export * from './volatility/index.js';
