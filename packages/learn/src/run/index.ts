export { type EvaluateOptions, evaluateTask, type LearnData, predictTask } from './evaluate.js';
export { type EpochRecord, type LearnOptions, type LearnResult, learn } from './learn.js';
