/** How often prices come: what counts as a year, a quarter and a season, and what sentences call a row. */
import { medianOf } from '@noosphere/base';
import { ArgumentError } from '@noosphere/core';

export interface Period {
  readonly name: 'day' | 'week' | 'month' | 'quarter' | 'year' | 'period';
  readonly adjective: 'daily' | 'weekly' | 'monthly' | 'quarterly' | 'yearly' | 'irregular';
  /** Prices in a year. */
  readonly perYear: number;
  /** Rows of the season that naive forecasts look back on: a week of days, a year of anything longer. */
  readonly season: number;
}

export const tradingDay: Period = { name: 'day', adjective: 'daily', perYear: 252, season: 5 };
const calendarDay: Period = { name: 'day', adjective: 'daily', perYear: 365, season: 7 };

/** By the middle gap between two prices, in days. */
const longer: readonly (readonly [least: number, most: number, period: Period])[] = [
  [5, 9, { name: 'week', adjective: 'weekly', perYear: 52, season: 52 }],
  [26, 33, { name: 'month', adjective: 'monthly', perYear: 12, season: 12 }],
  [85, 95, { name: 'quarter', adjective: 'quarterly', perYear: 4, season: 4 }],
  [350, 380, { name: 'year', adjective: 'yearly', perYear: 1, season: 1 }],
];
const msOfDay = 86_400_000;
const daysOfYear = 365.25;
/** Markets that close at weekends have none there; a few slips do not make them others. */
const weekendShare = 0.15;

/**
 * From the dates of a series, in order. Dates that are numbers are taken for trading days.
 *
 * @throws ArgumentError where prices come more often than once a day
 */
export function periodOf(dates: readonly string[]): Period {
  const times = dates.map((date) => (/^\d{4}-\d{2}/.test(date) ? Date.parse(date) : Number.NaN));
  const [first = Number.NaN, last = Number.NaN] = [times[0], times.at(-1)];
  if (times.length < 3 || times.some(Number.isNaN)) return tradingDay;
  const gaps = Float64Array.from(times.slice(1), (time, at) => (time - (times[at] as number)) / msOfDay);
  const middle = medianOf(gaps);
  if (middle < 0.9)
    throw new ArgumentError(
      'outlook',
      `prices come every ${(24 * middle).toFixed(1)} hours, and this job takes daily prices or longer periods; keep the last price of each day`,
    );
  if (middle <= 1.5) {
    const weekends = times.filter((time) => [0, 6].includes(new Date(time).getUTCDay())).length;
    return weekends > weekendShare * times.length ? calendarDay : tradingDay;
  }
  const found = longer.find(([least, most]) => middle >= least && middle <= most)?.[2];
  const perYear = ((times.length - 1) * msOfDay * daysOfYear) / (last - first);
  return found ?? { name: 'period', adjective: 'irregular', perYear, season: 1 };
}

/** `20 weeks`, `1 day`. */
export function periodsText(count: number, { name }: Period): string {
  return `${count.toLocaleString('en')} ${name}${count === 1 ? '' : 's'}`;
}

/** What so many trading days are in rows of these prices. */
export function rowsFor(tradingDays: number, { perYear }: Period): number {
  return Math.max(1, Math.round((tradingDays * perYear) / tradingDay.perYear));
}
