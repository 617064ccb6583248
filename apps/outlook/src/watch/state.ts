/** What a watcher has done already, by content: a JSON file that survives restarts. */

import { readFile } from 'node:fs/promises';
import { writeAtomically } from '@noosphere/base/files';
import { ArgumentError } from '@noosphere/core';

export interface DoneFile {
  /** By which it came; a copy under another name is the same. */
  readonly name: string;
  readonly finished: string;
}

interface StateFile {
  readonly schema: 1;
  /** By the SHA-256 of the content, in hexadecimal. */
  readonly done: Readonly<Record<string, DoneFile>>;
}

export class WatchState {
  readonly #path: string;
  readonly #done: Map<string, DoneFile>;

  private constructor(path: string, done: Map<string, DoneFile>) {
    this.#path = path;
    this.#done = done;
  }

  /** Reads the file; one that is not there yet is empty, and one that cannot be read is refused rather than replaced. */
  static async open(path: string): Promise<WatchState> {
    let text: string;
    try {
      text = await readFile(path, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return new WatchState(path, new Map());
      throw error;
    }
    try {
      const { schema, done } = Object(JSON.parse(text)) as Partial<StateFile>;
      if (schema === 1 && typeof done === 'object' && done !== null)
        return new WatchState(path, new Map(Object.entries(done)));
    } catch {
      // Said below.
    }
    throw new ArgumentError(
      'watch',
      `${path} does not hold what was done; remove it to start anew, and all files are done again`,
    );
  }

  has(hash: string): boolean {
    return this.#done.has(hash);
  }

  /** Remembers on disk before it returns. */
  async add(hash: string, file: DoneFile): Promise<void> {
    this.#done.set(hash, file);
    const state: StateFile = { schema: 1, done: Object.fromEntries(this.#done) };
    const bytes = new TextEncoder().encode(`${JSON.stringify(state, null, 2)}\n`);
    await writeAtomically(this.#path, [bytes], { overwrite: true });
  }
}
