import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { replaceTextSync } from '@noosphere/base/files';
import { ArgumentError, RuntimeError } from '@noosphere/core';

/** Where a log goes. Writing is finished when the call returns: a process that is killed afterwards loses nothing. */
export interface LogSink {
  /** What errors call it: a file's path. */
  readonly name: string;
  /** Appends. */
  write(chunk: string | Uint8Array): void;
  /** All that is there, `undefined` where nothing was ever written. */
  readText(): string | undefined;
  /** Puts a text in the place of all that is there: a reader sees the old one or the new one. */
  replace(text: string): void;
  /** Frees what is held open; a later write opens it again. */
  close(): void;
}

export interface LogFileOptions {
  /** Flush every write to disk, so that it also outlives a power cut. @default false */
  readonly isDurable?: boolean;
}

/** A file as a sink; its folder is made, and it is opened at the first write. */
export function logFile(path: string, { isDurable = false }: LogFileOptions = {}): LogSink {
  let handle: number | undefined;
  const close = () => {
    if (handle !== undefined) closeSync(handle);
    handle = undefined;
  };
  const writing = <R>(work: () => R): R => {
    try {
      return work();
    } catch (cause) {
      throw new RuntimeError(
        'log',
        `cannot write ${path}: ${String(cause)}; free some space, or choose another file`,
        { cause },
      );
    }
  };
  return {
    name: path,
    write: (chunk) =>
      writing(() => {
        handle ??= openToAppend(path);
        writeFileSync(handle, chunk);
        if (isDurable) fsyncSync(handle);
      }),
    readText: () => readLog(path),
    replace: (text) =>
      writing(() => {
        close();
        replaceTextSync(path, text);
      }),
    close,
  };
}

/** A file of a name that nobody has: where the name is taken, `.1`, `.2`, … comes behind it. It is there at once. */
export function newLogFile(path: string): LogSink {
  const making = <R>(work: () => R): R => {
    try {
      return work();
    } catch (cause) {
      throw new ArgumentError('log', `cannot make ${path}: ${String(cause)}; choose another folder`, {
        cause,
      });
    }
  };
  making(() => mkdirSync(dirname(path), { recursive: true }));
  for (let count = 0; ; count++) {
    const chosen = count === 0 ? path : `${path}.${count}`;
    if (making(() => isMade(chosen))) return logFile(chosen);
  }
}

/** Makes an empty file; false where the name is taken. */
function isMade(path: string): boolean {
  try {
    closeSync(openSync(path, 'wx'));
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function openToAppend(path: string): number {
  mkdirSync(dirname(path), { recursive: true });
  return openSync(path, 'a');
}

function readLog(path: string): string | undefined {
  if (!existsSync(path)) return undefined;
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new ArgumentError('log', `cannot read ${path}: ${String(cause)}; choose another file`, { cause });
  }
}
