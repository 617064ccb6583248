export * from './diebold-mariano.js';
export * from './errors.js';
export * from './hit-rate.js';
export * from './percentage.js';
export * from './probabilistic.js';
export * from './scaled.js';
