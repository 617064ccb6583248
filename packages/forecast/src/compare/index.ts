export * from './compare.js';
export { type DieboldMariano, dieboldMariano } from './diebold-mariano.js';
export * from './verdict.js';
