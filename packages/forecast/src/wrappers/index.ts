export * from './auto-ensemble.js';
export * from './conformal.js';
export * from './ensemble.js';
