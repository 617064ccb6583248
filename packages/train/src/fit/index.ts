export * from '../step/callback.js';
export * from './fit.js';
export * from './learning-rate-finder.js';
export type { Meter } from './meter.js';
export { type MonitorOptions, type PlateauRule, reduceOnPlateau } from './monitor.js';
export * from './progress.js';
