export * from './solver/index.js';
