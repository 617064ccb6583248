/** Finding the energy meters of Linux's powercap tree, each once. */
import { type Host, listOr, type ReadProblem, readOr, tryRead } from '../system/host.js';

export const powercapFolder = '/sys/class/powercap';

export interface RaplZone {
  /** As the kernel names it: `package-0`, `dram`, `psys`. */
  readonly name: string;
  /** E.g. `intel-rapl:0`. */
  readonly id: string;
  readonly kind: 'package' | 'dram' | 'psys';
  readonly energyFile: string;
  /** Microjoules at which the counter starts again. */
  readonly maximumMicrojoules: number | undefined;
  /** Most that the zone is allowed to draw, where the kernel tells. */
  readonly limitWatts: number | undefined;
}

/** A zone that is there and gives nothing. */
export interface LostZone {
  readonly name: string;
  readonly id: string;
  readonly energyFile: string;
  readonly problem: ReadProblem | 'duplicate';
}

export interface RaplZones {
  readonly zones: readonly RaplZone[];
  readonly lost: readonly LostZone[];
  /** Whether the kernel shows a powercap tree at all. */
  readonly hasTree: boolean;
}

/**
 * Package, dram and psys zones, each once: core and uncore are parts of their package, and intel-rapl-mmio shows the
 * meters of intel-rapl a second time. A dram zone is told apart by its package.
 */
export function findRaplZones(host: Host): RaplZones {
  const entries = listOr(host, powercapFolder);
  const ids = entries
    .filter((entry) => /^intel-rapl(-mmio)?:\d+(:\d+)?$/.test(entry))
    // The register interface first: what mmio shows beyond it is kept, what it repeats is dropped.
    .sort((a, b) => Number(a.includes('mmio')) - Number(b.includes('mmio')) || (a < b ? -1 : 1));
  const found = new Map<string, RaplZone>();
  const lost = new Map<string, LostZone>();
  const repeated: LostZone[] = [];
  for (const id of ids) {
    const folder = `${powercapFolder}/${id}`;
    const name = readOr(host, `${folder}/name`)?.trim() ?? id;
    const kind = kindOf(name);
    if (kind === undefined) continue;
    const energyFile = `${folder}/energy_uj`;
    const key = kind === 'dram' ? `${parentName(host, id)}/${name}` : name;
    const read = tryRead(host, energyFile);
    if ('problem' in read || !isNumber(read.text)) {
      lost.set(key, { name, id, energyFile, problem: 'problem' in read ? read.problem : 'failed' });
    } else if (found.has(key)) {
      repeated.push({ name, id, energyFile, problem: 'duplicate' });
    } else {
      found.set(key, {
        name,
        id,
        kind,
        energyFile,
        maximumMicrojoules: numberIn(host, `${folder}/max_energy_range_uj`),
        limitWatts: limitOf(host, folder),
      });
    }
  }
  const reallyLost = [...lost].filter(([key]) => !found.has(key)).map(([, zone]) => zone);
  return { zones: [...found.values()], lost: [...reallyLost, ...repeated], hasTree: entries.length > 0 };
}

function kindOf(name: string): RaplZone['kind'] | undefined {
  if (name.startsWith('package')) return 'package';
  if (name === 'psys') return 'psys';
  return name === 'dram' || name.startsWith('dram-') ? 'dram' : undefined;
}

function parentName(host: Host, id: string): string {
  const parent = id.replace(/:\d+$/, '');
  return readOr(host, `${powercapFolder}/${parent}/name`)?.trim() ?? parent;
}

function limitOf(host: Host, folder: string): number | undefined {
  const watts = [0, 1, 2]
    .flatMap((index) => [
      numberIn(host, `${folder}/constraint_${index}_max_power_uw`),
      numberIn(host, `${folder}/constraint_${index}_power_limit_uw`),
    ])
    .filter((value) => value !== undefined && value > 0)
    .map((microwatts) => Number(microwatts) / 1e6);
  return watts.length === 0 ? undefined : Math.max(...watts);
}

function numberIn(host: Host, path: string): number | undefined {
  const text = readOr(host, path);
  return text !== undefined && isNumber(text) ? Number(text) : undefined;
}

function isNumber(text: string): boolean {
  return /^\s*\d+\s*$/.test(text);
}
