/** Rows of cells to series: finds the layout, and remembers rows for the error messages. */
import { FormatError } from '@noosphere/core';
import type { LineBlock } from '@noosphere/learn';
import { CellReader } from './cell-checks.js';
import type { ParsedDate } from './cells.js';
import { CsvRows, maxColumnCount } from './csv-rows.js';
import { detectLayout, type LayoutChoice } from './layout.js';
import { NumberList } from './numbers.js';
import type { ReadSeriesOptions } from './read.js';
import { type DatedRows, sortRows } from './sort-rows.js';
import type { Series, SeriesTable } from './table.js';

/** More series than this in one table are taken for a mistake: a file read with the wrong layout, or not a table. */
const maxSeriesCount = maxColumnCount - 1;

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
  readonly #csv: CsvRows;
  readonly #cells: CellReader;
  #choice: LayoutChoice | undefined;
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
    this.#cells = new CellReader(options);
    this.#csv = new CsvRows({ ...options, onRow: (...row) => this.#takeRow(...row) });
  }

  /** Takes the next lines. */
  take(block: LineBlock | undefined): void {
    this.#csv.take(block);
  }

  /** The table, after the last line. */
  finish(): SeriesTable {
    const { operation, name } = this.#options;
    this.#csv.finish();
    if (!this.#choice) throw new FormatError(operation, name, 'has a header but no row of values');
    const sorted = this.#rows.map((rows, index) =>
      sortRows(rows, (dateText, first, second) => {
        const whose = this.#choice?.layout === 'long' ? ` of '${this.#names[index]}'` : '';
        this.#csv.refuse(
          second,
          undefined,
          `the date ${dateText}${whose} comes twice, first in row ${first}`,
        );
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

  #takeRow(header: readonly string[], cells: readonly string[], line: number): void {
    if (!this.#choice) this.#start(header, cells, line);
    this.#rowCount += 1;
    if (this.#choice?.layout === 'long') this.#takeLong(cells, line, this.#choice.columns);
    else this.#takeWide(cells, line);
  }

  #start(header: readonly string[], firstRow: readonly string[], line: number): void {
    const choice = detectLayout(header, firstRow, this.#options.layout, this.#cells);
    if (typeof choice === 'string') this.#csv.refuse(line, undefined, choice);
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
    if (name === '') this.#csv.refuse(line, id, 'is empty, expected the name of a series');
    let index = this.#indexes.get(name);
    if (index === undefined) {
      if (this.#names.length === maxSeriesCount) {
        this.#csv.refuse(line, id, `names more than ${maxSeriesCount} series`);
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
    return this.#cells.date(cells[column] ?? '', (message) => this.#csv.refuse(line, column, message));
  }

  #valueAt(cells: readonly string[], column: number, line: number): number {
    const value = this.#cells.value(cells[column] ?? '', (message) =>
      this.#csv.refuse(line, column, message),
    );
    if (Number.isNaN(value)) this.#gapCount += 1;
    return value;
  }
}
