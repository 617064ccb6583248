export { type EvaluateOptions, evaluateTask, type LearnData, predictTask } from './evaluate.js';
export { type LearnOptions, type LearnResult, learn } from './learn.js';
