export { allocate, type ExactPlan } from './allocate.js';
export * from './allocate-by-search.js';
export { type BrokenRule, type EvaluatedPlan, evaluatePlan } from './evaluate.js';
export * from './problem.js';
export * from './sensitivity.js';
