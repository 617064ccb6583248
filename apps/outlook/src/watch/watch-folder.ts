/** Does a job for each new or changed file of a folder, once, also across restarts. */
import { createHash } from 'node:crypto';
import { createReadStream, type FSWatcher, watch } from 'node:fs';
import { mkdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ArgumentError } from '@noosphere/core';
import { tableEndings } from '../price-table.js';
import { WatchState } from './state.js';
import { SteadyFiles } from './steady-files.js';

export interface WatchEvent {
  /** `known`: a content that was done already. */
  readonly kind: 'started' | 'done' | 'failed' | 'known';
  readonly path: string;
  /** Why it failed. */
  readonly message?: string;
}

export interface WatchOptions {
  /** The job. A file that it throws for is done again when it changes, or after a restart. */
  readonly onFile: (path: string, signal: AbortSignal) => Promise<void>;
  /** Ends the watch; a job under way is waited for, and counts as not done. */
  readonly signal: AbortSignal;
  /** Where it is remembered what was done. */
  readonly stateFile: string;
  readonly onEvent?: (event: WatchEvent) => void;
  /** In lower case. @default those that `--data` reads: .csv and .parquet */
  readonly endings?: readonly string[];
  /** How long a file must not change before it is taken. @default 1000 */
  readonly steadyMs?: number;
  /** Between looks at the folder; the system's own notices only make it sooner. @default 1000 */
  readonly pollMs?: number;
}

export interface WatchSummary {
  readonly done: number;
  readonly failed: number;
}

/**
 * Watches a folder (not the folders in it) until the signal ends it. Files are taken one after the other, once their size has been
 * steady; the same content is not done twice, whatever its name.
 * @throws ArgumentError where the folder is none or vanishes, or the state file holds something else.
 */
export async function watchFolder(folder: string, options: WatchOptions): Promise<WatchSummary> {
  const { signal, stateFile, endings = tableEndings, steadyMs = 1000, pollMs = 1000 } = options;
  for (const [name, value] of Object.entries({ steadyMs, pollMs }))
    if (!(value >= 0 && value <= 86_400_000))
      throw new ArgumentError('watch', `${name} must be from 0 to a day, got ${value}`);
  await requireFolder(folder);
  await mkdir(dirname(stateFile), { recursive: true });
  const state = await WatchState.open(stateFile);
  const files = new SteadyFiles(folder, endings, steadyMs);
  const notices = new Notices(folder, signal);
  const summary = { done: 0, failed: 0 };
  try {
    while (!signal.aborted) {
      const names = await files.take(performance.now()).catch(async (error: unknown) => {
        await requireFolder(folder);
        throw error;
      });
      for (const name of names) {
        if (signal.aborted) break;
        const outcome = await doFile(folder, name, state, options);
        if (outcome !== undefined) summary[outcome]++;
      }
      await notices.wait(pollMs);
    }
    return summary;
  } finally {
    notices.close();
  }
}

async function requireFolder(folder: string): Promise<void> {
  const found = await stat(folder).catch(() => undefined);
  if (!found?.isDirectory())
    throw new ArgumentError('watch', `${folder} is no folder; make it, or give the one that data arrive in`);
}

/** Does one file; nothing where its content is known, it vanished, or the watch ended meanwhile. */
async function doFile(
  folder: string,
  name: string,
  state: WatchState,
  { onFile, onEvent, signal }: WatchOptions,
): Promise<keyof WatchSummary | undefined> {
  const path = join(folder, name);
  let hash: string;
  try {
    hash = await hashOf(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    onEvent?.({ kind: 'failed', path, message: messageOf(error) });
    return 'failed';
  }
  if (state.has(hash)) {
    onEvent?.({ kind: 'known', path });
    return undefined;
  }
  onEvent?.({ kind: 'started', path });
  try {
    await onFile(path, signal);
  } catch (error) {
    if (signal.aborted) return undefined;
    onEvent?.({ kind: 'failed', path, message: messageOf(error) });
    return 'failed';
  }
  // A job that was told to end may have left something out.
  if (signal.aborted) return undefined;
  await state.add(hash, { name, finished: new Date().toISOString() });
  onEvent?.({ kind: 'done', path });
  return 'done';
}

async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The system's notices of change, where it gives any: they are a hint to look sooner, and nothing depends on them. */
class Notices {
  readonly #watcher: FSWatcher | undefined;
  readonly #signal: AbortSignal;
  #wake: () => void = () => {};
  readonly #call = () => this.#wake();

  constructor(folder: string, signal: AbortSignal) {
    this.#signal = signal;
    signal.addEventListener('abort', this.#call);
    try {
      this.#watcher = watch(folder, this.#call);
      this.#watcher.on('error', () => this.#watcher?.close());
    } catch {
      // No notices there, as on some network drives.
    }
  }

  /** Until a notice, a time, or the end, whichever is first; never so short that many notices keep the machine busy. */
  async wait(milliseconds: number): Promise<void> {
    const leastMs = Math.min(milliseconds, 50);
    const startMs = performance.now();
    await this.#sleep(milliseconds);
    for (;;) {
      const leftMs = leastMs - (performance.now() - startMs);
      if (leftMs <= 0 || this.#signal.aborted) return;
      await this.#sleep(leftMs);
    }
  }

  /** Ends at a notice, or with the signal. */
  async #sleep(milliseconds: number): Promise<void> {
    if (this.#signal.aborted) return;
    await new Promise<void>((done) => {
      const timer = setTimeout(done, milliseconds);
      this.#wake = () => {
        clearTimeout(timer);
        done();
      };
    });
  }

  close(): void {
    this.#watcher?.close();
    this.#signal.removeEventListener('abort', this.#call);
  }
}
