export * from './compare-features.js';
export * from './days.js';
export { loadWarningModel, saveWarningModel, type WarningModel } from './network-file.js';
export * from './options.js';
export * from './published-features.js';
export * from './scores.js';
export * from './warnings.js';
