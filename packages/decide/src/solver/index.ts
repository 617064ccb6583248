export * from './program.js';
export * from './solve.js';
