/** A folder that one run at a time writes: a small file in it says who does, and goes when the run ends. */
import { readFile, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import { ArgumentError } from '@noosphere/core';

const lockName = '.running';
/** Folders that runs of this process write. */
const held = new Set<string>();

/**
 * Claims a folder that is there; gives what releases it. Throws where another run has it. What a run that was killed left
 * behind is taken over: its process is gone.
 */
export async function lockFolder(folder: string): Promise<() => Promise<void>> {
  const key = resolve(folder);
  const path = join(key, lockName);
  if (held.has(key)) throw inUse(folder, 'another run of this process');
  held.add(key);
  try {
    await claim(folder, path);
  } catch (error) {
    held.delete(key);
    throw error;
  }
  return async () => {
    held.delete(key);
    await rm(path, { force: true });
  };
}

async function claim(folder: string, path: string): Promise<void> {
  const me = JSON.stringify({ process: process.pid, host: hostname() });
  for (let attempt = 0; attempt < 2; attempt++) {
    try {
      return await writeFile(path, me, { flag: 'wx' });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      const owner = await ownerOf(path);
      if (owner && isAlive(owner))
        throw inUse(
          folder,
          `process ${owner.process} on ${owner.host} (where that is no run, remove ${path})`,
        );
      await rm(path, { force: true });
    }
  }
  throw inUse(folder, 'another run');
}

interface Owner {
  readonly process: number;
  readonly host: string;
}

async function ownerOf(path: string): Promise<Owner | undefined> {
  try {
    const { process, host } = JSON.parse(await readFile(path, 'utf8')) as Partial<Owner>;
    return typeof process === 'number' && typeof host === 'string' ? { process, host } : undefined;
  } catch {
    return undefined;
  }
}

/** Whether a process goes on, as far as this machine can tell. */
function isAlive({ process: id, host }: Owner): boolean {
  if (host !== hostname()) return true;
  // This process holds no lock on the folder: its number was that of a dead one.
  if (id === process.pid) return false;
  try {
    process.kill(id, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function inUse(folder: string, who: string): ArgumentError {
  return new ArgumentError(
    'checkpoint',
    `${folder} is being written by ${who}; one fit a folder: choose another folder, or wait for the other to end`,
  );
}
