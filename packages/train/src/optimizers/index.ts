export * from './adam.js';
export * from './optimizer.js';
