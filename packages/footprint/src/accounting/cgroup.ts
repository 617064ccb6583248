/** The kernel's own account of a control group: every process in it, however short its life. */
import { type Host, readOr } from '../system/host.js';
import type { TreeUse } from './process-tree.js';

/** Where a process's group keeps its counters. */
export interface CgroupPlace {
  readonly version: 1 | 2;
  /** File with the processor time used. */
  readonly cpuFile: string;
  /** File with the memory used, where there is one. */
  readonly memoryFile: string;
}

/** Finds the group of a process; in a container its path is often not visible, then the mount's root is the group. */
export function findCgroup(host: Host, pid: number | 'self' = 'self'): CgroupPlace | undefined {
  const lines = readOr(host, `/proc/${pid}/cgroup`)?.trim().split('\n') ?? [];
  const pathOf = (controller: string) =>
    lines.map((line) => line.split(':')).find(([, names]) => names?.split(',').includes(controller))?.[2];
  const candidates: CgroupPlace[] = [];
  for (const path of [pathOf(''), '/']) {
    if (path === undefined) continue;
    for (const mount of ['/sys/fs/cgroup', '/sys/fs/cgroup/unified']) {
      const folder = `${mount}${path === '/' ? '' : path}`;
      candidates.push({ version: 2, cpuFile: `${folder}/cpu.stat`, memoryFile: `${folder}/memory.current` });
    }
  }
  const memoryPath = pathOf('memory') ?? '/';
  for (const path of [pathOf('cpuacct'), '/']) {
    if (path === undefined) continue;
    for (const mount of ['cpuacct', 'cpu,cpuacct']) {
      candidates.push({
        version: 1,
        cpuFile: `/sys/fs/cgroup/${mount}${path === '/' ? '' : path}/cpuacct.usage`,
        memoryFile: `/sys/fs/cgroup/memory${memoryPath === '/' ? '' : memoryPath}/memory.usage_in_bytes`,
      });
    }
  }
  return candidates.find((place) => readCpuSeconds(host, place) !== undefined);
}

/** Processor seconds used by a group since it was made. */
export function readCpuSeconds(host: Host, { version, cpuFile }: CgroupPlace): number | undefined {
  const text = readOr(host, cpuFile);
  if (text === undefined) return undefined;
  const found = version === 2 ? /^usage_usec (\d+)/m.exec(text)?.[1] : /^(\d+)/.exec(text)?.[1];
  return found === undefined ? undefined : Number(found) / (version === 2 ? 1e6 : 1e9);
}

/** Follows a control group instead of a process tree. */
export class CgroupUse {
  readonly #host: Host;
  readonly #place: CgroupPlace;
  #last: number | undefined;

  constructor(host: Host, place: CgroupPlace) {
    this.#host = host;
    this.#place = place;
  }

  sample(): TreeUse {
    const now = readCpuSeconds(this.#host, this.#place) ?? this.#last ?? 0;
    const cpuSeconds = Math.max(0, now - (this.#last ?? now));
    this.#last = now;
    const memory = Number(readOr(this.#host, this.#place.memoryFile) ?? Number.NaN);
    return { cpuSeconds, memoryBytes: Number.isNaN(memory) ? 0 : memory, processes: 0 };
  }
}
