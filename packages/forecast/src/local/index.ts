/** Models of one series. */
export * from './arima/index.js';
export * from './averages.js';
export * from './decomposition/classical.js';
export * from './decomposition/mstl.js';
export * from './decomposition/mstl-model.js';
export * from './decomposition/stl.js';
export * from './decomposition/strength.js';
export * from './ets/ets-models.js';
export * from './intermittent/index.js';
export * from './local-model.js';
export * from './mfles/mfles-model.js';
export * from './naive.js';
export * from './theta/m4-benchmarks.js';
export * from './theta/theta-models.js';
export * from './volatility/index.js';
