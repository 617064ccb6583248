/** Where the manifests of runs are kept: one folder a run, below a common one. */

import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeAtomically } from '@noosphere/base/files';
import { FormatError } from '@noosphere/core';

const manifestName = 'run.json';

/** Writes a manifest into a new folder below `root`; gives the file's path. */
export async function writeRunFile(root: string, folder: string, text: string): Promise<string> {
  await mkdir(root, { recursive: true });
  const place = join(root, folder);
  // Refuses a folder that is there: no run is written over another.
  await mkdir(place);
  const path = join(place, manifestName);
  await writeAtomically(path, text);
  return path;
}

export async function readRunFile(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new FormatError(
      'runs',
      path,
      `cannot be read; is it the run.json of a recorded run? ${String(cause)}`,
      {
        cause,
      },
    );
  }
}

/** The manifests below `root`; none where there is no such folder. */
export async function findRunFiles(root: string): Promise<string[]> {
  const entries = await readdir(root, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  const found: string[] = [];
  for (const entry of entries) {
    if (!entry.isDirectory()) continue;
    const names = await readdir(join(root, entry.name));
    if (names.includes(manifestName)) found.push(join(root, entry.name, manifestName));
  }
  return found.sort();
}
