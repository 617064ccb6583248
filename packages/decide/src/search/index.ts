export * from './cma-es.js';
export * from './differential-evolution.js';
export * from './genetic-algorithm.js';
export type { EvaluatedPoint, SearchMethod, SearchRun, SearchSetting } from './method.js';
export * from './minimize.js';
export * from './particle-swarm.js';
export type { SearchVariable } from './variables.js';
export type { VariationOptions } from './variation.js';
