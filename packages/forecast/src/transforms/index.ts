export { guerreroLambda, likelihoodLambda } from './box-cox.js';
export * from './features.js';
export { fitTransform, transformFrom } from './fit-transform.js';
export type { FittedTransform, TransformSettings, TransformState } from './transform.js';
export { transformed } from './transformed.js';
