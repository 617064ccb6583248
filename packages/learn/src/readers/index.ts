export * from './arrow.js';
export * from './arrow-table.js';
export { refuseForeignFormat } from './foreign-formats.js';
export * from './npy.js';
export * from './npz.js';
