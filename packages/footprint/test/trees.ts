/** Trees of /proc and /sys as kernels lay them out, and helpers that move them on. */
import { readFileSync } from 'node:fs';
import { type Frame, RecordedHost, type RecordedHostOptions } from '../src/system/recorded-host.js';

export type Files = Record<string, string | null | { error: string }>;

export type TreeName = 'intel-server' | 'intel-laptop' | 'amd-mirrored' | 'virtual-machine' | 'denied';

export function tree(name: TreeName): Files {
  return JSON.parse(readFileSync(new URL(`./trees/${name}.json`, import.meta.url), 'utf8'));
}

/** /proc/stat of `processors`, each with ticks of work and idleness. */
export function statFile(processors: number, busyTicks: number, idleTicks: number): string {
  const line = (name: string, times: number) =>
    `${name} ${busyTicks * times} 0 0 ${idleTicks * times} 0 0 0 0 0 0`;
  const each = Array.from({ length: processors }, (_, index) => line(`cpu${index}`, 1));
  return `${[line('cpu ', processors), ...each].join('\n')}\n`;
}

export interface ProcessTicks {
  readonly parent?: number;
  readonly user?: number;
  readonly endedUser?: number;
  readonly start?: number;
  readonly children?: string;
  readonly residentKb?: number;
}

/** The files of one process. */
export function processFiles(
  pid: number,
  { parent = 1, user = 0, endedUser = 0, start = 90_000, children = '', residentKb = 204_800 }: ProcessTicks,
): Files {
  const middle = `${parent} ${pid} ${pid} 0 -1 4194560 0 0 0 0`;
  return {
    [`proc/${pid}/stat`]: `${pid} (node (tree) x) S ${middle} ${user} 0 ${endedUser} 0 20 0 11 0 ${start} 0 0`,
    [`proc/${pid}/status`]: `Name:\tnode\nVmRSS:\t${residentKb} kB\n`,
    [`proc/${pid}/task/${pid}/children`]: children,
  };
}

/** A process that is gone. */
export function noProcess(pid: number): Files {
  return {
    [`proc/${pid}/stat`]: null,
    [`proc/${pid}/status`]: null,
    [`proc/${pid}/task/${pid}/children`]: null,
  };
}

export function energy(id: string, microjoules: number): Files {
  return { [`sys/class/powercap/${id}/energy_uj`]: `${Math.round(microjoules)}\n` };
}

export function uptime(seconds: number): Files {
  return { 'proc/uptime': `${seconds.toFixed(2)} 0.00\n` };
}

/** A recording that begins with a tree; the first frame is at 0 ms, uptime 1000 s. */
export function recording(
  name: TreeName,
  frames: readonly Frame[] = [],
  options: RecordedHostOptions = {},
): RecordedHost {
  return new RecordedHost([{ atMs: 0, files: tree(name) }, ...frames], options);
}
