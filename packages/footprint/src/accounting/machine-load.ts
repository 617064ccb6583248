/** How busy the whole machine was, and how full its memory is. */
import { type Host, readOr } from '../system/host.js';
import { countProcessors, parseKilobytes, parseMachineStat } from './proc-files.js';

/** The machine between two samples. */
export interface MachineUse {
  /** Busy share of all processors, 0 to 1. */
  readonly utilization: number;
  /** Processor seconds that were busy. */
  readonly busySeconds: number;
}

/** Follows /proc/stat, or what Node knows of the processors. */
export class MachineLoad {
  readonly #host: Host;
  readonly processors: number;
  #last: { busySeconds: number; totalSeconds: number };

  constructor(host: Host) {
    this.#host = host;
    this.processors = countProcessors(readOr(host, '/proc/stat') ?? '') || host.cpuTimes().processors;
    this.#last = this.#read();
  }

  /**
   * Since the last call that gave something; `undefined` where less than `minimumSeconds` of processor time went by,
   * because ticks of 10 ms say nothing about so little.
   */
  sample(minimumSeconds = 0.1): MachineUse | undefined {
    const now = this.#read();
    const totalSeconds = now.totalSeconds - this.#last.totalSeconds;
    if (!(totalSeconds >= minimumSeconds)) return undefined;
    const busySeconds = Math.max(0, now.busySeconds - this.#last.busySeconds);
    this.#last = now;
    return { utilization: Math.min(1, busySeconds / totalSeconds), busySeconds };
  }

  #read(): { busySeconds: number; totalSeconds: number } {
    return parseMachineStat(readOr(this.#host, '/proc/stat') ?? '') ?? this.#host.cpuTimes();
  }
}

/** Size and used part of the memory, in bytes. */
export function readMemory(host: Host): { totalBytes: number; usedBytes: number } {
  const text = readOr(host, '/proc/meminfo') ?? '';
  const totalBytes = parseKilobytes(text, 'MemTotal') ?? host.totalMemoryBytes();
  const availableBytes = parseKilobytes(text, 'MemAvailable') ?? host.freeMemoryBytes();
  return { totalBytes, usedBytes: Math.max(0, totalBytes - availableBytes) };
}
