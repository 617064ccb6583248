/**
 * What the package asks of the machine: files of /proc and /sys, clocks, commands. The real one is `openHost`; a
 * recording (`RecordedHost`) stands in for it, so that the same code reads both.
 */

/** Busy and total seconds of all processors since the start of the machine. */
export interface CpuTimes {
  readonly busySeconds: number;
  readonly totalSeconds: number;
  readonly processors: number;
}

/** What a command that keeps running tells. */
export interface StreamListener {
  onLine(line: string): void;
  /** Once, at the end; `problem` says why it ended where nobody asked it to. */
  onEnd(problem: string | undefined): void;
}

export interface Host {
  /** As `process.platform`. */
  readonly platform: string;
  /** The process whose tree is tracked by default. */
  readonly pid: number;
  /** Whole text of a file; throws with `code` ENOENT, EACCES, … */
  readText(path: string): string;
  /** Names in a folder, sorted; throws like `readText`. */
  list(path: string): readonly string[];
  /** Milliseconds that only go forward; stands still while the machine is suspended. */
  monotonicMs(): number;
  /** Milliseconds since 1970; may jump. */
  wallMs(): number;
  /** Where there is no /proc/stat. */
  cpuTimes(): CpuTimes;
  /** Processor time of this very process, to the microsecond. */
  ownCpuSeconds(): number;
  /** Resident memory of this very process. */
  ownMemoryBytes(): number;
  totalMemoryBytes(): number;
  freeMemoryBytes(): number;
  cpuModel(): string;
  hasCommand(name: string): boolean;
  /** Output of a command that ends by itself. */
  run(command: string, args: readonly string[]): Promise<string>;
  /** Starts a command whose lines are listened to until `close`. */
  stream(command: string, args: readonly string[], listener: StreamListener): { close(): void };
}

/** Why a file could not be read. */
export type ReadProblem = 'missing' | 'denied' | 'failed';

/** Text of a file, or why there is none. */
export function tryRead(
  host: Host,
  path: string,
): { readonly text: string } | { readonly problem: ReadProblem } {
  try {
    return { text: host.readText(path) };
  } catch (error) {
    return { problem: problemOf(error) };
  }
}

/** Text of a file, or `undefined` where it cannot be read. */
export function readOr(host: Host, path: string): string | undefined {
  const read = tryRead(host, path);
  return 'text' in read ? read.text : undefined;
}

/** Names in a folder; none where it cannot be listed. */
export function listOr(host: Host, path: string): readonly string[] {
  try {
    return host.list(path);
  } catch {
    return [];
  }
}

function problemOf(error: unknown): ReadProblem {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ENODEV' || code === 'ESRCH') return 'missing';
  return code === 'EACCES' || code === 'EPERM' ? 'denied' : 'failed';
}
