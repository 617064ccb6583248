export * from './load-model.js';
export * from './manifest.js';
export * from './predictor.js';
export * from './processing.js';
export * from './registry.js';
export * from './rows.js';
export * from './save-model.js';
