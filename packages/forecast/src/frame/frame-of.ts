/** Frames from data in memory: rows as objects, or columns. */
import { knownOptions, requireObject } from '@noosphere/base';
import { ArgumentError } from '@noosphere/core';
import { CellReader, dateHint } from '../series/cell-checks.js';
import type { ParsedDate } from '../series/cells.js';
import { type CovariateNames, type LoadedFrame, listCovariates } from './covariates.js';
import { FrameBuilder } from './frame-builder.js';
import { defaultColumns, type FrameOptions } from './frame-options.js';
import type { Refuse } from './row-times.js';

/** A row: its series, its time, its value, and covariates by name; a value that is missing is null, undefined or NaN. */
export type FrameRow = Readonly<Record<string, unknown>>;

/** Columns of equal length by name; typed arrays or lists. Without ids all rows are of one series, `series`. */
export type FrameColumns = Readonly<Record<string, ArrayLike<unknown>>>;

/**
 * A frame from rows or columns named `unique_id`, `ds`, `y` and covariates.
 *
 * Times are texts (`2024-01-31`, `2024-01-31T15:30`, with `Z` or an offset), `Date`s, or whole numbers of steps. Rows of a
 * series are in the order of time; series may be mixed. Refuses with the row's place: duplicates, unordered rows, times off
 * the frequency's grid, mixed offsets, hours that clocks skip, infinities, covariates that are missing.
 * @example
 * const frame = frameOf(
 *   { unique_id: ['A', 'A', 'B', 'B'], ds: ['2024-01-01', '2024-02-01', '2024-01-01', '2024-02-01'], y: [1, 2, 3, 4] },
 * );
 * console.log(frame.ids, frame.frequency, frame.frequencyReason);
 * // → [ 'A', 'B' ] MS inferred from series 'A': on first days, commonest distance 31 days
 */
export function frameOf<const Names extends CovariateNames = Record<never, never>>(
  data: readonly FrameRow[] | FrameColumns,
  options: FrameOptions<Names> = {},
): LoadedFrame<Names> {
  knownOptions('frameOf', options, 'frequency covariates columns dateFormat unordered timeZone');
  const operation = 'frameOf';
  const isRows = Array.isArray(data);
  const place = (row: number) => (isRows ? `rows[${row}]` : `row ${row} (from 0)`);
  const refuse: Refuse = (row, message) => {
    throw new ArgumentError(operation, row === undefined ? message : `${place(row)}: ${message}`);
  };
  const builder = new FrameBuilder(options, refuse);
  const [idName, timeName, valueName] = options.columns ?? defaultColumns;
  const names = listCovariates(options.covariates ?? {});
  const cellOf = isRows ? rowCells(data as readonly FrameRow[]) : columnCells(data as FrameColumns, refuse);
  const has = (name: string) => cellOf.names.has(name);
  const missing = [timeName, valueName].find((name) => !has(name));
  if (missing !== undefined && cellOf.count > 0)
    refuse(undefined, `expected a column '${missing}', got ${[...cellOf.names].join(', ')}`);
  refuseMissingCovariates(names, cellOf.names, cellOf.count > 0 ? refuse : undefined);
  const used = [idName, timeName, valueName, ...names.map(({ name }) => name)];
  builder.unusedColumns = [...cellOf.names].filter((name) => !used.includes(name));
  const cells = new CellReader(options);
  const covariates = new Float64Array(names.length);
  for (let row = 0; row < cellOf.count; row++) {
    const id = has(idName) ? readId(cellOf.at(row, idName), row, refuse) : 'series';
    const date = readTime(cellOf.at(row, timeName), row, cells, refuse);
    names.forEach(({ name }, index) => {
      covariates[index] = readNumber(cellOf.at(row, name), name, row, refuse);
    });
    builder.add(row, id, date, readNumber(cellOf.at(row, valueName), valueName, row, refuse), covariates);
  }
  return builder.finish();
}

/** Names every covariate that was promised and is not there. */
export function refuseMissingCovariates(
  covariates: ReturnType<typeof listCovariates>,
  found: ReadonlySet<string>,
  refuse: Refuse | undefined,
): void {
  const missing = covariates.filter(({ name }) => !found.has(name));
  if (missing.length > 0 && refuse) {
    const texts = missing.map(({ role, name }) => `the ${role} covariate '${name}'`);
    refuse(undefined, `${texts.join(' and ')} is missing, got the columns ${[...found].join(', ')}`);
  }
}

interface Cells {
  readonly count: number;
  readonly names: ReadonlySet<string>;
  at(row: number, name: string): unknown;
}

function rowCells(rows: readonly FrameRow[]): Cells {
  return {
    count: rows.length,
    names: new Set(Object.keys(rows[0] ?? {})),
    at: (row, name) => rows[row]?.[name],
  };
}

function columnCells(columns: FrameColumns, refuse: Refuse): Cells {
  requireObject('frameOf', 'the columns', columns, '{ ds: [1, 2], y: [3, 4] }');
  const names = Object.keys(columns);
  const count = columns[names[0] ?? '']?.length ?? 0;
  for (const name of names) {
    const length = columns[name]?.length;
    if (length !== count)
      refuse(
        undefined,
        `expected columns of equal length, got ${count} of '${names[0]}' and ${length} of '${name}'`,
      );
  }
  return { count, names: new Set(names), at: (row, name) => columns[name]?.[row] };
}

export function readId(cell: unknown, row: number, refuse: Refuse): string {
  if ((typeof cell === 'string' && cell !== '') || typeof cell === 'number' || typeof cell === 'bigint')
    return String(cell);
  return refuse(row, `expected the name of a series, got ${describe(cell)}`);
}

export function readTime(cell: unknown, row: number, cells: CellReader, refuse: Refuse): ParsedDate {
  if (cell instanceof Date) {
    const order = cell.getTime();
    if (Number.isNaN(order)) return refuse(row, 'expected a time, got an invalid Date');
    const text = cell.toISOString();
    return { kind: 'time', text, order, zone: 'Z' };
  }
  if (typeof cell === 'bigint') return readTime(Number(cell), row, cells, refuse);
  if (typeof cell === 'number' && cells.hasFormat) return readTime(String(cell), row, cells, refuse);
  if (typeof cell === 'number' && Number.isSafeInteger(cell))
    return { kind: 'step', text: String(cell), order: cell };
  const date = typeof cell === 'string' ? cells.dateOf(cell) : undefined;
  const expected = 'a date such as 2024-01-31, a time such as 2024-01-31T15:30, a Date or a whole number';
  return (
    date ??
    refuse(
      row,
      `expected ${expected}, got ${describe(cell)}${typeof cell === 'string' ? dateHint(cell) : ''}`,
    )
  );
}

/** NaN for a gap. */
export function readNumber(cell: unknown, name: string, row: number, refuse: Refuse): number {
  if (cell === null || cell === undefined) return Number.NaN;
  const value = typeof cell === 'boolean' || typeof cell === 'bigint' ? Number(cell) : cell;
  if (typeof value === 'number' && (Number.isFinite(value) || Number.isNaN(value))) return value;
  return refuse(
    row,
    `expected '${name}' to be a finite number, or null or NaN for a gap, got ${describe(cell)}`,
  );
}

function describe(cell: unknown): string {
  if (typeof cell === 'string') return `'${cell.slice(0, 40).replace(/\p{Cc}/gu, '?')}'`;
  return typeof cell === 'object' ? (cell === null ? 'null' : 'an object') : String(cell);
}
