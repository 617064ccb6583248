export { type EmbodiedOptions, embodiedKilograms } from './carbon/embodied.js';
export type { FactorOptions, Tariff } from './carbon/factors.js';
export { type CarbonIntensity, carbonIntensity, carbonPlaces } from './carbon/intensity.js';
export { type Schedule, type Since, scheduleAt } from './carbon/schedule.js';
export { type SciInput, type SciScore, sciScore } from './carbon/sci.js';
export { type Diagnosis, diagnose } from './cli/doctor.js';
export { type Watched, watch } from './cli/watch.js';
export { FootprintError } from './errors.js';
export {
  type CalibrateOptions,
  type Calibration,
  calibrate,
  estimateWork,
  type MachineRates,
  type Work,
} from './predict/calibrate.js';
export {
  type Estimate,
  type Prediction,
  type PredictOptions,
  type Progress,
  predictRun,
} from './predict/predict-run.js';
export { predictStop, type StopOptions } from './predict/predict-stop.js';
export { pseudonym } from './privacy/pseudonym.js';
export {
  type ChainCheck,
  type ChainFault,
  type ChainOptions,
  openChain,
  pruneChain,
  readChain,
  verifyChain,
} from './privacy/record-chain.js';
export { seal, unseal } from './privacy/sealed.js';
export { type PersonalField, SubjectVault } from './privacy/subjects.js';
export type { Range } from './range.js';
export { type ComparedRun, type ComparisonRow, compareRuns } from './reports/compare.js';
export { type CsvOptions, toCodecarbonCsv } from './reports/csv.js';
export { toMarkdown } from './reports/markdown.js';
export { toPrometheus } from './reports/prometheus.js';
export { toSentence } from './reports/sentence.js';
export { type KnownWork, type Scenario, type ScenarioResult, whatIf } from './reports/what-if.js';
export { loadShare } from './sources/cpu-model.js';
export { type CpuPower, findCpuPower } from './sources/cpu-power.js';
export {
  type DetectedSources,
  detectSources,
  type Machine,
  type SourceOptions,
  type SourceProblem,
} from './sources/detect.js';
export type { Component, Delta, Deltas, EnergySource, Interval, Method } from './sources/energy-source.js';
export type { CpuTimes, Host, StreamListener } from './system/host.js';
export { type HostOptions, openHost } from './system/real-host.js';
export { type Frame, RecordedHost, type RecordedHostOptions } from './system/recorded-host.js';
export type { Budget, Exceeded } from './tracker/budget.js';
export type { View } from './tracker/ledger.js';
export {
  type FootprintMeter,
  footprintMeter,
  type TrainingCallback,
  type TrainingPlan,
} from './tracker/meter.js';
export type { TrackOptions } from './tracker/options.js';
export { jsonLinesSink, type RecordLine, type RecordSink, readRecord } from './tracker/record.js';
export type { ComponentReport, GapReport, Report, WindowReport } from './tracker/report.js';
export type { Run } from './tracker/run.js';
export { type Measured, measure, track } from './tracker/track.js';
export type { Window } from './tracker/windows.js';
export { kilowattHours } from './units.js';
