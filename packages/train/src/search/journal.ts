/** A search's memory: a head that names the space, then one line for each call of the objective that ended. */
import { ArgumentError, FormatError } from '@noosphere/core';
import * as v from 'valibot';
import { type LogSink, logFile } from '../files/log-file.js';
import { describeSpace, type PlainConfig, pointOf } from './points.js';
import type { SearchDirection, TrialRecord } from './trial.js';
import type { SearchSpace } from './vary.js';

/** The format's version: raised whenever an older reader would misunderstand a newer file. */
const formatVersion = 1;

const headSchema = v.object({
  format: v.literal('noosphere-search'),
  version: v.literal(formatVersion),
  direction: v.picklist(['minimize', 'maximize']),
  space: v.unknown(),
});

const plainConfigSchema: v.GenericSchema<PlainConfig> = v.record(
  v.string(),
  v.union([v.number(), v.string(), v.boolean(), v.lazy(() => plainConfigSchema)]),
);

/** JSON has no infinity; an objective may give one. */
const valueSchema = v.union([v.number(), v.pipe(v.picklist(['Infinity', '-Infinity']), v.transform(Number))]);

const recordSchema = v.object({
  trial: v.pipe(v.number(), v.integer(), v.minValue(0)),
  config: plainConfigSchema,
  budget: v.number(),
  value: v.pipe(
    v.optional(valueSchema),
    v.transform((value): number | undefined => value),
  ),
  state: v.picklist(['finished', 'stopped', 'failed']),
  error: v.optional(v.string()),
  seconds: v.number(),
  reports: v.array(v.object({ budget: v.number(), value: valueSchema })),
});

/** What is kept of a search. */
export interface Journal {
  /** What earlier searches left, in order. */
  readonly records: readonly TrialRecord[];
  append(record: TrialRecord): void;
  close(): void;
}

/**
 * Opens the journal of a search, and begins it where there is none. A last line that a crash tore off is dropped.
 * @throws ArgumentError where it belongs to another space or direction, FormatError where a line is damaged.
 */
export function openJournal(
  target: string | LogSink,
  space: SearchSpace,
  direction: SearchDirection,
): Journal {
  const sink = typeof target === 'string' ? logFile(target, { isDurable: true }) : target;
  const text = sink.readText() ?? '';
  const lines = text.split('\n').slice(0, -1);
  const whole = lines.map((line) => `${line}\n`).join('');
  const head = { format: 'noosphere-search', version: formatVersion, direction, space: describeSpace(space) };
  const [first, ...rest] = lines;
  // The head is written at once and whole, so that a file without one is not ours.
  if (first === undefined && text !== '')
    throw damaged(sink.name, 1, 'is no journal of a search; choose another file');
  if (first !== undefined) checkHead(sink.name, first, head);
  const records = rest.map((line, index) => readRecord(sink.name, index + 2, line, space));
  if (first === undefined) sink.replace(`${JSON.stringify(head)}\n`);
  else if (whole !== text) sink.replace(whole);
  return {
    records,
    append: (record) => sink.write(`${JSON.stringify(plain(record))}\n`),
    close: () => sink.close(),
  };
}

function plain(record: TrialRecord): object {
  const value = (number: number) => (Number.isFinite(number) ? number : String(number));
  return {
    ...record,
    value: record.value === undefined ? undefined : value(record.value),
    reports: record.reports.map((report) => ({ ...report, value: value(report.value) })),
  };
}

function checkHead(
  name: string,
  line: string,
  expected: { direction: SearchDirection; space: unknown },
): void {
  const parsed = v.safeParse(headSchema, json(name, 1, line));
  if (!parsed.success)
    throw damaged(name, 1, `is no journal of a search (${parsed.issues[0].message}); choose another file`);
  const { direction, space } = parsed.output;
  const [found, wanted] = [
    JSON.stringify({ direction, space }),
    JSON.stringify({ direction: expected.direction, space: expected.space }),
  ];
  if (found !== wanted) {
    throw new ArgumentError(
      'search',
      `${name} belongs to another search, expected ${wanted}, got ${found}; choose another file`,
    );
  }
}

function readRecord(name: string, number: number, line: string, space: SearchSpace): TrialRecord {
  const parsed = v.safeParse(recordSchema, json(name, number, line));
  if (!parsed.success) {
    const [issue] = parsed.issues;
    throw damaged(name, number, `${v.getDotPath(issue) ?? 'record'}: ${issue.message}; the file is damaged`);
  }
  const { value, error, ...rest } = parsed.output;
  pointOf(space, rest.config);
  return { ...rest, value, error };
}

function json(name: string, number: number, line: string): unknown {
  try {
    return JSON.parse(line);
  } catch (cause) {
    throw damaged(name, number, `is not JSON: ${String(cause)}; the file is damaged`, cause);
  }
}

function damaged(name: string, number: number, message: string, cause?: unknown): FormatError {
  return new FormatError('search', `${name}, line ${number}`, message, { cause });
}
