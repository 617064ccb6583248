export * from './constants.js';
export * from './graph.js';
export * from './node.js';
export * from './operator.js';
export * from './operator-names.js';
export * from './pullback.js';
export * from './rewrite.js';
export * from './tensor.js';
