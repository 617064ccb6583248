/** @noosphere/forecast: time series, from a table to forecasts that are compared with naive ones. */
export * from './evaluate/index.js';
export * from './explain/index.js';
export * from './frame/index.js';
export * from './global/index.js';
export * from './hierarchy/index.js';
export * from './insight/index.js';
export * from './least-squares/least-squares.js';
export * from './local/index.js';
export * from './metrics/index.js';
export * from './registry/index.js';
export * from './returns/index.js';
export * from './run/index.js';
export * from './series/index.js';
export * from './transforms/index.js';
export * from './wrappers/index.js';
