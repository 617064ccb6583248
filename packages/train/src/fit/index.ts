export * from '../step/callback.js';
export * from './fit.js';
export * from './history.js';
export * from './learning-rate-finder.js';
export * from './meter.js';
export * from './monitor.js';
export * from './progress.js';
