/** Frames from files and texts: CSV in pieces, Parquet in groups of rows. */

import { basename } from 'node:path';
import { knownOptions } from '@noosphere/base';
import { ArgumentError, FormatError } from '@noosphere/core';
import { fileChunks, LineBlocks } from '@noosphere/learn';
import { readParquetColumns } from '../files/parquet.js';
import { type CellFormat, CellReader } from '../series/cell-checks.js';
import type { Layout } from '../series/table.js';
import { type CovariateNames, type LoadedFrame, listCovariates } from './covariates.js';
import { CsvFrame } from './csv-frame.js';
import { FrameBuilder } from './frame-builder.js';
import { readId, readNumber, readTime, refuseMissingCovariates } from './frame-of.js';
import { defaultColumns, type FrameOptions } from './frame-options.js';
import type { Refuse } from './row-times.js';

export interface ReadFrameOptions<Names extends CovariateNames = CovariateNames>
  extends FrameOptions<Names>,
    CellFormat {
  /** How the columns are meant. @default detected from the header and the first row */
  readonly layout?: Layout;
  /** What separates cells. @default the one of comma, semicolon and tab that the header has most of */
  readonly delimiter?: ',' | ';' | '\t';
}

/**
 * Reads a frame: Parquet where the name ends in `.parquet`, CSV otherwise, long (`unique_id,ds,y` and covariates) or wide
 * (`date,<series>…`; a series begins and ends with its own values). What is refused, and how its place is named: `frameOf`.
 * @example
 * import { writeFile } from 'node:fs/promises';
 * await writeFile('shops.csv', 'unique_id,ds,y,holiday\nA,2024-01-01,10,1\nA,2024-01-02,,0\nA,2024-01-03,12,0\n');
 * const { frequency, y, future } = await readFrame('shops.csv', { covariates: { future: ['holiday'] } });
 * console.log(frequency, y, future.holiday); // → D Float64Array(3) [ 10, NaN, 12 ] Float64Array(3) [ 1, 0, 0 ]
 */
export async function readFrame<const Names extends CovariateNames = Record<never, never>>(
  path: string,
  options: ReadFrameOptions<Names> = {},
): Promise<LoadedFrame<Names>> {
  knownOptions(
    'readFrame',
    options,
    'layout delimiter decimal dateFormat frequency covariates columns unordered timeZone',
  );
  const operation = 'readFrame';
  const name = basename(path);
  if (/\.(parquet|pq)$/i.test(path)) return readParquet(operation, path, options);
  const reader = new CsvFrame<Names>(operation, name, options);
  const blocks = new LineBlocks(operation, name);
  for await (const chunk of fileChunks(operation, path)) reader.take(blocks.pushBytes(chunk));
  reader.take(blocks.end());
  return reader.finish();
}

/**
 * The same for CSV that is in memory.
 * @example
 * console.log(parseFrame('ds,A,B\n2024-01-05,1,\n2024-01-08,2,3\n2024-01-09,4,5\n').offsets); // → Uint32Array(3) [ 0, 3, 5 ]
 */
export function parseFrame<const Names extends CovariateNames = Record<never, never>>(
  text: string,
  options: ReadFrameOptions<Names> = {},
): LoadedFrame<Names> {
  knownOptions(
    'parseFrame',
    options,
    'layout delimiter decimal dateFormat frequency covariates columns unordered timeZone',
  );
  const reader = new CsvFrame<Names>('parseFrame', 'text', options);
  const blocks = new LineBlocks('parseFrame', 'text');
  const pieceLength = 1 << 18;
  for (let from = text.startsWith('\uFEFF') ? 1 : 0; from < text.length; from += pieceLength)
    reader.take(blocks.pushText(text.slice(from, from + pieceLength)));
  reader.take(blocks.end());
  return reader.finish();
}

async function readParquet<Names extends CovariateNames>(
  operation: string,
  path: string,
  options: ReadFrameOptions<Names>,
): Promise<LoadedFrame<Names>> {
  if (options.layout === 'wide')
    throw new ArgumentError(operation, 'reads long Parquet files only; write the table as unique_id, ds, y');
  const name = basename(path);
  const refuse: Refuse = (row, message) => {
    throw new FormatError(operation, row === undefined ? name : `${name}, row ${row} (from 0)`, message);
  };
  const builder = new FrameBuilder(options, refuse);
  const names = listCovariates(options.covariates ?? {});
  const [idName, timeName, valueName] = options.columns ?? defaultColumns;
  const wanted = [idName, timeName, valueName, ...names.map((each) => each.name)];
  const cells = new CellReader(options);
  const values = new Float64Array(names.length);
  const onHeader = (found: readonly string[]) => {
    const missing = [idName, timeName, valueName].find((each) => !found.includes(each));
    if (missing !== undefined) refuse(undefined, `expected a column '${missing}', got ${found.join(', ')}`);
    refuseMissingCovariates(names, new Set(found), refuse);
    builder.unusedColumns = found.filter((each) => !wanted.includes(each));
  };
  for await (const { firstRow, columns } of readParquetColumns(operation, path, wanted, onHeader)) {
    const [ids = [], times = [], ys = [], ...others] = columns;
    for (let index = 0; index < ids.length; index++) {
      const row = firstRow + index;
      names.forEach((each, place) => {
        values[place] = readNumber(others[place]?.[index], each.name, row, refuse);
      });
      const y = readNumber(ys[index], valueName, row, refuse);
      builder.add(
        row,
        readId(ids[index], row, refuse),
        readTime(times[index], row, cells, refuse),
        y,
        values,
      );
    }
  }
  return builder.finish();
}
