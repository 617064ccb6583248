export * from './column-encoder.js';
export { Dataset, type DatasetSplit } from './dataset.js';
