/** @noosphere/train: layers, losses, optimizers, and the loop that trains with them. */

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
export * from './step/context.js';
export { defineStep } from './step/define-step.js';
export type { LossFunction, LossResult } from './step/loss-call.js';
export { NonFiniteLossError } from './step/non-finite-loss-error.js';
export { type StepCost, stepCost } from './step/step-cost.js';
export * from './step/step-graph.js';
export * from './step/train-step.js';
