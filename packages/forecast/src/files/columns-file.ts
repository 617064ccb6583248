/** Tables of columns to files: CSV, Parquet or JSON by the name's ending. Nothing is overwritten unless asked. */

import { makeAtomically, type WriteOptions, writeAtomically } from '@noosphere/base/files';
import { ArgumentError } from '@noosphere/core';
import { writeParquetColumns } from './parquet.js';

/** A column: texts, numbers, or times in milliseconds since 1970 in UTC with how CSV and JSON write them. */
export type FileColumn =
  | { readonly name: string; readonly type: 'text'; readonly values: ArrayLike<string> }
  | { readonly name: string; readonly type: 'number' | 'whole'; readonly values: ArrayLike<number> }
  | {
      readonly name: string;
      readonly type: 'time';
      readonly values: ArrayLike<number>;
      text(time: number): string;
    };

const piece = 1 << 14;

/** @param notes Facts about the table: JSON's `notes`, Parquet's key-value metadata; CSV has none. */
export async function writeColumns(
  operation: string,
  path: string,
  columns: readonly FileColumn[],
  notes: Readonly<Record<string, unknown>>,
  options: WriteOptions,
): Promise<void> {
  const [, ending = ''] = /\.([a-z]+)$/i.exec(path) ?? [];
  const format = ending.toLowerCase();
  if (!['csv', 'parquet', 'json'].includes(format))
    throw new ArgumentError(operation, `expected a name that ends in .csv, .parquet or .json, got '${path}'`);
  if (format === 'csv') return await writeAtomically(path, csvPieces(columns), options);
  if (format === 'json') return await writeAtomically(path, jsonPieces(columns, notes), options);
  const texts = Object.fromEntries(Object.entries(notes).map(([key, value]) => [key, JSON.stringify(value)]));
  await makeAtomically(
    path,
    (temporary) => writeParquetColumns(temporary, columns.map(parquetColumn), texts),
    options,
  );
}

function* csvPieces(columns: readonly FileColumn[]): Generator<string> {
  yield `${columns.map(({ name }) => csvText(name)).join(',')}\n`;
  const count = columns[0]?.values.length ?? 0;
  for (let start = 0; start < count; start += piece) {
    const lines: string[] = [];
    for (let row = start; row < Math.min(count, start + piece); row++)
      lines.push(columns.map((column) => csvCell(column, row)).join(','));
    yield `${lines.join('\n')}\n`;
  }
}

function csvCell(column: FileColumn, row: number): string {
  if (column.type === 'text') return csvText(column.values[row] as string);
  const value = column.values[row] as number;
  if (Number.isNaN(value)) return '';
  return column.type === 'time' ? column.text(value) : String(value);
}

function csvText(text: string): string {
  return /[",\n\r]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** { notes, columns: { name: [values] } }; NaN is null. */
function* jsonPieces(
  columns: readonly FileColumn[],
  notes: Readonly<Record<string, unknown>>,
): Generator<string> {
  yield `{"notes":${JSON.stringify(notes)},"columns":{`;
  for (const [index, column] of columns.entries()) {
    yield `${index > 0 ? ',' : ''}\n${JSON.stringify(column.name)}:[`;
    for (let start = 0; start < column.values.length; start += piece) {
      const cells: string[] = [];
      for (let row = start; row < Math.min(column.values.length, start + piece); row++) {
        const value = column.values[row];
        if (column.type === 'time' && !Number.isNaN(value))
          cells.push(JSON.stringify(column.text(value as number)));
        else cells.push(Number.isNaN(value) ? 'null' : JSON.stringify(value));
      }
      yield (start > 0 ? ',' : '') + cells.join(',');
    }
    yield ']';
  }
  yield '}}\n';
}

function parquetColumn(column: FileColumn) {
  const { name, values } = column;
  if (column.type === 'text') return { name, data: Array.from(column.values), type: 'STRING' as const };
  const numbers = Float64Array.from(values as ArrayLike<number>);
  if (column.type === 'number') return { name, data: numbers, type: 'DOUBLE' as const };
  if (column.type === 'whole')
    return { name, data: Array.from(numbers, (value) => BigInt(value)), type: 'INT64' as const };
  return { name, data: Array.from(numbers, (value) => new Date(value)), type: 'TIMESTAMP' as const };
}
