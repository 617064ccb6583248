export * from './price-frame.js';
export * from './prices.js';
export * from './split.js';
export * from './windows.js';
