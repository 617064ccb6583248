export * from './hierarchical-risk-parity.js';
export * from './linkage.js';
