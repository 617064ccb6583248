export { type AutoEnsembleOptions, autoEnsemble } from './auto-ensemble.js';
export { type ConformalMethod, type ConformalOptions, conformal } from './conformal.js';
export { type BestOfOptions, bestOf, type Combination, type EnsembleOptions, ensemble } from './ensemble.js';
