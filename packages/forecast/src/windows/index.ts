export * from './prices.js';
export * from './split.js';
export * from './windows.js';
