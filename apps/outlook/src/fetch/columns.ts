/** Columns of a CSV text by their names: dates and numbers, checked; what the columns mean is the sources'. */
import { ArgumentError } from '@noosphere/core';
import Papa from 'papaparse';

/** A series as a source gives it, dates rising. */
export interface FetchedSeries {
  readonly name: string;
  readonly dates: readonly string[];
  readonly values: readonly number[];
}

export interface CsvText {
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** Cells that stand for no value, at FRED (.) and elsewhere. */
const gaps = new Set(['', '.', '-', 'na', 'n/a', 'nan', 'null', '#n/a']);
const mostShown = 12;

/** Header and rows of a CSV text with commas or semicolons, quotes doubled inside of quotes (RFC 4180). */
export function readCsv(text: string, from: string): CsvText {
  const body = text.replace(/^\uFEFF/, '');
  const [firstLine = ''] = body.split(/\r?\n/, 1);
  const separator = firstLine.split(';').length > firstLine.split(',').length ? ';' : ',';
  const [header, ...rows] = rowsOf(body, separator);
  if (!header || rows.length === 0)
    throw new ArgumentError(
      'fetch',
      `${from} answered without any row; check the name of the series and the dates`,
    );
  const ragged = rows.findIndex(({ length }) => length !== header.length);
  if (ragged >= 0)
    throw new ArgumentError(
      'fetch',
      `${from}: row ${ragged + 2} has ${rows[ragged]?.length} cells and the header ${header.length}; this is no table in CSV`,
    );
  return { header: header.map((name) => name.trim()), rows };
}

function rowsOf(text: string, delimiter: string): string[][] {
  // Answers mix ends of lines; the parser would take the first kind for all.
  const { data, errors } = Papa.parse<string[]>(text.replaceAll('\r\n', '\n'), {
    delimiter,
    newline: '\n',
    skipEmptyLines: true,
    transform: (cell) => cell.trim(),
  });
  const broken = errors.find(({ type }) => type === 'Quotes');
  if (broken)
    throw new ArgumentError(
      'fetch',
      `row ${(broken.row ?? 0) + 1} of the answer has a quote that does not end; this is no CSV`,
    );
  return data;
}

/** The place of a column; one that is missing is an error that names those that came. */
export function columnOf({ header }: CsvText, names: readonly string[], from: string): number {
  const place = names.map((name) => header.indexOf(name)).find((at) => at >= 0);
  if (place !== undefined) return place;
  const shown = header.slice(0, mostShown).join(', ');
  throw new ArgumentError(
    'fetch',
    `${from} has no column '${names.join("' or '")}', got ${shown}${header.length > mostShown ? ', …' : ''}; its format may have changed`,
  );
}

/** A series from pairs of cells: gaps are left out, dates put in order; anything else that is no number or date is refused. */
export function seriesOf(
  name: string,
  cells: Iterable<readonly [date: string, value: string]>,
  from: string,
): FetchedSeries {
  const byDate = new Map<string, number>();
  for (const [date, text] of cells) {
    if (gaps.has(text.trim().toLowerCase())) continue;
    const value = Number(text);
    if (!Number.isFinite(value))
      throw new ArgumentError(
        'fetch',
        `${from}: '${name}' is '${text.slice(0, 40)}' on ${date}, expected a number`,
      );
    const day = dayOf(date, from);
    if (byDate.has(day)) throw new ArgumentError('fetch', `${from}: '${name}' has two values on ${day}`);
    byDate.set(day, value);
  }
  if (byDate.size === 0)
    throw new ArgumentError(
      'fetch',
      `${from} has no value of '${name}'; check the name of the series and --start`,
    );
  const dates = [...byDate.keys()].sort();
  return { name, dates, values: dates.map((date) => byDate.get(date) ?? Number.NaN) };
}

function dayOf(text: string, from: string): string {
  const found = /^(\d{4}-\d{2}-\d{2})(?:[T ].*)?$/.exec(text.trim());
  const day = found?.[1];
  if (day && new Date(`${day}T00:00:00Z`).toJSON()?.startsWith(day)) return day;
  throw new ArgumentError(
    'fetch',
    `${from} has the date '${text.slice(0, 40)}', expected year-month-day such as 2024-01-31; name another column by --date-column`,
  );
}

/** Whether a column holds nothing but numbers and gaps, and a number at all. */
export function isNumeric({ rows }: CsvText, column: number): boolean {
  const cells = rows.map((row) => (row[column] ?? '').trim()).filter((cell) => !gaps.has(cell.toLowerCase()));
  return cells.length > 0 && cells.every((cell) => Number.isFinite(Number(cell)));
}
