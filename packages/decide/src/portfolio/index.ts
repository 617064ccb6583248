export * from './backtest/index.js';
export * from './black-litterman/index.js';
export * from './convex/index.js';
export * from './hierarchical/index.js';
export * from './named-weights.js';
export * from './trading/index.js';
