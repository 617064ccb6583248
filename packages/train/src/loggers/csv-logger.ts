/** A run as a CSV table: one row a call, columns `step`, `time` and the names of the numbers. Read by any spreadsheet. */
import { knownOptions } from '@noosphere/base';
import { ArgumentError } from '@noosphere/core';
import { type LogSink, logFile } from '../files/log-file.js';
import type { ClockOptions, Logger } from './logger.js';
import { openRows, type RowLogOptions } from './row-log.js';

export interface CsvLoggerOptions extends RowLogOptions, ClockOptions {
  /** Names of the columns behind `step` and `time`. @default those of the first row */
  readonly columns?: readonly string[];
  /**
   * What to do with a name that the header has not, as that of the first validation: `add` writes the table anew with the
   * column at its end and empty cells above, `refuse` is an error.
   * @default 'add', with `columns` 'refuse'
   */
  readonly newColumns?: 'add' | 'refuse';
}

/**
 * Writes rows of numbers as CSV (RFC 4180, with `\n`); times are ISO 8601 in UTC, a number that a row has not is an empty cell.
 * A resumed run drops the rows behind its step and goes on; a run that begins refuses a file that is there.
 *
 * @param target A file's path, or a sink.
 * @throws ArgumentError where the log is there already, or a column is not allowed.
 * @example
 * const sink = memorySink();
 * const logger = csvLogger(sink, { now: () => 0 });
 * logger.scalars(1, { loss: 0.5 });
 * logger.scalars(2, { accuracy: 0.75 });
 * console.log(sink.readText());
 * // → step,time,loss,accuracy
 * //   1,1970-01-01T00:00:00.000Z,0.5,
 * //   2,1970-01-01T00:00:00.000Z,,0.75
 */
export function csvLogger(target: string | LogSink, options: CsvLoggerOptions = {}): Logger {
  const {
    now = Date.now,
    columns,
    newColumns = columns ? 'refuse' : 'add',
  } = knownOptions('csvLogger', options, 'columns newColumns overwrite now');
  const sink = typeof target === 'string' ? logFile(target) : target;
  let header: string[] | undefined;

  const start = (doneSteps: number) => {
    const lines = openRows(
      'csvLogger',
      sink,
      doneSteps,
      (line, index) => (index === 0 ? undefined : Number.parseInt(line, 10)),
      options,
    );
    const [first] = lines;
    header = first === undefined ? [] : parseHeader(first, sink.name);
    if (header.length === 0 && columns) setHeader([...columns]);
  };

  const setHeader = (names: string[]) => {
    const bad = names.find((name) => /[\r\n]/.test(name) || name === 'step' || name === 'time');
    if (bad !== undefined)
      throw new ArgumentError(
        'csvLogger',
        `a column must be one line and neither 'step' nor 'time', got ${JSON.stringify(bad)}; rename it`,
      );
    const before = header ?? [];
    header = names;
    const line = `${['step', 'time', ...names].map(quoted).join(',')}\n`;
    if (before.length === 0) return sink.write(line);
    // New names stand at the end, and no cell holds a line's end: the rows above only get longer.
    const rows = (sink.readText() ?? '').split('\n').slice(1, -1);
    const empty = ','.repeat(names.length - before.length);
    sink.replace(line + rows.map((row) => `${row}${empty}\n`).join(''));
  };

  return {
    start,
    scalars(step, values) {
      if (header === undefined) start(0);
      const known = header ?? [];
      const names = Object.keys(values);
      const added = isSame(names, known) ? [] : names.filter((name) => !known.includes(name));
      if (added.length > 0 && known.length > 0 && newColumns === 'refuse') {
        throw new ArgumentError(
          'csvLogger',
          `${sink.name} has the columns ${known.join(', ')}, got ${added.join(', ')} at step ${step}; name all columns, or pass { newColumns: 'add' }`,
        );
      }
      if (added.length > 0) setHeader([...known, ...added]);
      // Put together piece by piece: a row is written at every step of a run whose steps may take less than this.
      let row = `${step},${new Date(now()).toISOString()}`;
      for (const name of header ?? []) row += `,${values[name] ?? ''}`;
      sink.write(`${row}\n`);
    },
    close() {
      sink.close();
      header = undefined;
    },
  };
}

function isSame(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((name, index) => name === b[index]);
}

function quoted(cell: string): string {
  return /[",]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}

function parseHeader(line: string, name: string): string[] {
  const cells = [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^",]*))/g)].map(([, inQuotes, plain]) =>
    inQuotes === undefined ? (plain ?? '') : inQuotes.replaceAll('""', '"'),
  );
  const [step, time, ...names] = cells;
  if (step !== 'step' || time !== 'time')
    throw new ArgumentError(
      'csvLogger',
      `${name} begins with '${line.slice(0, 60)}', expected the columns step and time; it is no log of a run, choose another name`,
    );
  return names;
}
