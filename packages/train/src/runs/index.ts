export { compareRuns, type RunDifference, type RunManifest } from './run-manifest.js';
export {
  listRuns,
  type RecordRunOptions,
  type Reproduction,
  type RunInputs,
  type RunOutcome,
  recordRun,
  reproduceRun,
} from './runs.js';
