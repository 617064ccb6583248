/** Tables of series from CSV: a file read in pieces, or a text. */

import { basename } from 'node:path';
import { knownOptions } from '@noosphere/base';
import { fileChunks, LineBlocks } from '@noosphere/learn';
import type { CellFormat } from './cell-checks.js';
import type { Layout, SeriesTable } from './table.js';
import { TableReader } from './table-reader.js';

export interface ReadSeriesOptions extends CellFormat {
  /** How the columns are meant. @default detected from the header and the first row, and stated in the result */
  readonly layout?: Layout;
  /** What separates cells. @default the one of comma, semicolon and tab that the header has most of */
  readonly delimiter?: ',' | ';' | '\t';
}

/**
 * Reads a CSV file of series, piece by piece. Dates are sorted, gaps become NaN; anything that is neither date,
 * number nor gap, a ragged row, or a date that comes twice is a `FormatError` that names row and column.
 * @example
 * import { writeFile } from 'node:fs/promises';
 * await writeFile('prices.csv', 'date,A,B\n2024-01-02,10,20\n2024-01-03,11,\n');
 * const { layout, series, gapCount } = await readSeries('prices.csv');
 * console.log(layout, series.map(({ name }) => name), gapCount); // → wide [ 'A', 'B' ] 1
 */
export async function readSeries(path: string, options: ReadSeriesOptions = {}): Promise<SeriesTable> {
  knownOptions('readSeries', options, 'layout delimiter decimal dateFormat');
  const operation = 'readSeries';
  const reader = new TableReader({ ...options, operation, name: basename(path) });
  const blocks = new LineBlocks(operation, basename(path));
  for await (const chunk of fileChunks(operation, path)) reader.take(blocks.pushBytes(chunk));
  reader.take(blocks.end());
  return reader.finish();
}

/**
 * The same for a text that is in memory.
 * @example
 * const { layoutReason, series } = parseSeries('unique_id,ds,y\nA,2024-01-03,11\nA,2024-01-02,10\n');
 * console.log(layoutReason); // → the header has unique_id, ds and y
 * console.log(series[0]?.dates); // → [ '2024-01-02', '2024-01-03' ]
 */
export function parseSeries(text: string, options: ReadSeriesOptions = {}): SeriesTable {
  knownOptions('parseSeries', options, 'layout delimiter decimal dateFormat');
  const operation = 'parseSeries';
  const reader = new TableReader({ ...options, operation, name: 'text' });
  const blocks = new LineBlocks(operation, 'text');
  const pieceLength = 1 << 18;
  const start = text.startsWith('\uFEFF') ? 1 : 0;
  for (let from = start; from < text.length; from += pieceLength) {
    reader.take(blocks.pushText(text.slice(from, from + pieceLength)));
  }
  reader.take(blocks.end());
  return reader.finish();
}
