/** The options of `track`. */
import type { FactorOptions } from '../carbon/factors.js';
import type { SourceOptions } from '../sources/detect.js';
import type { Component } from '../sources/energy-source.js';
import type { Host } from '../system/host.js';
import type { Budget } from './budget.js';
import type { View } from './ledger.js';
import type { RecordSink } from './record.js';
import type { Report } from './report.js';

export interface TrackOptions extends FactorOptions, SourceOptions {
  /** @default 'run' */
  readonly name?: string;
  /**
   * Whose energy is stated: `machine`, everything that it drew; `process`, the share of the tracked processes in what
   * it drew beyond its idle power. Reports hold both.
   * @default 'machine'
   */
  readonly view?: View;
  /** `tree`: a process and its descendants. `cgroup`: everything in its control group. @default 'tree' */
  readonly scope?: 'tree' | 'cgroup';
  /** Root of the tree. @default this process */
  readonly pid?: number;
  /** Milliseconds between samples. @default 1000 */
  readonly intervalMs?: number;
  /** No timer: samples are taken at windows and by `run.sample()`. @default false */
  readonly manual?: boolean;
  /** File (JSON lines) or sink that each sample is appended to. @default none */
  readonly record?: string | RecordSink;
  readonly budget?: Budget;
  /** Watts drawn when nobody works. @default of the model, at most what is measured */
  readonly idleWatts?: Readonly<Partial<Record<Component, number>>>;
  /** What the work delivered, for the SCI score. @default no score */
  readonly functionalUnit?: { readonly unit: string; readonly units: number };
  /** Told once for each budget that is used up, and for a record that cannot be written. */
  readonly onWarning?: (text: string) => void;
  readonly onStop?: (report: Report) => void;
  /** The machine, or a recording of one. @default `openHost()` */
  readonly host?: Host;
}
