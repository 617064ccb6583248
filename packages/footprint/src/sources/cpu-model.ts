/** The energy of processors from their load, where nothing measures it. */
import type { Range } from '../quantities/range.js';
import { type CpuPower, virtualProcessorWatts } from './cpu-power.js';
import type { Deltas, EnergySource, Interval, Method } from './energy-source.js';

/** Power at a load: watts for a busy share of 0 to 1. */
export type PowerCurve = (utilization: number) => number;

/**
 * Share of its thermal design power that a processor draws at a load: 12 % idle, 32 % at a tenth, 75 % at half,
 * 102 % when full; straight lines between (measured over cloud machines by Teads, used by Boavizta).
 *
 * @param utilization - busy share of all processors, 0 to 1
 *
 * @example
 * console.log([0, 0.5, 1].map(loadShare)); // → [ 0.12, 0.75, 1.02 ]
 */
export function loadShare(utilization: number): number {
  const points: readonly Range[] = [
    [0, 0.12],
    [0.1, 0.32],
    [0.5, 0.75],
    [1, 1.02],
  ];
  const load = Math.min(1, Math.max(0, utilization));
  for (let index = 1; index < points.length; index++) {
    const [[x0, y0] = [0, 0], [x1, y1] = [1, 1]] = [points[index - 1], points[index]];
    if (load <= x1) return y0 + ((y1 - y0) * (load - x0)) / (x1 - x0);
  }
  return 1.02;
}

/** P = TDP · loadShare(u). */
export function tdpModel(power: CpuPower): CpuModelSource {
  return new CpuModelSource((load) => power.watts * loadShare(load), {
    name: 'tdp-model',
    description: `model: ${power.watts} W (${power.from}) x share of it at the machine's load`,
    isMeasured: false,
    rangeFactors: power.isKnown ? [0.6, 1.5] : [0.3, 2.5],
  });
}

/** P = n · (0.74 + u · (3.5 − 0.74)) W for n virtual processors. */
export function virtualCpuModel(processors: number): CpuModelSource {
  const [idle, full] = virtualProcessorWatts;
  return new CpuModelSource((load) => processors * (idle + load * (full - idle)), {
    name: 'vcpu-model',
    description: `model: ${processors} virtual processors of ${idle} W idle to ${full} W busy (mean of AWS, Cloud Carbon Footprint)`,
    isMeasured: false,
    rangeFactors: [0.4, 2.5],
  });
}

/** Energy = P(load) · seconds, idle part P(0) · seconds. */
export class CpuModelSource implements EnergySource {
  readonly methods: { readonly cpu: Method };
  readonly curve: PowerCurve;

  constructor(curve: PowerCurve, method: Method) {
    this.curve = curve;
    this.methods = { cpu: method };
  }

  start(): void {}

  sample({ seconds, utilization }: Interval): Deltas {
    return {
      cpu: { joules: this.curve(utilization) * seconds, idleJoules: this.curve(0) * seconds },
    };
  }

  stop(): void {}
}
