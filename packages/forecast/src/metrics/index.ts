export * from './errors.js';
export * from './hit-rate.js';
export * from './score.js';
