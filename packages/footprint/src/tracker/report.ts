/** What a run took, as plain data: numbers in SI units, `null` for what is not known. */
import type { CarbonIntensity } from '../carbon/intensity.js';
import type { SciScore } from '../carbon/sci.js';
import type { Range } from '../quantities/range.js';
import type { Component } from '../sources/energy-source.js';
import type { Exceeded } from './budget.js';
import type { View } from './ledger.js';

/** One component of the machine. */
export interface ComponentReport {
  /** Of the whole machine; `null` where nothing was known of it at any time. */
  readonly energyJoules: number | null;
  readonly rangeJoules: Range | null;
  /** What it draws when nobody works; a part of `energyJoules`. */
  readonly idleJoules: number;
  /** What the tracked processes caused, without any idle part. */
  readonly processJoules: number;
  readonly meanPowerWatts: number | null;
  /** Short name of the method: `rapl`, `nvidia-energy`, `tdp-model`, … */
  readonly method: string;
  readonly isMeasured: boolean;
  /** What was read, with which constants. */
  readonly description: string;
  /** Seconds in which the model stood in for the meter, and in which nothing was known. */
  readonly modelledSeconds: number;
  readonly unknownSeconds: number;
}

/** A time in which something was not measured. */
export interface GapReport {
  readonly component: Component | 'clock';
  readonly reason: string;
  readonly fromSeconds: number;
  readonly toSeconds: number;
  readonly filledJoules: number | null;
}

/** All windows of one path together. */
export interface WindowReport {
  /** Names from the outside in, joined by `/`. */
  readonly path: string;
  readonly count: number;
  readonly elapsedSeconds: number;
  readonly energyJoules: number;
  /** With the site's overhead. */
  readonly carbonKilograms: number | null;
  readonly cost: number | null;
  readonly processCpuSeconds: number;
}

export interface Report {
  readonly schema: 'noosphere-footprint/1';
  readonly name: string;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly elapsedSeconds: number;
  readonly suspendedSeconds: number;
  /** Whose energy, carbon, water and cost the report states. */
  readonly view: View;
  /** Of the computer, without the site's overhead. */
  readonly energyJoules: number;
  readonly rangeJoules: Range;
  /** energyJoules · pue. */
  readonly siteJoules: number;
  readonly pue: number;
  readonly components: Readonly<Partial<Record<Component, ComponentReport>>>;
  readonly machineJoules: number;
  readonly idleJoules: number;
  readonly processJoules: number;
  readonly processCpuSeconds: number;
  readonly machineCpuSeconds: number;
  readonly peakMemoryBytes: number;
  readonly carbon: {
    readonly operationalKilograms: number;
    readonly rangeKilograms: Range;
    readonly embodiedKilograms: number | null;
    readonly marginalKilograms: number | null;
    readonly intensity: CarbonIntensity;
  };
  readonly sci: SciScore | null;
  readonly waterLitres: number | null;
  readonly cost: { readonly amount: number; readonly currency: string } | null;
  readonly windows: readonly WindowReport[];
  readonly gaps: readonly GapReport[];
  readonly budgetExceeded: readonly Exceeded[];
  readonly warnings: readonly string[];
  readonly machine: {
    readonly cpuModel: string;
    readonly processors: number;
    readonly memoryBytes: number;
    readonly isVirtual: boolean;
    readonly platform: string;
  };
}
