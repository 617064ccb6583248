export * from './search/index.js';
export * from './solver/index.js';
