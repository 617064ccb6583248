/** Future covariates over the horizon, from a table of their own. */
import { ArgumentError } from '@noosphere/core';
import { type Exogenous, nextTimes, readFrame, timeText } from '@noosphere/forecast';
import type { TableData } from './data.js';
import type { ForecastOptions } from './options.js';

/** Series × horizon values of each future covariate. Throws where the table lacks a row, naming it. */
export async function readAhead(
  { ahead, future, columns, timeZone, unordered }: ForecastOptions,
  { frame }: TableData,
  horizon: number,
): Promise<Exogenous> {
  if (future.length === 0) return {};
  if (ahead === undefined)
    throw new ArgumentError(
      '--ahead',
      `expected a table with ${future.join(', ')} of the ${horizon} rows behind each series; the values are known ahead, or name them by --past`,
    );
  const [id, time] = columns ?? ['unique_id', 'ds'];
  const read: Record<string, Float64Array> = {};
  for (const name of future) {
    const table = await readFrame(ahead, {
      columns: [id, time, name],
      layout: 'long',
      frequency: frame.frequency,
      ...(timeZone !== undefined && { timeZone }),
      unordered,
    });
    const valueAt = new Map<string, number>();
    table.ids.forEach((own, series) => {
      for (let row = table.offsets[series] ?? 0; row < (table.offsets[series + 1] ?? 0); row++)
        valueAt.set(keyOf(own, table.times[row]), table.y[row] ?? Number.NaN);
    });
    read[name] = Float64Array.from({ length: frame.ids.length * horizon });
    frame.ids.forEach((own, series) => {
      nextTimes(frame, series, horizon).forEach((each, step) => {
        const value = valueAt.get(keyOf(own, each)) ?? Number.NaN;
        if (Number.isNaN(value))
          throw new ArgumentError(
            '--ahead',
            `${ahead} has no ${name} of ${own} at ${timeText(frame, each)}; it needs ${horizon} rows behind the last one of each series`,
          );
        (read[name] as Float64Array)[series * horizon + step] = value;
      });
    });
  }
  return read;
}

function keyOf(id: string, time: number | undefined): string {
  return `${time} ${id}`;
}
