/** Why a model gives what it gives. */
export * from './integrated-gradients.js';
export * from './occlusion.js';
export * from './permutation-importance.js';
export type { ExplainedOptions, Fill, Groups, Named, OutputOptions, RowFunction } from './rows.js';
export * from './shapley.js';
