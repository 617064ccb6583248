export * from './backtest.js';
export * from './folds.js';
export * from './statistics.js';
