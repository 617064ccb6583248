export { type EmbodiedOptions, embodiedKilograms } from './carbon/embodied.js';
export type { FactorOptions, Tariff } from './carbon/factors.js';
export { type CarbonIntensity, carbonIntensity, carbonPlaces, worldIntensity } from './carbon/intensity.js';
export { type Schedule, type Since, scheduleAt } from './carbon/schedule.js';
export { type SciInput, type SciScore, sciScore } from './carbon/sci.js';
export { FootprintError } from './errors.js';
export type { Range } from './range.js';
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
export type { TrackOptions } from './tracker/options.js';
export { jsonLinesSink, type RecordLine, type RecordSink, readRecord } from './tracker/record.js';
export type { ComponentReport, GapReport, Report, WindowReport } from './tracker/report.js';
export type { Run } from './tracker/run.js';
export { type Measured, measure, track } from './tracker/track.js';
export type { Window } from './tracker/windows.js';
export { joulesPerKilowattHour, kilowattHours } from './units.js';
