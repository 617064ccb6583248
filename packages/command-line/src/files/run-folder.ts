/** Where a run's files go. Nothing that is there is replaced unless the user says so. */

import { existsSync } from 'node:fs';
import { mkdir, readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { writeAtomically } from '@noosphere/base/files';
import { ArgumentError } from '@noosphere/core';

/** What the user asks for. */
export interface RunFiles {
  /** The folder. @default a new one, `run-1`, `run-2`, …, in `parent` */
  readonly out: string | undefined;
  readonly parent: string;
  /** Folders inside it. @default none */
  readonly folders?: readonly string[];
  /** One more file, anywhere. */
  readonly json: string | undefined;
  /** Files may be replaced, and the folder need not be empty. */
  readonly force: boolean;
}

export class RunFolder {
  readonly path: string;
  /** Whether files may be replaced, as core's writers take it. */
  readonly writeOptions: { readonly overwrite: boolean };

  private constructor(path: string, overwrite: boolean) {
    this.path = path;
    this.writeOptions = { overwrite };
  }

  /** The folder that the options ask for, made; refuses before any work is done. */
  static async create({ out, parent, folders = [], json, force }: RunFiles): Promise<RunFolder> {
    if (json !== undefined && existsSync(json) && !force)
      throw new ArgumentError('--json', `${json} is there already; choose another name or pass --force`);
    const path = out ?? (await freeFolder(parent));
    const present = await readdir(path).catch((cause: NodeJS.ErrnoException) => {
      if (cause.code === 'ENOENT') return [];
      throw new ArgumentError('--out', `cannot use ${path} as a folder: ${cause.message}`, { cause });
    });
    if (present.length > 0 && !force)
      throw new ArgumentError('--out', `${path} is not empty; choose another folder or pass --force`);
    const wanted = [path, ...folders.map((folder) => join(path, folder)), ...(json ? [dirname(json)] : [])];
    for (const folder of wanted) {
      await mkdir(folder, { recursive: true }).catch((cause: Error) => {
        throw new ArgumentError('--out', `cannot make the folder ${folder}: ${cause.message}`, { cause });
      });
    }
    return new RunFolder(path, force);
  }

  /** A file of this run. */
  place(name: string): string {
    return join(this.path, name);
  }

  /** Writes a text to a file of this run, whole or not at all. */
  async write(name: string, text: string): Promise<void> {
    await this.writeTo(this.place(name), text);
  }

  /** Writes a text to a file anywhere, whole or not at all. */
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
