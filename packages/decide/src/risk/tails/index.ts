export * from './monte-carlo.js';
export * from './rolling.js';
export * from './tail-risk.js';
