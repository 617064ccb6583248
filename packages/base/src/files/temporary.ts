/** Files of others, for a moment: a folder that a library writes into, and what it wrote. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Runs `work` with a new empty folder, which is gone afterwards with all that is in it. */
export async function withTemporaryFolder<R>(work: (folder: string) => Promise<R>): Promise<R> {
  const folder = await mkdtemp(join(tmpdir(), 'noosphere-'));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The text of a folder's first file, or `undefined` where it has none. */
export async function firstTextIn(folder: string): Promise<string | undefined> {
  const [file] = await readdir(folder);
  return file === undefined ? undefined : readFile(join(folder, file), 'utf8');
}
