/** The user's own table of prices: CSV as it comes, or long Parquet. */
import { inTableFlags } from '@noosphere/command-line';
import { NoosphereError } from '@noosphere/core';
import {
  type ReadSeriesOptions,
  readFrame,
  readSeries,
  type SeriesTable,
  timeText,
} from '@noosphere/forecast';
import type { OutlookOptions } from './options.js';

/** Endings of tables that can be read, in lower case. */
export const tableEndings = ['.csv', '.parquet'] as const;

export async function readPriceTable(
  path: string,
  {
    layout,
    delimiter,
    decimal,
    dateFormat,
  }: Partial<Pick<OutlookOptions, 'layout' | 'delimiter' | 'decimal' | 'dateFormat'>>,
): Promise<SeriesTable> {
  const options = {
    ...(layout !== undefined && { layout }),
    ...(delimiter !== undefined && { delimiter }),
    ...(decimal !== undefined && { decimal }),
    ...(dateFormat !== undefined && { dateFormat }),
  };
  try {
    return await readTable(path, options);
  } catch (cause) {
    if (!NoosphereError.isInstance(cause)) throw cause;
    throw new NoosphereError(cause.kind, '--data', inTableFlags(cause.message), { cause });
  }
}

async function readTable(path: string, options: ReadSeriesOptions): Promise<SeriesTable> {
  if (!path.toLowerCase().endsWith('.parquet')) return readSeries(path, options);
  const frame = await readFrame(path, options);
  return {
    layout: 'long',
    layoutReason: 'Parquet with unique_id, ds and y',
    series: frame.ids.map((name, series) => {
      const rows = [frame.offsets[series] ?? 0, frame.offsets[series + 1] ?? 0] as const;
      return {
        name,
        dates: Array.from(frame.times.subarray(...rows), (time) => timeText(frame, time)),
        values: frame.y.slice(...rows),
      };
    }),
    rowCount: frame.y.length,
    gapCount: frame.y.reduce((count, value) => count + Number(Number.isNaN(value)), 0),
    // Rows out of order are refused.
    wasSorted: true,
  };
}
