/** Models of returns: prices of one market, and its return over the next days as one number. Paths of many series are `global/`. */
export * from './baselines.js';
export * from './compare.js';
export * from './features.js';
export * from './fit-forecaster.js';
export * from './fit-network.js';
export * from './forecaster.js';
export * from './networks.js';
export * from './price-frame.js';
export * from './prices.js';
export * from './rescore.js';
export * from './scaler.js';
export * from './score.js';
export * from './split.js';
export * from './verdict.js';
export * from './windows.js';
