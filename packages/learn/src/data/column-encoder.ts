/** Columns of a table to one matrix: numbers standardised, texts as one column for each of their values. */
import { ArgumentError, didYouMean, knownOptions } from '@noosphere/base';
import { fromData, type HostTensor } from '@noosphere/core';

/** Columns by name, as `readCsv` gives them: numbers, and texts of which some may be missing. */
export type TableColumns = Readonly<Record<string, Float64Array | readonly (string | undefined)[]>>;

export interface ColumnEncoderOptions {
  /** A gap among numbers becomes the column's mean, one among texts zeros; or it is refused with its row. @default 'error' */
  readonly missing?: 'error' | 'mean';
  /** A text that was not there at the fit becomes zeros, or is refused with its row. @default 'error' */
  readonly unknown?: 'error' | 'zeros';
}

/** What a column was found to hold, as plain data. */
export type ColumnState =
  | { readonly name: string; readonly kind: 'number'; readonly mean: number; readonly deviation: number }
  | { readonly name: string; readonly kind: 'text'; readonly values: readonly string[] };

/** What encodes a table: plain data, to be kept beside a model. */
export interface ColumnEncoderState extends Required<ColumnEncoderOptions> {
  readonly columns: readonly ColumnState[];
}

/** Encodes tables with the columns that it was fitted to. */
export class ColumnEncoder {
  readonly state: ColumnEncoderState;

  constructor(state: ColumnEncoderState) {
    this.state = state;
  }

  /** Names of the encoded columns: `power`, `maker=Ford`. */
  get names(): string[] {
    return this.state.columns.flatMap((column) =>
      column.kind === 'number' ? [column.name] : column.values.map((value) => `${column.name}=${value}`),
    );
  }

  /**
   * A float32 matrix [rows, encoded columns].
   * @throws ArgumentError where a column is missing or of another kind, and for gaps and unknown texts unless asked otherwise.
   */
  encode(table: TableColumns): HostTensor<'float32'> {
    const { columns } = this.state;
    const rows = rowsOf('encode', table);
    const width = this.names.length;
    const data = new Float32Array(rows * width);
    let at = 0;
    for (const column of columns) {
      const given = Object.hasOwn(table, column.name) ? table[column.name] : undefined;
      if (given === undefined)
        throw new ArgumentError(
          'encode',
          `the table has no column '${column.name}'${didYouMean(column.name, Object.keys(table))}`,
        );
      if (column.kind === 'number')
        this.#encodeNumbers(column, given, (row, value) => (data[row * width + at] = value));
      else this.#encodeTexts(column, given, (row, place) => (data[row * width + at + place] = 1));
      at += column.kind === 'number' ? 1 : column.values.length;
    }
    return fromData('float32', [rows, width], data);
  }

  #encodeNumbers(
    { name, mean, deviation }: Extract<ColumnState, { kind: 'number' }>,
    given: TableColumns[string],
    set: (row: number, value: number) => void,
  ): void {
    if (!(given instanceof Float64Array))
      throw new ArgumentError('encode', `'${name}' must be numbers, got texts`);
    given.forEach((value, row) => {
      if (Number.isNaN(value) && this.state.missing === 'error')
        throw new ArgumentError('encode', `'${name}' has a gap in row ${row}; missing: 'mean' fills it`);
      set(row, Number.isNaN(value) || deviation === 0 ? 0 : (value - mean) / deviation);
    });
  }

  #encodeTexts(
    { name, values }: Extract<ColumnState, { kind: 'text' }>,
    given: TableColumns[string],
    set: (row: number, place: number) => void,
  ): void {
    if (given instanceof Float64Array)
      throw new ArgumentError('encode', `'${name}' must be texts, got numbers`);
    const places = new Map(values.map((value, place) => [value, place]));
    given.forEach((value, row) => {
      if (value === undefined && this.state.missing === 'error')
        throw new ArgumentError(
          'encode',
          `'${name}' has a gap in row ${row}; missing: 'mean' makes it zeros`,
        );
      if (value === undefined) return;
      const place = places.get(value);
      if (place !== undefined) set(row, place);
      else if (this.state.unknown === 'error')
        throw new ArgumentError(
          'encode',
          `'${name}' is '${value}' in row ${row}, which was not there at the fit; unknown: 'zeros' lets it pass`,
        );
    });
  }
}

/**
 * Learns how to make a matrix of a table: numbers become (x - mean) / deviation, with that of the training rows, a constant 0;
 * texts become one column of zeros and ones for each value, in the order of their character codes.
 *
 * Fit it to the training rows alone, and encode the others with it.
 * @example
 * const cars = { maker: ['Ford', 'Audi', 'Ford'], power: Float64Array.of(80, 120, 100) };
 * const encoder = fitColumns(cars);
 * console.log(encoder.names, await encoder.encode({ maker: ['Audi'], power: Float64Array.of(100) }).array());
 * // → [ 'maker=Audi', 'maker=Ford', 'power' ] [ [ 1, 0, 0 ] ]
 */
export function fitColumns(table: TableColumns, options: ColumnEncoderOptions = {}): ColumnEncoder {
  const { missing = 'error', unknown = 'error' } = knownOptions('fitColumns', options, 'missing unknown');
  if (rowsOf('fitColumns', table) === 0) throw new ArgumentError('fitColumns', 'the table has no rows');
  const columns = Object.entries(table).map(([name, values]): ColumnState => {
    if (values instanceof Float64Array) return { name, kind: 'number', ...momentsOf(name, values) };
    const found = new Set(values.filter((value) => value !== undefined));
    return { name, kind: 'text', values: [...found].sort() };
  });
  return new ColumnEncoder({ columns, missing, unknown });
}

/** Mean and deviation (by n) of the values that are there. */
function momentsOf(name: string, values: Float64Array): { mean: number; deviation: number } {
  const known = values.filter((value) => !Number.isNaN(value));
  if (known.length === 0 || !known.every(Number.isFinite))
    throw new ArgumentError(
      'fitColumns',
      `'${name}' needs finite numbers, got ${known.length === 0 ? 'gaps only' : 'an infinite one'}`,
    );
  const mean = known.reduce((sum, value) => sum + value / known.length, 0);
  const deviation = Math.sqrt(known.reduce((sum, value) => sum + (value - mean) ** 2 / known.length, 0));
  // What rounding makes of a constant is no spread.
  return { mean, deviation: deviation > 1e-12 * Math.abs(mean) ? deviation : 0 };
}

function rowsOf(operation: string, table: TableColumns): number {
  if (typeof table !== 'object' || table === null || Object.keys(table).length === 0)
    throw new ArgumentError(operation, 'expects columns by name, such as readCsv gives');
  const [[first = '', values] = ['', []], ...others] = Object.entries(table);
  for (const [name, each] of others) {
    if (each.length !== values.length)
      throw new ArgumentError(
        operation,
        `expects columns of one length, got ${values.length} of '${first}' and ${each.length} of '${name}'`,
      );
  }
  return values.length;
}
