/** The record of a run: a line of JSON at its start, at each sample and at its end. */

import { FootprintError } from '../errors.js';
import { appendLine, fileExists, readLines } from '../system/lines-file.js';
import type { Report } from './report.js';

/** Where records go: a file, a chain that shows tampering, or anything else that keeps objects. */
export interface RecordSink {
  append(line: object): void;
}

/** One line of a record. */
export type RecordLine =
  | {
      readonly kind: 'start';
      readonly at: string;
      readonly name: string;
      readonly view: string;
      readonly methods: Readonly<Record<string, string>>;
    }
  | {
      readonly kind: 'sample';
      readonly at: string;
      readonly elapsedSeconds: number;
      readonly energyJoules: number;
      readonly machineJoules: number;
      readonly processJoules: number;
      readonly carbonKilograms: number | null;
      readonly processCpuSeconds: number;
      readonly peakMemoryBytes: number;
      /** Busy share of all processors since the sample before. */
      readonly utilization: number | null;
    }
  | { readonly kind: 'end'; readonly at: string; readonly report: Report };

/** Appends lines to a file; each is handed to the system at once, so kill -9 takes none that was appended. */
export function jsonLinesSink(path: string): RecordSink {
  return { append: (line) => appendLine(path, JSON.stringify(line)) };
}

/**
 * Lines of a record; the half line of a process that was killed is left out.
 *
 * @throws where a line is not JSON, with its number
 */
export function readRecord(path: string): RecordLine[] {
  if (!fileExists(path)) throw new FootprintError('readRecord', `expected a record, got no file at ${path}`);
  return readLines(path).map((line, index) => {
    try {
      return JSON.parse(line) as RecordLine;
    } catch (cause) {
      const message = `${path}, line ${index + 1}: expected JSON; the file was changed or is no record`;
      throw new FootprintError('readRecord', message, { cause });
    }
  });
}
