export * from './freeze.js';
export * from './state-dict.js';
export * from './summary.js';
export * from './tied-paths.js';
