export { tiedPaths } from '../step/tied-paths.js';
export * from './freeze.js';
export * from './state-dict.js';
export * from './summary.js';
