export {
  type CombineOptions,
  combineForecasts,
  type EnsembleWeights,
  selectForecasts,
} from './combine-forecasts.js';
export { type ForecastFrameOptions, forecastFrame } from './forecast-frame.js';
export { columnNames, type ForecastTable, type SeriesFailure, writeForecasts } from './forecast-table.js';
export type { ForecastModel } from './global-runs.js';
export { type RunOptions, type RunProgress, unreachedMessage } from './thread-pool.js';
