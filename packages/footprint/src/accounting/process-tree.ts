/** Processor time and memory of a process and its descendants, also of those that nobody saw alive. */
import { type Host, listOr, readOr } from '../system/host.js';
import { type ProcessStat, parseKilobytes, parseProcessStat } from './proc-files.js';

interface Member extends ProcessStat {
  readonly pid: number;
}

/** What a tree used since the sample before. */
export interface TreeUse {
  readonly cpuSeconds: number;
  readonly memoryBytes: number;
  readonly processes: number;
}

/**
 * Follows a process tree by /proc.
 *
 * used = Σ Δown + max(0, Σ Δ ended children − Σ last known times of members that vanished).
 *
 * A child that starts and ends between two samples is in its parent's time of ended children (cutime, cstime), once
 * the parent waited for it. One that the parent left to init stays a member while it lives.
 */
export class ProcessTree {
  readonly #host: Host;
  readonly #rootPid: number;
  #members = new Map<string, Member>();
  #hasChildFiles = true;
  #before: number | undefined;

  constructor(host: Host, rootPid = host.pid) {
    this.#host = host;
    this.#rootPid = rootPid;
  }

  /** The processes of the last sample. */
  get pids(): ReadonlySet<number> {
    return new Set(Array.from(this.#members.values(), ({ pid }) => pid));
  }

  /** What was used since the last call; the first call gives 0 seconds. */
  sample(): TreeUse {
    const found = this.#collect();
    if (found.size === 0 && this.#members.size === 0) return this.#sampleWithoutProc();
    const isFirst = this.#before === undefined;
    this.#before = 0;
    let [own, endedChildren] = [0, 0];
    for (const [key, member] of found) {
      const last = this.#members.get(key);
      own += Math.max(0, member.ownSeconds - (last?.ownSeconds ?? 0));
      endedChildren += Math.max(0, member.endedChildrenSeconds - (last?.endedChildrenSeconds ?? 0));
    }
    for (const [key, member] of this.#members) {
      if (!found.has(key)) endedChildren -= member.ownSeconds + member.endedChildrenSeconds;
    }
    this.#members = found;
    let memoryBytes = 0;
    for (const { pid } of found.values()) {
      memoryBytes += parseKilobytes(readOr(this.#host, `/proc/${pid}/status`) ?? '', 'VmRSS') ?? 0;
    }
    return {
      cpuSeconds: isFirst ? 0 : own + Math.max(0, endedChildren),
      memoryBytes,
      processes: found.size,
    };
  }

  /** Without /proc (macOS, Windows): this process alone. */
  #sampleWithoutProc(): TreeUse {
    const now = this.#host.ownCpuSeconds();
    const cpuSeconds = Math.max(0, now - (this.#before ?? now));
    this.#before = now;
    return { cpuSeconds, memoryBytes: this.#host.ownMemoryBytes(), processes: 1 };
  }

  #collect(): Map<string, Member> {
    const found = new Map<string, Member>();
    const add = (pid: number): Member | undefined => {
      const stat = parseProcessStat(readOr(this.#host, `/proc/${pid}/stat`) ?? '');
      if (stat === undefined) return undefined;
      const member = { pid, ...stat };
      found.set(`${pid}:${stat.startTicks}`, member);
      return member;
    };
    const open = [this.#rootPid, ...this.#orphans()];
    const seen = new Set<number>();
    let parents: ReadonlyMap<number, readonly number[]> | undefined;
    for (let pid = open.pop(); pid !== undefined; pid = open.pop()) {
      if (seen.has(pid)) continue;
      seen.add(pid);
      if (add(pid) === undefined) continue;
      const children = this.#childrenByFile(pid);
      if (children === undefined) parents ??= this.#childrenByScan();
      open.push(...(children ?? parents?.get(pid) ?? []));
    }
    return found;
  }

  /** Members of before that still live, wherever they hang now. */
  #orphans(): number[] {
    const alive: number[] = [];
    for (const { pid, startTicks } of this.#members.values()) {
      if (pid === this.#rootPid) continue;
      const stat = parseProcessStat(readOr(this.#host, `/proc/${pid}/stat`) ?? '');
      if (stat?.startTicks === startTicks) alive.push(pid);
    }
    return alive;
  }

  /** /proc/PID/task/TID/children of every thread; `undefined` where the kernel has no such files. */
  #childrenByFile(pid: number): number[] | undefined {
    if (!this.#hasChildFiles) return undefined;
    const children: number[] = [];
    let isAnswered = false;
    for (const thread of listOr(this.#host, `/proc/${pid}/task`)) {
      const text = readOr(this.#host, `/proc/${pid}/task/${thread}/children`);
      if (text === undefined) continue;
      isAnswered = true;
      for (const child of text.trim().split(' ')) if (child !== '') children.push(Number(child));
    }
    if (isAnswered) return children;
    if (pid === this.#rootPid) this.#hasChildFiles = false;
    return this.#hasChildFiles ? [] : undefined;
  }

  #childrenByScan(): ReadonlyMap<number, readonly number[]> {
    const children = new Map<number, number[]>();
    for (const name of listOr(this.#host, '/proc')) {
      if (!/^\d+$/.test(name)) continue;
      const stat = parseProcessStat(readOr(this.#host, `/proc/${name}/stat`) ?? '');
      if (stat === undefined) continue;
      const known = children.get(stat.parentPid);
      if (known === undefined) children.set(stat.parentPid, [Number(name)]);
      else known.push(Number(name));
    }
    return children;
  }
}
