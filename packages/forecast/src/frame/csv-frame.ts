/** CSV to a frame, long or wide, as its blocks of lines come. */
import { FormatError } from '@noosphere/core';
import type { LineBlock } from '@noosphere/learn';
import { CellReader } from '../series/cell-checks.js';
import type { ParsedDate } from '../series/cells.js';
import { CsvRows } from '../series/csv-rows.js';
import { detectLayout, type LayoutChoice } from '../series/layout.js';
import { type CovariateNames, type LoadedFrame, listCovariates } from './covariates.js';
import { FrameBuilder } from './frame-builder.js';
import { refuseMissingCovariates } from './frame-of.js';
import { defaultColumns } from './frame-options.js';
import type { ReadFrameOptions } from './read-frame.js';

interface WideRow {
  readonly line: number;
  readonly date: ParsedDate;
}

export class CsvFrame<Names extends CovariateNames> {
  readonly #csv: CsvRows;
  readonly #builder: FrameBuilder<Names>;
  readonly #options: ReadFrameOptions<Names>;
  readonly #cells: CellReader;
  readonly #covariates: ReturnType<typeof listCovariates>;
  #layout: LayoutChoice | undefined;
  /** Columns of the covariates in the file. */
  #places: readonly number[] = [];
  readonly #values: Float64Array;
  /** Wide: columns that had a value, and their rows without one since. */
  readonly #begun = new Set<number>();
  #waiting: WideRow[][] = [];

  constructor(operation: string, name: string, options: ReadFrameOptions<Names>) {
    this.#options = options;
    this.#cells = new CellReader(options);
    this.#covariates = listCovariates(options.covariates ?? {});
    this.#values = new Float64Array(this.#covariates.length);
    this.#csv = new CsvRows({
      operation,
      name,
      ...(options.delimiter ? { delimiter: options.delimiter } : {}),
      onRow: (...row) => this.#takeRow(...row),
    });
    this.#builder = new FrameBuilder(options, (line, message) => {
      if (line !== undefined) return this.#csv.refuse(line, undefined, message);
      throw new FormatError(operation, name, message);
    });
  }

  take(block: LineBlock | undefined): void {
    this.#csv.take(block);
  }

  finish(): LoadedFrame<Names> {
    this.#csv.finish();
    return this.#builder.finish();
  }

  #takeRow(header: readonly string[], cells: readonly string[], line: number): void {
    const layout = this.#layout ?? this.#start(header, cells, line);
    if (layout.layout === 'long') this.#takeLong(cells, line, layout.columns);
    else this.#takeWide(header, cells, line);
  }

  #start(header: readonly string[], cells: readonly string[], line: number): LayoutChoice {
    const names = this.#options.columns ?? defaultColumns;
    const [id = -1, time = -1, value = -1] = names.map((name) => header.indexOf(name));
    const isNamed = id >= 0 && time >= 0 && value >= 0;
    const choice: LayoutChoice | string =
      isNamed && this.#options.layout !== 'wide'
        ? { layout: 'long', reason: `the header has ${names.join(', ')}`, columns: [id, time, value] }
        : this.#options.columns && this.#options.layout !== 'wide'
          ? `expected the columns ${names.join(', ')}, got ${header.join(', ')}`
          : detectLayout(header, cells, this.#options.layout, this.#cells);
    if (typeof choice === 'string') this.#csv.refuse(line, undefined, choice);
    if (choice.layout === 'wide' && this.#covariates.length > 0) {
      this.#csv.refuse(
        line,
        undefined,
        `a wide table has no covariates, asked for '${this.#covariates[0]?.name}'; give a long one with ${names.join(', ')}`,
      );
    }
    refuseMissingCovariates(this.#covariates, new Set(header), (_, message) =>
      this.#csv.refuse(1, undefined, message),
    );
    if (choice.layout === 'long') {
      const used = [...choice.columns, ...this.#covariates.map(({ name }) => header.indexOf(name))];
      this.#builder.unusedColumns = header.filter((_, column) => !used.includes(column));
    }
    this.#places = this.#covariates.map(({ name }) => header.indexOf(name));
    this.#waiting = header.map(() => []);
    this.#layout = choice;
    return choice;
  }

  #takeLong(cells: readonly string[], line: number, [id, time, y]: readonly [number, number, number]): void {
    const name = (cells[id] ?? '').trim();
    if (name === '') this.#csv.refuse(line, id, 'is empty, expected the name of a series');
    this.#places.forEach((place, index) => {
      this.#values[index] = this.#valueAt(cells, place, line);
    });
    this.#builder.add(
      line,
      name,
      this.#dateAt(cells, time, line),
      this.#valueAt(cells, y, line),
      this.#values,
    );
  }

  /** Gaps before a series' first value and after its last are no rows: series of a wide table begin and end when they do. */
  #takeWide(header: readonly string[], cells: readonly string[], line: number): void {
    const date = this.#dateAt(cells, 0, line);
    for (let column = 1; column < cells.length; column++) {
      const name = header[column] as string;
      const value = this.#valueAt(cells, column, line);
      const waiting = this.#waiting[column] as WideRow[];
      if (Number.isNaN(value)) {
        if (this.#begun.has(column)) waiting.push({ line, date });
        continue;
      }
      for (const gap of waiting) this.#builder.add(gap.line, name, gap.date, Number.NaN, []);
      waiting.length = 0;
      this.#begun.add(column);
      this.#builder.add(line, name, date, value, []);
    }
  }

  #dateAt(cells: readonly string[], column: number, line: number) {
    return this.#cells.date(cells[column] ?? '', (message) => this.#csv.refuse(line, column, message));
  }

  #valueAt(cells: readonly string[], column: number, line: number): number {
    return this.#cells.value(cells[column] ?? '', (message) => this.#csv.refuse(line, column, message));
  }
}
