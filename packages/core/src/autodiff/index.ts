export * from './checkpoint.js';
export * from './gradients.js';
export * from './tap.js';
export * from './transforms.js';
export * from './tree.js';
