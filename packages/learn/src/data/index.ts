export { Dataset, type DatasetSplit } from './dataset.js';
