export * from './run-manifest.js';
export * from './runs.js';
