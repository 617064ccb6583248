export * from './asha.js';
export * from './asha-stopping.js';
export * from './cross-validation.js';
export * from './hyperband.js';
export * from './objective.js';
export type { PlainConfig, SpacePoint } from './points.js';
export { randomSampler, type SearchSampler, type TrialObservation } from './sampler.js';
export {
  fullBudget,
  type HalvingOptions,
  type RunningTrial,
  type SearchHistory,
  type TrialJob,
  type TrialOutcome,
  type TrialScheduler,
} from './scheduler.js';
export * from './search.js';
export type { SearchEnd } from './search-run.js';
export * from './table.js';
export * from './tpe.js';
export type { SearchDirection, TrialRecord, TrialReport, TrialSummary } from './trial.js';
export * from './vary.js';
