/** The user's own table of prices: CSV as it comes, or long Parquet. */
import { readFrame, readSeries, type SeriesFrame, type SeriesTable } from '@noosphere/forecast';
import type { OutlookOptions } from './options.js';

/** Endings of tables that can be read, in lower case. */
export const tableEndings = ['.csv', '.parquet'] as const;

export async function readPriceTable(
  path: string,
  { layout }: Pick<OutlookOptions, 'layout'>,
): Promise<SeriesTable> {
  const options = layout === undefined ? {} : { layout };
  if (!path.toLowerCase().endsWith('.parquet')) return readSeries(path, options);
  const frame = await readFrame(path, options);
  return {
    layout: 'long',
    layoutReason: 'Parquet with unique_id, ds and y',
    series: frame.ids.map((name, series) => {
      const rows = [frame.offsets[series] ?? 0, frame.offsets[series + 1] ?? 0] as const;
      return {
        name,
        dates: Array.from(frame.times.subarray(...rows), (time) => dateOf(frame, time)),
        values: frame.y.slice(...rows),
      };
    }),
    rowCount: frame.y.length,
    gapCount: frame.y.reduce((count, value) => count + Number(Number.isNaN(value)), 0),
    // Rows out of order are refused.
    wasSorted: true,
  };
}

/** As a CSV would have it: a day, a time, or a number. */
function dateOf({ timeKind }: SeriesFrame, time: number): string {
  if (timeKind === 'step') return String(time);
  const text = new Date(time).toISOString();
  return timeKind === 'day' ? text.slice(0, 10) : text;
}
