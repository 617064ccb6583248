export * from './constraints.js';
export * from './frontier-problem.js';
export * from './mean-variance.js';
export * from './risk-budgets.js';
export * from './tail-risk.js';
