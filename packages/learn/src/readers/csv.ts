/** CSV: rows by the names of their columns, or whole columns. What cells mean is said by the caller. */
import { ArgumentError, didYouMean, FormatError, knownOptions, requireObject } from '@noosphere/base';
import Papa from 'papaparse';
import { fileChunks } from '../files/chunks.js';
import { type LineBlock, LineBlocks, maxLineLength } from './line-blocks.js';

export type CsvType = 'number' | 'text';
/** A cell: an empty one is NaN among numbers and `undefined` among texts. */
export type CsvCell<Type extends CsvType> = Type extends 'number' ? number : string | undefined;

export interface CsvOptions<Columns extends Readonly<Record<string, CsvType>>> {
  /** The columns to read, and what they hold; others are left out. */
  readonly columns: Columns;
  /** @default ',' */
  readonly delimiter?: string;
  /** Names of the columns of a file without a header. @default its first row */
  readonly header?: readonly string[];
  /** Cells that count as empty, beside those with nothing in them, such as `NA`. @default none */
  readonly missing?: readonly string[];
}

const decimal = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/**
 * The rows of a CSV file (RFC 4180, UTF-8), as it is read: numbers converted, empty cells NaN or `undefined`.
 *
 * Throws a `FormatError` with file and row (the header is row 1) where a row has more or fewer cells than the header, a cell is
 * no number, or a quote does not end. Blank lines are skipped.
 * @example
 * import { writeFile } from 'node:fs/promises';
 * await writeFile('people.csv', 'name,age\n"Doe, Jane",41\nJo,\n');
 * for await (const { name, age } of readCsvRows('people.csv', { columns: { name: 'text', age: 'number' } }))
 *   console.log(name, age); // → Doe, Jane 41
 *   //   Jo NaN
 */
export async function* readCsvRows<const Columns extends Readonly<Record<string, CsvType>>>(
  path: string,
  options: CsvOptions<Columns>,
): AsyncGenerator<{ [Name in keyof Columns]: CsvCell<Columns[Name]> }> {
  const {
    columns,
    header,
    delimiter = ',',
    missing = [],
  } = knownOptions('readCsv', options, 'columns delimiter header missing');
  const empty = new Set(['', ...missing]);
  let names = header;
  let places = names && placesOf(path, names, columns);
  let row = 0;
  for await (const cells of cellsOf(path, delimiter)) {
    row++;
    if (cells.length === 1 && cells[0]?.trim() === '') continue;
    if (!names || !places) {
      names = cells.map((name) => name.trim());
      places = placesOf(path, names, columns);
      continue;
    }
    const place = `${path}, row ${row}`;
    if (cells.length !== names.length)
      throw new FormatError(
        'readCsv',
        place,
        `has ${cells.length} cells, expected ${names.length} as in the header`,
      );
    const read = places.map(({ name, type, at }) => {
      const cell = cells[at] ?? '';
      const text = cell.trim();
      if (type === 'text') return [name, empty.has(text) ? undefined : cell];
      if (!empty.has(text) && !decimal.test(text))
        throw new FormatError(
          'readCsv',
          `${place}, column '${name}'`,
          `is '${text.slice(0, 40)}', expected a number; read it as text, or list it as missing`,
        );
      return [name, empty.has(text) ? Number.NaN : Number(text)];
    });
    yield Object.fromEntries(read);
  }
  if (!names) throw new FormatError('readCsv', path, 'is empty, expected a header and rows');
}

/**
 * The columns of a CSV file: float64 for numbers, lists for texts. Else as `readCsvRows`.
 * @example
 * import { writeFile } from 'node:fs/promises';
 * await writeFile('prices.csv', 'day;price\nMo;1.5\nTu;NA\n');
 * console.log(await readCsv('prices.csv', { columns: { price: 'number' }, delimiter: ';', missing: ['NA'] }));
 * // → { price: Float64Array(2) [ 1.5, NaN ] }
 */
export async function readCsv<const Columns extends Readonly<Record<string, CsvType>>>(
  path: string,
  options: CsvOptions<Columns>,
): Promise<{
  [Name in keyof Columns]: Columns[Name] extends 'number' ? Float64Array : (string | undefined)[];
}> {
  knownOptions('readCsv', options, 'columns delimiter header missing');
  requireObject('readCsv', 'columns', options?.columns, "{ price: 'number', name: 'text' }");
  const types = Object.entries(options.columns);
  const found = types.map((): unknown[] => []);
  for await (const row of readCsvRows(path, options))
    for (const [at, [name]] of types.entries()) found[at]?.push(row[name]);
  const read = types.map(([name, type], at) => [
    name,
    type === 'number' ? Float64Array.from(found[at] as number[]) : found[at],
  ]);
  return Object.fromEntries(read);
}

function placesOf(path: string, names: readonly string[], columns: Readonly<Record<string, CsvType>>) {
  const twice = names.find((name, at) => names.indexOf(name) < at);
  if (twice !== undefined)
    throw new FormatError('readCsv', `${path}, row 1`, `has the column '${twice}' twice; name each once`);
  return Object.entries(columns).map(([name, type]) => {
    const at = names.indexOf(name);
    if (at >= 0) return { name, type, at };
    throw new ArgumentError(
      'readCsv',
      `${path} has no column '${name}', it has ${names.slice(0, 20).join(', ')}${didYouMean(name, names)}`,
    );
  });
}

/** Rows of cells. Lines wait for the next ones while a quote is open. */
async function* cellsOf(path: string, delimiter: string): AsyncGenerator<string[]> {
  const blocks = new LineBlocks('readCsv', path);
  let [open, row] = ['', 0];
  const parsed = (block: LineBlock | undefined, isLast: boolean): string[][] => {
    const text = block && open ? `${open}\n${block.text}` : (block?.text ?? open);
    const { data, errors } = Papa.parse<string[]>(text, { delimiter, newline: '\n' });
    const [fault] = errors;
    const isOpen = fault?.code === 'MissingQuotes' && !isLast && text.length < 8 * maxLineLength;
    open = isOpen ? text : '';
    if (isOpen) return [];
    if (fault)
      throw new FormatError(
        'readCsv',
        `${path}, row ${row + (fault.row ?? 0) + 1}`,
        `${fault.message}; check the quotes`,
      );
    row += data.length;
    return data;
  };
  for await (const chunk of fileChunks('readCsv', path)) {
    const block = blocks.pushBytes(chunk);
    if (block) yield* parsed(block, false);
  }
  yield* parsed(blocks.end(), true);
}
