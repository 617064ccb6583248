/** What a program takes of the process's memory on the CPU, foretold from its graph's cost. */
import type { GraphCost } from '../graph/index.js';

/** What a loaded session takes besides its values. */
const sessionBytes = 4e6;
/** The runtime's arena leaves gaps, and kernels need room inside. */
const arenaFactor = 4 / 3;

/**
 * Bytes by which a process grows when a program runs again and again on the CPU: 4/3 (peak + outputs) + 4 MB.
 *
 * The results of one call wait for collection while the next call makes its own, so outputs count twice. The two
 * constants are measured, on training steps of 0.1 to 1,000 MB: what was foretold is within 25 % of the process's growth there.
 *
 * @example
 * console.log(cpuResidentBytes({ peakBytes: 80e6, outputBytes: 10e6 }) / 1e6); // → 124
 */
export function cpuResidentBytes({
  peakBytes,
  outputBytes,
}: Pick<GraphCost, 'peakBytes' | 'outputBytes'>): number {
  return arenaFactor * (peakBytes + outputBytes) + sessionBytes;
}
