export * from './allocate.js';
export * from './allocate-by-search.js';
export * from './evaluate.js';
export * from './problem.js';
export * from './sensitivity.js';
