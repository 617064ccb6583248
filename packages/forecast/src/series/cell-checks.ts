/** Cells to dates and values, each kind of mistake with its message. */
import { type DateKind, type ParsedDate, parseDate, parseValue } from './cells.js';
import { quote } from './csv-rows.js';

/** Must throw. */
export type RefuseCell = (message: string) => never;

/** More texts of dates than this are not remembered. */
const maxTexts = 1 << 14;

/** Reads dates of one kind; texts that come again (as in every series of a frame) are read once. */
export class DateCells {
  #kind: DateKind | undefined;
  readonly #dates = new Map<string, ParsedDate>();

  read(cell: string, refuse: RefuseCell): ParsedDate {
    const known = this.#dates.get(cell);
    if (known) return known;
    const date = parseDate(cell);
    if (!date) {
      return refuse(
        `expected a date such as 2024-01-31, a time such as 2024-01-31T15:30 or a step such as 17, got ${quote(cell)}`,
      );
    }
    this.#kind ??= date.kind;
    if (date.kind !== this.#kind)
      refuse(`expected a ${this.#kind} as in the rows before, got the ${date.kind} ${quote(date.text)}`);
    if (this.#dates.size < maxTexts) this.#dates.set(cell, date);
    return date;
  }
}

/** A number, or NaN for a gap. */
export function readValue(cell: string, refuse: RefuseCell): number {
  const value = parseValue(cell);
  if (value === undefined)
    return refuse(`expected a number, or a gap (empty, NA, NaN or .), got ${quote(cell)}`);
  return value;
}
