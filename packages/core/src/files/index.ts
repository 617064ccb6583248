export * from './read.js';
export * from './temporary.js';
export * from './write.js';
