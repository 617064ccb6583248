/** Models of returns: prices of one market, and its return over the next days as one number. Paths of many series are `global/`. */
export { seasonalReturns, trainingMean, zeroReturn } from './baselines.js';
export * from './compare.js';
export type { FeatureKind } from './features.js';
export * from './fit-forecaster.js';
export type { EpochReport, FitNetworkOptions } from './fit-network.js';
export {
  type Forecaster,
  forecastRange,
  type SaveForecasterOptions,
  saveForecasterOnnx,
} from './forecaster.js';
export { type ForecasterJson, forecasterFromJson, forecasterToJson } from './forecaster-json.js';
export { type Network, type NetworkKind, type NetworkShape, networkKinds } from './networks.js';
export * from './price-frame.js';
export * from './prices.js';
export * from './rescore.js';
export type { Scaler } from './scaler.js';
export * from './score.js';
export { type OriginRange, type SplitOptions, splitByTime, type TimeSplit } from './split.js';
export * from './verdict.js';
export * from './windows.js';
