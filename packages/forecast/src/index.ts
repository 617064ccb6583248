/** @noosphere/forecast: time series, from a table to forecasts that are compared with naive ones. */
export * from './baselines.js';
export * from './compare/index.js';
export * from './evaluate/index.js';
export * from './explain/index.js';
export * from './frame/index.js';
export * from './global/index.js';
export * from './hierarchy/index.js';
export * from './insight/index.js';
export * from './local/index.js';
export * from './metrics/index.js';
export * from './models/index.js';
export * from './run/index.js';
export * from './series/index.js';
export * from './transforms/index.js';
export * from './windows/index.js';
export * from './wrappers/index.js';
