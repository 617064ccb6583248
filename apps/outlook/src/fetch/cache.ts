/** Answers kept by address, one JSON file each; a file that cannot be read counts as missing. */

import { createHash } from 'node:crypto';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { writeAtomically } from '@noosphere/base/files';

export interface CachedAnswer {
  /** Without secrets. */
  readonly address: string;
  readonly downloadedAt: string;
  /** When the server last said that it has not changed. */
  readonly confirmedAt: string;
  readonly etag?: string | undefined;
  readonly lastModified?: string | undefined;
  readonly text: string;
}

export interface Cache {
  read(address: string): Promise<CachedAnswer | undefined>;
  write(answer: CachedAnswer): Promise<void>;
  remove(address: string): Promise<void>;
}

/** Where the system keeps such files. */
export function defaultCacheFolder(): string {
  return join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'noosphere', 'fetch');
}

export function folderCache(folder: string): Cache {
  const placeOf = (address: string) =>
    join(folder, `${createHash('sha256').update(address).digest('hex').slice(0, 32)}.json`);
  return {
    async read(address) {
      try {
        const answer: unknown = JSON.parse(await readFile(placeOf(address), 'utf8'));
        return isAnswer(answer) && answer.address === address ? answer : undefined;
      } catch {
        return undefined;
      }
    },
    async write(answer) {
      await mkdir(folder, { recursive: true });
      const bytes = new TextEncoder().encode(JSON.stringify(answer));
      await writeAtomically(placeOf(answer.address), [bytes], { overwrite: true });
    },
    remove: (address) => rm(placeOf(address), { force: true }),
  };
}

function isAnswer(value: unknown): value is CachedAnswer {
  const { address, downloadedAt, confirmedAt, text } = Object(value) as Partial<CachedAnswer>;
  return [address, downloadedAt, confirmedAt, text].every((each) => typeof each === 'string');
}
