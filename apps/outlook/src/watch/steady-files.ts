/** Files of a folder that have stopped growing: one that is still being written is not offered. */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** A file as it was seen: another size or time is another version. */
interface Sighting {
  readonly version: string;
  /** When this version was seen first. */
  readonly sinceMs: number;
  isOffered: boolean;
}

export class SteadyFiles {
  readonly #folder: string;
  readonly #endings: readonly string[];
  readonly #steadyMs: number;
  readonly #seen = new Map<string, Sighting>();

  constructor(folder: string, endings: readonly string[], steadyMs: number) {
    this.#folder = folder;
    this.#endings = endings;
    this.#steadyMs = steadyMs;
  }

  /** Names of the files that have been steady since `steadyMs`, each version once, in the order of their names. */
  async take(nowMs: number): Promise<string[]> {
    const names = (await readdir(this.#folder))
      .filter(
        (name) =>
          !name.startsWith('.') && this.#endings.some((ending) => name.toLowerCase().endsWith(ending)),
      )
      .sort();
    for (const name of this.#seen.keys()) if (!names.includes(name)) this.#seen.delete(name);
    const steady: string[] = [];
    for (const name of names) if (await this.#isSteady(name, nowMs)) steady.push(name);
    return steady;
  }

  async #isSteady(name: string, nowMs: number): Promise<boolean> {
    const found = await stat(join(this.#folder, name)).catch(() => undefined);
    if (!found?.isFile()) {
      this.#seen.delete(name);
      return false;
    }
    const version = `${found.size} ${found.mtimeMs} ${found.ino}`;
    const before = this.#seen.get(name);
    if (before?.version !== version) {
      this.#seen.set(name, { version, sinceMs: nowMs, isOffered: false });
      return false;
    }
    if (before.isOffered || nowMs - before.sinceMs < this.#steadyMs) return false;
    before.isOffered = true;
    return true;
  }
}
