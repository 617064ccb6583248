/** Lines of CSV to rows of cells below a checked header, with their places for messages. What cells mean is for others. */
import { FormatError } from '@noosphere/core';
import type { LineBlock } from '@noosphere/learn';
import Papa from 'papaparse';
import { parseDate } from './cells.js';
import { findDelimiter } from './layout.js';

/** More columns than this are taken for a mistake: a file that is not a table. */
export const maxColumnCount = 20_001;

export interface CsvRowsOptions {
  readonly operation: string;
  /** The file's name, for messages. */
  readonly name: string;
  readonly delimiter?: ',' | ';' | '\t';
  /** Called with each row below the header. @param line Its number in the file, from 1. */
  readonly onRow: (header: readonly string[], cells: readonly string[], line: number) => void;
}

export class CsvRows {
  readonly #options: CsvRowsOptions;
  #header: readonly string[] | undefined;
  #delimiter = ',';

  constructor(options: CsvRowsOptions) {
    this.#options = options;
  }

  /** Names of the columns, once the first line was taken. */
  get header(): readonly string[] | undefined {
    return this.#header;
  }

  /** Takes the next lines. */
  take(block: LineBlock | undefined): void {
    if (block === undefined) return;
    this.#delimiter = this.#header ? this.#delimiter : (this.#options.delimiter ?? findDelimiter(block.text));
    const { data, errors } = Papa.parse<string[]>(block.text, { delimiter: this.#delimiter, newline: '\n' });
    const [fault] = errors;
    if (fault)
      this.refuse(block.firstLine + (fault.row ?? 0), undefined, `${fault.message}; check the quotes`);
    if (data.length !== block.lineCount) {
      this.refuse(
        block.firstLine,
        undefined,
        'a quoted cell goes over a line end here or below; check the quotes',
      );
    }
    data.forEach((cells, index) => {
      if (cells.length > 1 || (cells[0] ?? '').trim() !== '') this.#takeRow(cells, block.firstLine + index);
    });
  }

  /** @param column Its index in the header; `undefined` where the whole row is meant. */
  refuse(line: number, column: number | undefined, message: string): never {
    const name = column === undefined ? '' : `, column ${quote(this.#header?.[column])}`;
    throw new FormatError(this.#options.operation, `${this.#options.name}, row ${line}${name}`, message);
  }

  /** The header, after the last line; refuses a table without any. */
  finish(): readonly string[] {
    const { operation, name } = this.#options;
    if (!this.#header)
      throw new FormatError(operation, name, 'is empty, expected a header and rows of values');
    return this.#header;
  }

  #takeRow(cells: readonly string[], line: number): void {
    if (!this.#header) {
      this.#header = this.#checkHeader(cells, line);
      return;
    }
    if (cells.length !== this.#header.length) {
      const message = `expected ${this.#header.length} cells as in the header, got ${cells.length}`;
      this.refuse(line, undefined, message);
    }
    this.#options.onRow(this.#header, cells, line);
  }

  #checkHeader(cells: readonly string[], line: number): readonly string[] {
    const header = cells.map((cell) => cell.trim());
    const refuse = (message: string) => this.refuse(line, undefined, message);
    if (header.length < 2)
      refuse(`expected a header such as date,A,B or unique_id,ds,y, got ${quote(cells[0])}`);
    if (header.length > maxColumnCount)
      refuse(`has ${header.length} columns, expected at most ${maxColumnCount}`);
    const seen = new Set<string>();
    const { operation, name } = this.#options;
    const refuseColumn = (column: string, message: string) => {
      throw new FormatError(operation, `${name}, row ${line}, column ${column}`, message);
    };
    header.forEach((title, index) => {
      if (title === '') refuseColumn(`${index + 1}`, 'has no name; give each column one');
      if (/\p{Cc}/u.test(title))
        refuseColumn(`${index + 1}`, `has control characters in its name ${quote(title)}`);
      if (seen.has(title)) refuseColumn(quote(title), 'comes twice; give each column its own name');
      seen.add(title);
    });
    const [first = ''] = header;
    if (parseDate(first))
      refuse(`expected a header, got a row that starts with the date ${quote(first)}; add one`);
    return header;
  }
}

/** A cell as it may stand in a message: short, and without characters that a terminal would obey. */
export function quote(text = ''): string {
  const short = text.length > 40 ? `${text.slice(0, 40)}…` : text;
  return `'${short.replace(/\p{Cc}/gu, '?')}'`;
}
