export * from './array-batches.js';
export type { BatchOptions, BatchSource } from './batch-source.js';
export { takeRows } from './rows.js';
