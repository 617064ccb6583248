export * from './correlation-breakdown.js';
export * from './diversification.js';
export * from './hedging.js';
export * from './stress.js';
