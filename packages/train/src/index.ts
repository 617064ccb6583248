/** @noosphere/train: layers, losses, optimizers, and the loop that trains with them. */
export * from './context.js';
export * from './data/index.js';
export * from './files/checkpoint.js';
export * from './fit/index.js';
export * from './layers/index.js';
export * from './loggers/index.js';
export * from './losses/index.js';
export * as metrics from './metrics/index.js';
export { type Metric, metricNamed, metricNames } from './metrics/index.js';
export * from './model/index.js';
export * from './model-folder/index.js';
export * from './optimizers/index.js';
export * from './random.js';
export * from './runs/index.js';
export * from './search/index.js';
export type { LossFunction, LossResult } from './step/loss-call.js';
export * from './step/step-graph.js';
export * from './step/train-step.js';
