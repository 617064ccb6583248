/** What a source of energy readings is: a meter in the machine, or a model that stands in for one. */
import type { Range } from '../quantities/range.js';

/** Parts of a machine. `board` is what a platform meter sees beyond processor and memory. */
export type Component = 'cpu' | 'memory' | 'gpu' | 'board';

export const components: readonly Component[] = ['cpu', 'memory', 'gpu', 'board'];

/** How a component's energy is known. */
export interface Method {
  /** A short name for tables: `rapl`, `tdp-model`, … */
  readonly name: string;
  /** One sentence: what is read, with which constants. */
  readonly description: string;
  /** Read from a meter in the hardware, or computed by a model. */
  readonly isMeasured: boolean;
  /** The true energy lies between these factors times the given one. */
  readonly rangeFactors: Range;
}

/** What happened between two samples, as far as models need it. */
export interface Interval {
  /** Time that the machine ran, by a clock that only goes forward. */
  readonly seconds: number;
  /** Time that it was suspended. */
  readonly suspendedSeconds: number;
  /** Busy share of all processors, 0 to 1. */
  readonly utilization: number;
}

/** Energy of one component in an interval; `gap` says why it is not known. */
export type Delta =
  | { readonly joules: number; readonly idleJoules?: number }
  | { readonly gap: string; readonly idleJoules?: number };

export type Deltas = Readonly<Partial<Record<Component, Delta>>>;

/**
 * A meter or a model. Users may bring their own, e.g. for a plug that measures: `track({ sources: [plug] })`.
 */
export interface EnergySource {
  /** The components it gives, and how. */
  readonly methods: Readonly<Partial<Record<Component, Method>>>;
  /** Takes the first reading. */
  start(): void;
  /** Energy since the sample before, for each component of `methods`. Never negative. */
  sample(interval: Interval): Deltas;
  /** Waits for a reading that is due, before the last sample. */
  settle?(): Promise<void>;
  stop(): void | Promise<void>;
  /** Share of its GPU energy that belongs to these processes, where the driver tells; asked after `sample`. */
  gpuShare?(pids: ReadonlySet<number>): number | undefined;
}
