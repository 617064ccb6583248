/** The forecasts behind a table, so that anyone can compute its numbers again. */
import { csvText } from '@noosphere/command-line';
import type { Comparison } from '@noosphere/forecast';

/** `origin,target,actual,<row>…`: the last day that is known, the day that is forecast, log returns in full precision. */
export function forecastsCsv({ history, split, actual, rows }: Comparison): string {
  const header = ['origin', 'target', 'actual', ...rows.map(({ kind }) => kind)];
  return csvText(
    header,
    Array.from(actual, (value, index) => {
      const origin = split.test.first + index;
      const dates = [history.dates[origin] ?? '', history.dates[origin + split.horizon] ?? ''];
      return [...dates, value, ...rows.map(({ forecast }) => forecast[index] ?? Number.NaN)];
    }),
  );
}
