/** @noosphere/forecast: time series, from a table to forecasts that are compared with naive ones. */
export * from './series/index.js';
