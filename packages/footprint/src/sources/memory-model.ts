/** The energy of memory from its size, where nothing measures it. */
import type { Deltas, EnergySource, Interval, Method } from './energy-source.js';

/** Watts a gigabyte (10⁹ bytes): Green Algorithms 0.3725, Crucial's rule 0.375, Cloud Carbon Footprint 0.392. */
export const memoryWattsPerGigabyte = 0.3725;

/**
 * Power of memory by its size: P = 0.3725 W/GB · size, whatever is stored in it.
 *
 * Small machines draw less a gigabyte than servers with many modules, so the range is wide.
 *
 * @param totalBytes - installed memory
 */
export function memoryModel(
  totalBytes: number,
  wattsPerGigabyte: number = memoryWattsPerGigabyte,
): MemoryModelSource {
  return new MemoryModelSource((totalBytes / 1e9) * wattsPerGigabyte, {
    name: 'memory-model',
    description: `model: ${(totalBytes / 1e9).toFixed(1)} GB x ${wattsPerGigabyte} W/GB`,
    isMeasured: false,
    rangeFactors: [0.4, 2],
  });
}

/** A constant power over time. */
export class MemoryModelSource implements EnergySource {
  readonly methods: { readonly memory: Method };
  readonly watts: number;

  constructor(watts: number, method: Method) {
    this.watts = watts;
    this.methods = { memory: method };
  }

  start(): void {}

  sample({ seconds }: Interval): Deltas {
    return { memory: { joules: this.watts * seconds } };
  }

  stop(): void {}
}
