/** Where a run's files go. Nothing that is there is replaced unless the user says so. */
import { existsSync } from 'node:fs';
import { mkdir, readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ArgumentError, writeAtomically } from '@noosphere/core';
import type { ForecastOptions } from './options.js';

export class RunFolder {
  readonly path: string;
  /** Whether files may be replaced. */
  readonly writeOptions: { readonly overwrite: boolean };

  constructor(path: string, overwrite: boolean) {
    this.path = path;
    this.writeOptions = { overwrite };
  }

  /** The folder that the options ask for, made; refuses before any work is done. */
  static async create({ out, json, force }: ForecastOptions): Promise<RunFolder> {
    if (json !== undefined && existsSync(json) && !force)
      throw new ArgumentError('--json', `${json} is there already; choose another name or pass --force`);
    const path = out ?? (await freeFolder('forecast-out'));
    const present = await readdir(path).catch((cause: NodeJS.ErrnoException) => {
      if (cause.code === 'ENOENT') return [];
      throw new ArgumentError('--out', `cannot use ${path} as a folder: ${cause.message}`, { cause });
    });
    if (present.length > 0 && !force)
      throw new ArgumentError('--out', `${path} is not empty; choose another folder or pass --force`);
    for (const folder of [path, ...(json ? [dirname(json)] : [])]) {
      await mkdir(folder, { recursive: true }).catch((cause: Error) => {
        throw new ArgumentError('--out', `cannot make the folder ${folder}: ${cause.message}`, { cause });
      });
    }
    return new RunFolder(path, force);
  }

  place(name: string): string {
    return join(this.path, name);
  }

  async write(name: string, text: string): Promise<void> {
    await this.writeTo(this.place(name), text);
  }

  /** A text file anywhere, whole or not at all. */
  async writeTo(path: string, text: string): Promise<void> {
    await writeAtomically(path, [new TextEncoder().encode(text)], this.writeOptions);
  }
}

/** The first of run-1, run-2, … that is not there. */
async function freeFolder(parent: string): Promise<string> {
  const taken = new Set(await readdir(parent).catch(() => []));
  let number = 1;
  while (taken.has(`run-${number}`)) number++;
  return join(parent, `run-${number}`);
}
