export * from './profile.js';
export * from './read.js';
export * from './write.js';
