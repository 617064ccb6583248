export { type Standardized, standardize } from './standardize.js';
