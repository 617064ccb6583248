export * from './read.js';
export * from './table.js';
