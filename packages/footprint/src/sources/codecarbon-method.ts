/**
 * CodeCarbon 3's models, re-implemented for comparison: its numbers, not our opinion. Same load, same joules.
 *
 * cpu: TDP · (0.1 + 0.9 · u³). memory: 5 W a module guessed from the size (1.5 W on ARM), fewer watts from the fifth on.
 */
import { CpuModelSource } from './cpu-model.js';
import { MemoryModelSource } from './memory-model.js';

/** Its 1 J in kWh is rounded: 2.77778e-7. */
export const codecarbonKilowattHoursPerJoule = 2.77778e-7;

/** TDP · (0.1 + 0.9 · u³), machine mode. */
export function codecarbonCpuModel(tdpWatts: number): CpuModelSource {
  return new CpuModelSource((load) => tdpWatts * (0.1 + 0.9 * load ** 3), {
    name: 'codecarbon-cpu',
    description: `CodeCarbon's model: ${tdpWatts} W x (0.1 + 0.9 load³)`,
    isMeasured: false,
    rangeFactors: [0.4, 2.5],
  });
}

/** Watts a guessed memory module, constant over time. */
export function codecarbonMemoryModel(
  totalBytes: number,
  { isArm = false }: { readonly isArm?: boolean } = {},
): MemoryModelSource {
  const watts = memoryWatts(totalBytes / 2 ** 30, isArm);
  return new MemoryModelSource(watts, {
    name: 'codecarbon-memory',
    description: `CodeCarbon's model: ${watts} W for ${(totalBytes / 2 ** 30).toFixed(1)} GiB`,
    isMeasured: false,
    rangeFactors: [0.2, 1.5],
  });
}

function memoryWatts(gibibytes: number, isArm: boolean): number {
  const each = isArm ? 1.5 : 5;
  const modules = moduleCount(gibibytes);
  const upTo = (from: number, to: number) => Math.min(Math.max(0, modules - from), to - from);
  const watts =
    each * (upTo(0, 4) + 0.9 * upTo(4, 8) + 0.8 * upTo(8, 16) + 0.7 * upTo(16, Number.POSITIVE_INFINITY));
  return Math.max(isArm ? 3 : 2 * each, watts);
}

function moduleCount(gibibytes: number): number {
  if (gibibytes <= 2) return 1;
  if (gibibytes <= 16) return 2;
  if (gibibytes <= 64) return 4;
  if (gibibytes <= 128) return 8;
  const size = [128, 64, 32, 16].find((module) => module <= gibibytes / 8) ?? 16;
  return Math.min(32, Math.ceil(gibibytes / size));
}
