/** What logs of rows share: whether a log may be begun, and which of its rows a resumed run keeps. */
import { ArgumentError, FormatError } from '@noosphere/core';
import type { LogSink } from '../files/log-file.js';

export interface RowLogOptions {
  /** Replace a log that is there already when a run begins at step 0. @default false */
  readonly overwrite?: boolean;
}

/**
 * Makes a log ready and gives the lines it goes on from, without their ends.
 * A run that begins refuses a log that is there; a resumed one keeps the lines up to its step. A torn last line goes.
 *
 * @param stepOf The step of a line; `undefined` for one that is kept in any case, as a header.
 */
export function openRows(
  operation: string,
  sink: LogSink,
  doneSteps: number,
  stepOf: (line: string, index: number) => number | undefined,
  { overwrite = false }: RowLogOptions,
): string[] {
  const text = sink.readText();
  if (!text) return [];
  if (doneSteps === 0) {
    if (!overwrite) {
      throw new ArgumentError(
        operation,
        `expects no log at ${sink.name}, but one is there and the run begins at step 0; choose another name or pass { overwrite: true }`,
      );
    }
    sink.replace('');
    return [];
  }
  const lines = text.split('\n').slice(0, -1);
  const kept = lines.filter((line, index) => {
    const step = stepOf(line, index);
    if (Number.isNaN(step))
      throw new FormatError(
        operation,
        `${sink.name}, line ${index + 1}`,
        'has no step, so this is no log of a run; choose another name',
      );
    return step === undefined || step <= doneSteps;
  });
  const next = kept.map((line) => `${line}\n`).join('');
  if (next !== text) sink.replace(next);
  return kept;
}
