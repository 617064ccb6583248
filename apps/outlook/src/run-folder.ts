/** Where a run's files go. Nothing that is there is replaced unless the user says so. */
import { existsSync } from 'node:fs';
import { mkdir, readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ArgumentError, writeAtomically } from '@noosphere/core';
import type { OutlookOptions } from './options.js';

export class RunFolder {
  readonly path: string;
  readonly #overwrite: boolean;

  constructor(path: string, overwrite: boolean) {
    this.path = path;
    this.#overwrite = overwrite;
  }

  /** The folder that the options ask for, made and writable; refuses before any work is done. */
  static async create({ out, json, force }: OutlookOptions): Promise<RunFolder> {
    if (json !== undefined && existsSync(json) && !force) {
      throw new ArgumentError('--json', `${json} is there already; choose another name or pass --force`);
    }
    const path = out ?? (await freeFolder('outlook-out'));
    const present = await readdir(path).catch((cause: NodeJS.ErrnoException) => {
      if (cause.code === 'ENOENT') return [];
      throw new ArgumentError('--out', `cannot use ${path} as a folder: ${cause.message}`, { cause });
    });
    if (present.length > 0 && !force) {
      throw new ArgumentError('--out', `${path} is not empty; choose another folder or pass --force`);
    }
    for (const folder of [join(path, 'models'), join(path, 'forecasts'), ...(json ? [dirname(json)] : [])]) {
      await mkdir(folder, { recursive: true }).catch((cause: Error) => {
        throw new ArgumentError('--out', `cannot make the folder ${folder}: ${cause.message}`, { cause });
      });
    }
    return new RunFolder(path, force);
  }

  /** Whether files may be replaced, as core's writers take it. */
  get writeOptions(): { readonly overwrite: boolean } {
    return { overwrite: this.#overwrite };
  }

  /** A file of this run. */
  place(relative: string): string {
    return join(this.path, relative);
  }

  /** Writes a text to a file of this run. */
  async write(relative: string, text: string): Promise<void> {
    await writeText(this.place(relative), text, this.writeOptions);
  }
}

/** Writes a text file, whole or not at all. */
export async function writeText(
  path: string,
  text: string,
  options: { readonly overwrite: boolean },
): Promise<void> {
  await writeAtomically(path, [new TextEncoder().encode(text)], options);
}

/** The first of run-1, run-2, … that is not there. */
async function freeFolder(parent: string): Promise<string> {
  const taken = new Set(await readdir(parent).catch(() => []));
  let number = 1;
  while (taken.has(`run-${number}`)) number++;
  return join(parent, `run-${number}`);
}
