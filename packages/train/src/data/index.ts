export * from './array-batches.js';
export type { BatchOptions, BatchSource } from './batch-source.js';
export * from './class-weights.js';
export * from './folds.js';
export type { Keys } from './keys.js';
export { takeRows } from './rows.js';
export { groupSplit, type Split, type SplitOptions, splitRows, stratifiedSplit } from './splits.js';
export * from './time-splits.js';
