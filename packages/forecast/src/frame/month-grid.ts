/** Grids of months, quarters and years: their first, last or some other day, or their first or last weekday. */
import type { TimeGrid } from './time-grid.js';

const msOfDay = 86_400_000;
const monthNames = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];

type DayRule = 'first' | 'last' | 'firstWeekday' | 'lastWeekday';

/** Months of each unit, and which of their days is meant. */
export const monthUnits = {
  MS: { months: 1, day: 'first' },
  ME: { months: 1, day: 'last' },
  BMS: { months: 1, day: 'firstWeekday' },
  BME: { months: 1, day: 'lastWeekday' },
  QS: { months: 3, day: 'first' },
  QE: { months: 3, day: 'last' },
  YS: { months: 12, day: 'first' },
  YE: { months: 12, day: 'last' },
} as const satisfies Readonly<Record<string, { months: number; day: DayRule }>>;
export type MonthUnit = keyof typeof monthUnits;

/**
 * @param anchor Of `MS`, `QS` and `YS` a day from 1 to 28 (`MS-15`); of quarters and years a month in which one begins (`QS-FEB`)
 * or ends (`YE-JUN`). Without, rows say it themselves. @returns undefined where the unit has no such anchor
 */
export function monthGrid(
  name: string,
  count: number,
  unit: MonthUnit,
  anchor: string | undefined,
): TimeGrid | undefined {
  const { months, day } = monthUnits[unit];
  const isDay = anchor !== undefined && /^\d/.test(anchor);
  const month = anchor === undefined || isDay ? undefined : monthNames.indexOf(anchor);
  const dayOfMonth = isDay ? Number(anchor) : 1;
  if (isDay && (day !== 'first' || dayOfMonth < 1 || dayOfMonth > 28)) return undefined;
  if (month !== undefined && (month < 0 || months === 1)) return undefined;
  const timeOf = (ordinal: number) => monthDay(ordinal, day, dayOfMonth);
  const ordinalOf = (time: number) => {
    const date = new Date(time);
    const ordinal = date.getUTCFullYear() * 12 + date.getUTCMonth();
    const isOn = timeOf(ordinal) === time - timeOfDay(time);
    return isOn && (month === undefined || (ordinal - month) % months === 0) ? ordinal : Number.NaN;
  };
  return {
    name,
    shift: (time, steps) => timeOf(ordinalOf(time) + steps * months * count) + timeOfDay(time),
    stepsBetween: (from, to) =>
      timeOfDay(from) === timeOfDay(to)
        ? wholeOrNaN((ordinalOf(to) - ordinalOf(from)) / (months * count))
        : Number.NaN,
  };
}

function timeOfDay(time: number): number {
  return time - Math.floor(time / msOfDay) * msOfDay;
}

/** Midnight of a month's day. @param ordinal Months since the year 0. */
export function monthDay(ordinal: number, day: DayRule, dayOfMonth = 1): number {
  // Date.UTC takes the years 0 to 99 for those of the twentieth century.
  const date = new Date(Date.UTC(2000, 0, 1));
  const isEnd = day === 'last' || day === 'lastWeekday';
  const month = ((ordinal % 12) + 12) % 12;
  date.setUTCFullYear(Math.floor(ordinal / 12), month + (isEnd ? 1 : 0), isEnd ? 0 : dayOfMonth);
  const weekday = (date.getUTCDay() + 6) % 7;
  const off = Math.max(0, weekday - 4);
  if (day === 'lastWeekday') return date.getTime() - off * msOfDay;
  return date.getTime() + (day === 'firstWeekday' && off > 0 ? 3 - off : 0) * msOfDay;
}

export function wholeOrNaN(value: number): number {
  return Number.isInteger(value) ? value : Number.NaN;
}
