/** Cells to dates and values, each kind of mistake with its message. */
import { ArgumentError } from '@noosphere/core';
import { type DateKind, type ParsedDate, parseDate, parseValue } from './cells.js';
import { quote } from './csv-rows.js';
import { dateReader } from './date-format.js';

/** How the cells of a table are written. */
export interface CellFormat {
  /** What stands before the fraction of a number; with a comma, points may stand between thousands. @default '.' */
  readonly decimal?: '.' | ',';
  /**
   * Order of a date's parts, such as `DD/MM/YYYY` or `D. MMM YYYY HH:mm`. @default ISO 8601: 2024-01-31, 2024-01-31T15:30 (with
   * an offset or without), 2024-01, 2024-W05; also 2024Q1, 31.1.2024 and numbers of steps
   */
  readonly dateFormat?: string;
}

/** Must throw. */
export type RefuseCell = (message: string) => never;

/** More texts of dates than this are not remembered. */
const maxTexts = 1 << 14;

/** Reads cells; dates of one kind, whose texts that come again (as in every series of a frame) are read once. */
export class CellReader {
  readonly #decimal: '.' | ',';
  readonly #format: string | undefined;
  readonly #isoOf: ((text: string) => string | undefined) | undefined;
  #kind: DateKind | undefined;
  readonly #dates = new Map<string, ParsedDate>();

  constructor({ decimal = '.', dateFormat }: CellFormat) {
    if (decimal !== '.' && decimal !== ',')
      throw new ArgumentError('decimal', `expected '.' or ',', got '${String(decimal)}'`);
    this.#decimal = decimal;
    this.#format = dateFormat;
    this.#isoOf = dateFormat === undefined ? undefined : dateReader(dateFormat);
  }

  /** Whether dates have a format of their own, by which 20240131 is no step. */
  get hasFormat(): boolean {
    return this.#isoOf !== undefined;
  }

  /** The date that a text is, of any kind. */
  dateOf(text: string): ParsedDate | undefined {
    if (!this.#isoOf) return parseDate(text);
    const iso = this.#isoOf(text);
    return iso === undefined ? undefined : parseDate(iso);
  }

  valueOf(text: string): number | undefined {
    return parseValue(text, this.#decimal);
  }

  date(cell: string, refuse: RefuseCell): ParsedDate {
    const known = this.#dates.get(cell);
    if (known) return known;
    const date = this.dateOf(cell);
    if (!date) return refuse(`expected ${this.#expectedDate()}, got ${quote(cell)}${dateHint(cell)}`);
    this.#kind ??= date.kind;
    if (date.kind !== this.#kind)
      refuse(`expected a ${this.#kind} as in the rows before, got the ${date.kind} ${quote(date.text)}`);
    if (this.#dates.size < maxTexts) this.#dates.set(cell, date);
    return date;
  }

  /** A number, or NaN for a gap. */
  value(cell: string, refuse: RefuseCell): number {
    const value = this.valueOf(cell);
    if (value !== undefined) return value;
    const other = this.#decimal === '.' ? ',' : '.';
    const hint =
      parseValue(cell, other) === undefined
        ? ''
        : `; a decimal ${other === ',' ? 'comma' : 'point'}? Give decimal: '${other}'`;
    return refuse(`expected a number, or a gap (empty, NA, NaN or .), got ${quote(cell)}${hint}`);
  }

  #expectedDate(): string {
    return this.#format === undefined
      ? 'a date such as 2024-01-31, a time such as 2024-01-31T15:30 or a step such as 17'
      : `a date as ${this.#format}`;
  }
}

/** The format to give for a date that is written otherwise. */
export function dateHint(cell: string): string {
  const [, first, separator, second, time = ''] =
    /^(\d{1,2})([/.-])(\d{1,2})\2\d{4}(?:[ T](\d{1,2}:\d{2}(?::\d{2})?))?$/.exec(cell.trim()) ?? [];
  if (first === undefined || separator === undefined) return '';
  const clock = time === '' ? '' : time.split(':').length > 2 ? ' HH:mm:ss' : ' HH:mm';
  const formats = [
    ...(Number(second) <= 12 ? [['DD', 'MM', 'YYYY']] : []),
    ...(Number(first) <= 12 ? [['MM', 'DD', 'YYYY']] : []),
  ].map((order) => `dateFormat: '${order.join(separator)}${clock}'`);
  return formats.length === 0 ? '' : `; give the order of its parts, ${formats.join(' or ')}`;
}
