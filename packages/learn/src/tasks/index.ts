export * from './classification.js';
export * from './ctc.js';
export * from './pairs.js';
export * from './regression.js';
export * from './task.js';
export * from './tokens.js';
