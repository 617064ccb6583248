export * from './box-cox.js';
export * from './features.js';
export * from './fit-transform.js';
export * from './transform.js';
export * from './transformed.js';
