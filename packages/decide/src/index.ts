export * from './allocation/index.js';
export * from './focused/index.js';
export * from './moments/index.js';
export * from './portfolio/index.js';
export * from './risk/index.js';
export * from './search/index.js';
export * from './solver/index.js';
export * from './turbulence/index.js';
