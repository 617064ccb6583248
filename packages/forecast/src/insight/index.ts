/** What a series shows: trend, seasons, change points, anomalies, drift, and what a model leaves. */
export * from './anomalies.js';
export * from './change-points.js';
export * from './drift.js';
export * from './residual-diagnostics.js';
export * from './seasonality.js';
export * from './trend.js';
