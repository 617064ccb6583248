/** A machine from a recording: files at moments, and clocks that a test or a replay moves. */
import { knownOptions } from '@noosphere/base';
import type { CpuTimes, Host, StreamListener } from './host.js';

/** A file's text; `null` where it is gone; an error code where reading fails. */
export type RecordedFile = string | null | { readonly error: string };

/** What changed at one moment. Files that are not named stay as they were. */
export interface Frame {
  /** Monotonic milliseconds since the start of the recording. */
  readonly atMs: number;
  /**
   * Milliseconds by which the wall clock runs ahead of the monotonic one from now on, beyond the start's difference.
   * @default as before
   */
  readonly wallAheadMs?: number;
  /** Files by their path from the root, e.g. `sys/class/powercap/intel-rapl:0/energy_uj`. */
  readonly files: Readonly<Record<string, RecordedFile>>;
}

export interface RecordedHostOptions {
  /** @default 'linux' */
  readonly platform?: string;
  /** @default 100 */
  readonly pid?: number;
  /** Wall clock at the start. @default 2026-01-01T00:00:00Z */
  readonly startWallMs?: number;
  /** Commands that are there, with the lines that they print when started. */
  readonly commands?: Readonly<Record<string, readonly string[] | { readonly fails: string }>>;
}

/**
 * Replays recorded trees of /proc and /sys, frame by frame.
 *
 * @example
 * const host = new RecordedHost([{ atMs: 0, files: { 'proc/uptime': '10 0' } }, { atMs: 500, files: {} }]);
 * console.log(host.readText('/proc/uptime'), host.next(), host.monotonicMs()); // → 10 0 true 500
 */
export class RecordedHost implements Host {
  readonly platform: string;
  readonly pid: number;
  readonly #frames: readonly Frame[];
  readonly #options: RecordedHostOptions;
  readonly #files = new Map<string, Exclude<RecordedFile, null>>();
  readonly #listeners: StreamListener[] = [];
  #index = -1;
  #nowMs = 0;
  #aheadMs = 0;

  constructor(frames: readonly Frame[], options: RecordedHostOptions = {}) {
    knownOptions('RecordedHost', options, 'platform pid startWallMs commands');
    this.platform = options.platform ?? 'linux';
    this.pid = options.pid ?? 100;
    this.#frames = frames;
    this.#options = options;
    this.next();
  }

  /** Goes to the next frame; false where there is none. */
  next(): boolean {
    const frame = this.#frames[this.#index + 1];
    if (frame === undefined) return false;
    this.#index++;
    this.#nowMs = frame.atMs;
    this.#aheadMs = frame.wallAheadMs ?? this.#aheadMs;
    for (const [path, file] of Object.entries(frame.files)) {
      if (file === null) this.#files.delete(path);
      else this.#files.set(path, file);
    }
    return true;
  }

  /** Gives lines to the commands that are being listened to. */
  print(...lines: readonly string[]): void {
    for (const listener of this.#listeners) for (const line of lines) listener.onLine(line);
  }

  readText(path: string): string {
    const file = this.#files.get(path.replace(/^\//, ''));
    if (file === undefined) throw failure('ENOENT', path);
    if (typeof file !== 'string') throw failure(file.error, path);
    return file;
  }

  list(path: string): readonly string[] {
    const prefix = `${path.replace(/^\//, '')}/`;
    const names = [...this.#files.keys()]
      .filter((file) => file.startsWith(prefix))
      .map((file) => file.slice(prefix.length).split('/')[0] ?? '');
    if (names.length === 0) throw failure('ENOENT', path);
    return [...new Set(names)].sort();
  }

  monotonicMs(): number {
    return this.#nowMs;
  }

  wallMs(): number {
    return (this.#options.startWallMs ?? Date.UTC(2026, 0, 1)) + this.#nowMs + this.#aheadMs;
  }

  cpuTimes(): CpuTimes {
    return { busySeconds: 0, totalSeconds: 0, processors: 1 };
  }

  ownCpuSeconds(): number {
    return 0;
  }

  ownMemoryBytes(): number {
    return 0;
  }

  totalMemoryBytes(): number {
    return 8 * 2 ** 30;
  }

  freeMemoryBytes(): number {
    return 4 * 2 ** 30;
  }

  cpuModel(): string {
    return '';
  }

  hasCommand(name: string): boolean {
    return this.#options.commands?.[name] !== undefined;
  }

  async run(command: string): Promise<string> {
    const lines = this.#options.commands?.[command];
    if (lines === undefined || 'fails' in lines) throw failure('ENOENT', command);
    return lines.join('\n');
  }

  stream(command: string, _args: readonly string[], listener: StreamListener): { close(): void } {
    const lines = this.#options.commands?.[command];
    if (lines === undefined) listener.onEnd(`${command} is not there`);
    else if ('fails' in lines) listener.onEnd(lines.fails);
    else {
      this.#listeners.push(listener);
      for (const line of lines) listener.onLine(line);
    }
    return { close: () => void this.#listeners.splice(this.#listeners.indexOf(listener), 1) };
  }
}

function failure(code: string, path: string): Error {
  return Object.assign(new Error(`${code}: ${path}`), { code });
}
