/** Columns made of times and values: calendar, Fourier terms, holidays, lags, rolling windows. None looks ahead. */
import { requireList, requireNumbers, requireWhole } from '@noosphere/base';
import { ArgumentError } from '@noosphere/core';
import { msOfDay } from '../frame/time-grid.js';

const calendarParts = {
  /** 0 to 23. */
  hour: (date: Date) => date.getUTCHours(),
  /** Monday is 0. */
  weekday: (date: Date) => (date.getUTCDay() + 6) % 7,
  isWeekend: (date: Date) => Number((date.getUTCDay() + 6) % 7 > 4),
  /** 1 to 31. */
  dayOfMonth: (date: Date) => date.getUTCDate(),
  /** 1 to 366. */
  dayOfYear: (date: Date) => 1 + Math.floor((date.getTime() - new Date(date).setUTCMonth(0, 1)) / msOfDay),
  /** 1 to 12. */
  month: (date: Date) => date.getUTCMonth() + 1,
  /** 1 to 4. */
  quarter: (date: Date) => Math.floor(date.getUTCMonth() / 3) + 1,
  year: (date: Date) => date.getUTCFullYear(),
} as const;

export type CalendarPart = keyof typeof calendarParts;

/**
 * Parts of the calendar, in UTC, one column each.
 * @param times Milliseconds since 1970.
 * @example
 * const { weekday, month } = calendarFeatures(Float64Array.of(Date.UTC(2024, 1, 29)), ['weekday', 'month']);
 * console.log(weekday, month); // → Float64Array(1) [ 3 ] Float64Array(1) [ 2 ]
 */
export function calendarFeatures<const Part extends CalendarPart>(
  times: Float64Array,
  parts: readonly Part[],
): Record<Part, Float64Array> {
  requireNumbers('calendarFeatures', 'times', times);
  requireList('calendarFeatures', 'parts', parts);
  const columns = parts.map((part) => {
    const of = calendarParts[part];
    if (!of)
      throw new ArgumentError(
        'calendarFeatures',
        `expected ${Object.keys(calendarParts).join(', ')}, got '${part}'`,
      );
    return [part, times.map((time) => of(new Date(time)))] as const;
  });
  return Object.fromEntries(columns) as Record<Part, Float64Array>;
}

/**
 * Fourier terms: sin(2πkt/m) and cos(2πkt/m), k = 1 … K, for long seasons.
 * @param start t of the first row: rows since the series began, so that forecasts go on where it ended.
 * @example
 * console.log(Object.keys(fourierTerms(0, 3, { season: 24, order: 2 }))); // → [ 'sin1_24', 'cos1_24', 'sin2_24', 'cos2_24' ]
 */
export function fourierTerms(
  start: number,
  count: number,
  { season, order }: { readonly season: number; readonly order: number },
): Record<string, Float64Array> {
  requireWhole('fourierTerms', 'order', order, 1);
  if (!(season > 1) || order > season / 2) {
    throw new ArgumentError(
      'fourierTerms',
      `expects a season above 1 and an order up to half of it, got ${season} and ${order}`,
    );
  }
  const columns: Record<string, Float64Array> = {};
  for (let k = 1; k <= order; k++) {
    const angle = (row: number) => (2 * Math.PI * k * (start + row)) / season;
    columns[`sin${k}_${season}`] = Float64Array.from({ length: count }, (_, row) => Math.sin(angle(row)));
    columns[`cos${k}_${season}`] = Float64Array.from({ length: count }, (_, row) => Math.cos(angle(row)));
  }
  return columns;
}

/**
 * 1 on the days given, 0 on others.
 * @example
 * console.log(holidayFeature(Float64Array.of(Date.UTC(2024, 11, 25, 9)), ['2024-12-25'])); // → Float64Array(1) [ 1 ]
 */
export function holidayFeature(times: Float64Array, days: readonly string[]): Float64Array {
  requireNumbers('holidayFeature', 'times', times);
  requireList('holidayFeature', 'days', days);
  const marked = new Set(
    days.map((day) => {
      const time = Date.parse(`${day}T00:00:00Z`);
      if (Number.isNaN(time))
        throw new ArgumentError('holidayFeature', `expected days such as 2024-12-25, got '${day}'`);
      return Math.floor(time / msOfDay);
    }),
  );
  return times.map((time) => Number(marked.has(Math.floor(time / msOfDay))));
}

/**
 * The series some rows earlier, NaN where there is none.
 * @example
 * console.log(lagFeatures(Float64Array.of(1, 2, 3), [1]).lag1); // → Float64Array(3) [ NaN, 1, 2 ]
 */
export function lagFeatures(y: Float64Array, lags: readonly number[]): Record<`lag${number}`, Float64Array> {
  requireNumbers('lagFeatures', 'y', y);
  requireList('lagFeatures', 'lags', lags);
  for (const lag of lags) requireWhole('lagFeatures', 'lag', lag, 1);
  return Object.fromEntries(lags.map((lag) => [`lag${lag}`, y.map((_, row) => y[row - lag] ?? Number.NaN)]));
}

export type RollingStatistic = 'mean' | 'deviation' | 'least' | 'largest';

/**
 * A statistic of the `size` values before each row, the row itself left out; NaN where fewer are there. `deviation` is that
 * of a sample (n - 1).
 * @example
 * console.log(rollingFeature(Float64Array.of(1, 3, 5, 7), 2, 'mean')); // → Float64Array(4) [ NaN, NaN, 2, 4 ]
 */
export function rollingFeature(y: Float64Array, size: number, statistic: RollingStatistic): Float64Array {
  requireWhole('rollingFeature', 'size', size, statistic === 'deviation' ? 2 : 1);
  const of = statistics[statistic];
  if (!of)
    throw new ArgumentError(
      'rollingFeature',
      `expected ${Object.keys(statistics).join(', ')}, got '${statistic}'`,
    );
  return y.map((_, row) => (row < size ? Number.NaN : of(y.subarray(row - size, row))));
}

const mean = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0) / values.length;
const statistics: Readonly<Record<RollingStatistic, (values: Float64Array) => number>> = {
  mean,
  deviation: (values) => {
    const centre = mean(values);
    return Math.sqrt(values.reduce((sum, value) => sum + (value - centre) ** 2, 0) / (values.length - 1));
  },
  least: (values) => Math.min(...values),
  largest: (values) => Math.max(...values),
};
