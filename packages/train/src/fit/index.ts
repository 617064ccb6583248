export * from './callback.js';
export * from './checkpoint.js';
export * from './fit.js';
export * from './progress.js';
