export * from './lots.js';
export * from './trades.js';
