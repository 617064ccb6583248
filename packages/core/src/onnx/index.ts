export { elementTypeName, hostTensor, readTensor } from './decode-tensor.js';
export * from './encode.js';
export * from './export.js';
export * from './import.js';
export * from './load.js';
