/** Rows of cells to series: finds the layout, checks every cell, and remembers rows for the error messages. */
import { FormatError } from '@noosphere/core';
import Papa from 'papaparse';
import { type DateKind, type ParsedDate, parseDate, parseValue } from './cells.js';
import { detectLayout, findDelimiter, type LayoutChoice } from './layout.js';
import type { LineBlock } from './line-blocks.js';
import { NumberList } from './numbers.js';
import type { ReadSeriesOptions } from './read.js';
import { type DatedRows, sortRows } from './sort-rows.js';
import type { Series, SeriesTable } from './table.js';

/** More series than this in one table are taken for a mistake: a file read with the wrong layout, or not a table. */
const maxSeriesCount = 20_000;

interface ReaderOptions extends ReadSeriesOptions {
  readonly operation: string;
  /** The file's name, for messages. */
  readonly name: string;
}

/** Rows of dates that one or more series share. */
class Rows implements DatedRows {
  readonly dates: string[] = [];
  readonly orders = new NumberList();
  readonly lines = new NumberList();
}

export class TableReader {
  readonly #options: ReaderOptions;
  #header: readonly string[] | undefined;
  #delimiter = ',';
  #choice: LayoutChoice | undefined;
  #dateKind: DateKind | undefined;
  /** Wide: one for all series. Long: one a series. */
  readonly #rows: Rows[] = [];
  readonly #values: NumberList[] = [];
  readonly #names: string[] = [];
  readonly #indexes = new Map<string, number>();
  /** Equal date texts are kept once. */
  readonly #dateTexts = new Map<string, string>();
  #rowCount = 0;
  #gapCount = 0;

  constructor(options: ReaderOptions) {
    this.#options = options;
  }

  /** Takes the next lines. */
  take(block: LineBlock | undefined): void {
    if (block === undefined) return;
    this.#delimiter = this.#header ? this.#delimiter : (this.#options.delimiter ?? findDelimiter(block.text));
    const { data, errors } = Papa.parse<string[]>(block.text, { delimiter: this.#delimiter, newline: '\n' });
    const [fault] = errors;
    if (fault)
      this.#refuse(block.firstLine + (fault.row ?? 0), undefined, `${fault.message}; check the quotes`);
    if (data.length !== block.lineCount) {
      this.#refuse(
        block.firstLine,
        undefined,
        'a quoted cell goes over a line end here or below; check the quotes',
      );
    }
    data.forEach((cells, index) => {
      if (cells.length > 1 || (cells[0] ?? '').trim() !== '') this.#takeRow(cells, block.firstLine + index);
    });
  }

  /** The table, after the last line. */
  finish(): SeriesTable {
    const { operation, name } = this.#options;
    if (!this.#header)
      throw new FormatError(operation, name, 'is empty, expected a header and rows of values');
    if (!this.#choice) throw new FormatError(operation, name, 'has a header but no row of values');
    const sorted = this.#rows.map((rows, index) =>
      sortRows(rows, (dateText, first, second) => {
        const whose = this.#choice?.layout === 'long' ? ` of '${this.#names[index]}'` : '';
        this.#refuse(second, undefined, `the date ${dateText}${whose} comes twice, first in row ${first}`);
      }),
    );
    const series = this.#values.map((list, index): Series => {
      const rows = sorted[this.#choice?.layout === 'long' ? index : 0] ?? { dates: [], order: undefined };
      const values = list.toArray();
      return {
        name: this.#names[index] ?? '',
        dates: rows.dates,
        values: rows.order ? Float64Array.from(rows.order, (row) => values[row] ?? Number.NaN) : values,
      };
    });
    for (const { name: seriesName, values } of series) {
      if (values.every(Number.isNaN)) {
        throw new FormatError(
          operation,
          `${name}, series '${seriesName}'`,
          'has no value at all; leave it out',
        );
      }
    }
    return {
      layout: this.#choice.layout,
      layoutReason: this.#choice.reason,
      series,
      rowCount: this.#rowCount,
      gapCount: this.#gapCount,
      wasSorted: sorted.every(({ order }) => order === undefined),
    };
  }

  #takeRow(cells: readonly string[], line: number): void {
    if (!this.#header) {
      this.#header = this.#checkHeader(cells, line);
      return;
    }
    if (cells.length !== this.#header.length) {
      this.#refuse(
        line,
        undefined,
        `expected ${this.#header.length} cells as in the header, got ${cells.length}`,
      );
    }
    if (!this.#choice) this.#start(this.#header, cells, line);
    this.#rowCount += 1;
    if (this.#choice?.layout === 'long') this.#takeLong(cells, line, this.#choice.columns);
    else this.#takeWide(cells, line);
  }

  #checkHeader(cells: readonly string[], line: number): readonly string[] {
    const header = cells.map((cell) => cell.trim());
    if (header.length < 2) {
      this.#refuse(
        line,
        undefined,
        `expected a header such as date,A,B or unique_id,ds,y, got ${quote(cells[0])}`,
      );
    }
    if (header.length > maxSeriesCount + 1) {
      this.#refuse(line, undefined, `has ${header.length} columns, expected at most ${maxSeriesCount + 1}`);
    }
    const seen = new Set<string>();
    header.forEach((name, index) => {
      if (name === '') this.#refuse(line, `${index + 1}`, 'has no name; give each column one');
      if (/\p{Cc}/u.test(name))
        this.#refuse(line, `${index + 1}`, `has control characters in its name ${quote(name)}`);
      if (seen.has(name)) this.#refuse(line, quote(name), 'comes twice; give each column its own name');
      seen.add(name);
    });
    const [first = ''] = header;
    if (parseDate(first)) {
      this.#refuse(
        line,
        undefined,
        `expected a header, got a row that starts with the date ${quote(first)}; add one`,
      );
    }
    return header;
  }

  #start(header: readonly string[], firstRow: readonly string[], line: number): void {
    const choice = detectLayout(header, firstRow, this.#options.layout);
    if (typeof choice === 'string') this.#refuse(line, undefined, choice);
    this.#choice = choice;
    if (choice.layout === 'wide') {
      this.#rows.push(new Rows());
      for (const name of header.slice(1)) this.#addSeries(name);
    }
  }

  #addSeries(name: string): void {
    this.#indexes.set(name, this.#names.length);
    this.#names.push(name);
    this.#values.push(new NumberList());
  }

  #takeWide(cells: readonly string[], line: number): void {
    this.#pushDate(this.#rows[0] as Rows, this.#dateAt(cells, 0, line), line);
    for (let column = 1; column < cells.length; column++) {
      this.#values[column - 1]?.push(this.#valueAt(cells, column, line));
    }
  }

  #takeLong(cells: readonly string[], line: number, [id, ds, y]: readonly [number, number, number]): void {
    const name = (cells[id] ?? '').trim();
    if (name === '') this.#refuse(line, this.#columnName(id), 'is empty, expected the name of a series');
    let index = this.#indexes.get(name);
    if (index === undefined) {
      if (this.#names.length === maxSeriesCount) {
        this.#refuse(line, this.#columnName(id), `names more than ${maxSeriesCount} series`);
      }
      index = this.#names.length;
      this.#addSeries(name);
      this.#rows.push(new Rows());
    }
    this.#pushDate(this.#rows[index] as Rows, this.#dateAt(cells, ds, line), line);
    this.#values[index]?.push(this.#valueAt(cells, y, line));
  }

  #pushDate(rows: Rows, date: ParsedDate, line: number): void {
    let text = this.#dateTexts.get(date.text);
    if (text === undefined) {
      text = date.text;
      this.#dateTexts.set(text, text);
    }
    rows.dates.push(text);
    rows.orders.push(date.order);
    rows.lines.push(line);
  }

  #dateAt(cells: readonly string[], column: number, line: number): ParsedDate {
    const date = parseDate(cells[column] ?? '');
    if (!date) {
      const found = quote(cells[column]);
      const expected =
        'expected a date such as 2024-01-31, a time such as 2024-01-31T15:30 or a step such as 17';
      this.#refuse(line, this.#columnName(column), `${expected}, got ${found}`);
    }
    this.#dateKind ??= date.kind;
    if (date.kind !== this.#dateKind) {
      const message = `expected a ${this.#dateKind} as in the rows before, got the ${date.kind} ${quote(date.text)}`;
      this.#refuse(line, this.#columnName(column), message);
    }
    return date;
  }

  #valueAt(cells: readonly string[], column: number, line: number): number {
    const value = parseValue(cells[column] ?? '');
    if (value === undefined) {
      const expected = 'expected a number, or a gap (empty, NA, NaN or .)';
      this.#refuse(line, this.#columnName(column), `${expected}, got ${quote(cells[column])}`);
    }
    if (Number.isNaN(value)) this.#gapCount += 1;
    return value;
  }

  #columnName(column: number): string {
    return quote(this.#header?.[column]);
  }

  #refuse(line: number, column: string | undefined, message: string): never {
    const { operation, name } = this.#options;
    const place = `${name}, row ${line}${column === undefined ? '' : `, column ${column}`}`;
    throw new FormatError(operation, place, message);
  }
}

/** A cell as it may stand in a message: short, and without characters that a terminal would obey. */
function quote(text = ''): string {
  const short = text.length > 40 ? `${text.slice(0, 40)}…` : text;
  return `'${short.replace(/\p{Cc}/gu, '?')}'`;
}
