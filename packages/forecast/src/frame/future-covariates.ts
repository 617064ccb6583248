/** Covariates that are known ahead, from a table of the rows to come. */
import { knownOptions } from '@noosphere/base';
import { ArgumentError } from '@noosphere/core';
import { nextTimes, timeText } from './calendar.js';
import type { LoadedFrame } from './covariates.js';
import type { SeriesFrame } from './frame.js';
import { type FrameColumns, type FrameRow, frameOf } from './frame-of.js';
import { defaultColumns, type FrameOptions } from './frame-options.js';
import { type ReadFrameOptions, readFrame } from './read-frame.js';
import { requireFrame } from './require-frame.js';

/** How a table of the rows to come is read; its times as those of the frame's own table. */
export type FutureOptions = Pick<FrameOptions, 'columns' | 'dateFormat' | 'timeZone' | 'unordered'>;
export type ReadFutureOptions = Pick<
  ReadFrameOptions,
  'columns' | 'dateFormat' | 'timeZone' | 'unordered' | 'delimiter' | 'decimal'
>;

/**
 * The frame's future covariates over a horizon, from rows or columns `unique_id`, `ds` and the covariates by name: what
 * `forecastFrame` takes as `future`. Rows beyond the horizon are left out.
 * @throws ArgumentError that names the covariate, series and time of a row that is not there.
 * @example
 * const frame = frameOf(
 *   { ds: ['2024-01-01', '2024-01-02'], y: [1, 2], price: [9, 8] },
 *   { covariates: { future: ['price'] } },
 * );
 * const ahead = { ds: ['2024-01-03', '2024-01-04'], price: [8, 7] };
 * console.log(futureCovariates(frame, ahead, 2)); // → { price: Float64Array(2) [ 8, 7 ] }
 */
export function futureCovariates(
  frame: SeriesFrame,
  data: readonly FrameRow[] | FrameColumns,
  horizon: number,
  options: FutureOptions = {},
): Readonly<Record<string, Float64Array>> {
  const operation = 'futureCovariates';
  knownOptions(operation, options, 'columns dateFormat timeZone unordered');
  requireFrame(operation, frame);
  const covariates = Object.keys(frame.future).map((name) => {
    const table = frameOf(data, optionsFor(frame, name, options));
    return [name, valuesAhead(operation, frame, horizon, name, table)] as const;
  });
  return Object.fromEntries(covariates);
}

/** The same from a file: CSV or Parquet. */
export async function readFutureCovariates(
  frame: SeriesFrame,
  path: string,
  horizon: number,
  options: ReadFutureOptions = {},
): Promise<Readonly<Record<string, Float64Array>>> {
  const operation = 'readFutureCovariates';
  knownOptions(operation, options, 'columns dateFormat timeZone unordered delimiter decimal');
  requireFrame(operation, frame);
  const read: Record<string, Float64Array> = {};
  for (const name of Object.keys(frame.future)) {
    const table = await readFrame(path, { ...optionsFor(frame, name, options), layout: 'long' });
    read[name] = valuesAhead(operation, frame, horizon, name, table);
  }
  return read;
}

/** The covariate in the place of the value. */
function optionsFor<O extends FutureOptions>(frame: SeriesFrame, name: string, options: O): O & FrameOptions {
  const [id, time] = options.columns ?? defaultColumns;
  return { ...options, columns: [id, time, name], frequency: frame.frequency };
}

function valuesAhead(
  operation: string,
  frame: SeriesFrame,
  horizon: number,
  name: string,
  table: LoadedFrame,
): Float64Array {
  const valueAt = new Map<string, number>();
  const keyOf = (id: string, time: number) => `${time} ${id}`;
  table.ids.forEach((id, series) => {
    for (let row = table.offsets[series] as number; row < (table.offsets[series + 1] as number); row++)
      valueAt.set(keyOf(id, table.times[row] as number), table.y[row] as number);
  });
  return Float64Array.from(
    frame.ids.flatMap((id, series) =>
      Array.from(nextTimes(frame, series, horizon), (time) => {
        const value = valueAt.get(keyOf(id, time)) ?? Number.NaN;
        if (!Number.isNaN(value)) return value;
        throw new ArgumentError(
          operation,
          `the table has no '${name}' of series '${id}' at ${timeText(frame, time)}; expected the ${horizon} rows that follow each series' last one`,
        );
      }),
    ),
  );
}
