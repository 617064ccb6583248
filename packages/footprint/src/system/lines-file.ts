/** Lines appended to a file, each at once: what was appended survives the end of the process. */

import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { replaceTextSync } from '@noosphere/base/files';

/** Appends one line; the folder is made where it is not there. */
export function appendLine(path: string, line: string): void {
  try {
    appendFileSync(path, `${line}\n`);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
    mkdirSync(dirname(path), { recursive: true });
    appendFileSync(path, `${line}\n`);
  }
}

/** Whole lines of a file; a last line without its end (the process died while it was written) is left out. */
export function readLines(path: string): string[] {
  const lines = readFileSync(path, 'utf8').split('\n');
  lines.pop();
  return lines;
}

export function fileExists(path: string): boolean {
  return existsSync(path);
}

export function readWhole(path: string): string {
  return readFileSync(path, 'utf8');
}

/** Replaces a file in one step: readers see the old text or the new one. */
export function replaceFile(path: string, text: string, mode = 0o600): void {
  replaceTextSync(path, text, { mode, flush: false });
}
