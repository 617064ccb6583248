/** Reading the texts of /proc. */

/** Ticks a second in /proc: USER_HZ, 100 on every architecture that Node runs on. */
export const ticksPerSecond = 100;

/** Busy and total seconds of all processors, from /proc/stat. Time given to guests is in user time already. */
export function parseMachineStat(text: string): { busySeconds: number; totalSeconds: number } | undefined {
  const fields = /^cpu +(.*)$/m.exec(text)?.[1]?.trim().split(/\s+/).map(Number);
  if (fields === undefined || fields.length < 4) return undefined;
  // Stolen time, the eighth field, is another guest's: neither our work nor our idleness.
  const [user = 0, nice = 0, system = 0, idle = 0, ioWait = 0, irq = 0, softIrq = 0] = fields;
  const busyTicks = user + nice + system + irq + softIrq;
  return {
    busySeconds: busyTicks / ticksPerSecond,
    totalSeconds: (busyTicks + idle + ioWait) / ticksPerSecond,
  };
}

/** Number of processors in /proc/stat. */
export function countProcessors(text: string): number {
  return text.match(/^cpu\d+ /gm)?.length ?? 0;
}

export interface ProcessStat {
  readonly parentPid: number;
  /** User and system time of its own. */
  readonly ownSeconds: number;
  /** The same of children that ended and were waited for, and of theirs. */
  readonly endedChildrenSeconds: number;
  /** Ticks after the machine's start: with the pid it names a process once and for all. */
  readonly startTicks: number;
}

/** /proc/PID/stat. The name in brackets may hold spaces and brackets. */
export function parseProcessStat(text: string): ProcessStat | undefined {
  const fields = text
    .slice(text.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number);
  const [, parentPid, , , , , , , , , , user, system, endedUser, endedSystem, , , , , startTicks] = fields;
  if (
    parentPid === undefined ||
    user === undefined ||
    system === undefined ||
    endedUser === undefined ||
    endedSystem === undefined ||
    startTicks === undefined
  )
    return undefined;
  return {
    parentPid,
    ownSeconds: (user + system) / ticksPerSecond,
    endedChildrenSeconds: (endedUser + endedSystem) / ticksPerSecond,
    startTicks,
  };
}

/** A line such as `VmRSS:   1234 kB`, in bytes. */
export function parseKilobytes(text: string, name: string): number | undefined {
  const found = new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text)?.[1];
  return found === undefined ? undefined : Number(found) * 1024;
}
