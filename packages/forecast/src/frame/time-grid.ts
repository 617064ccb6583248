/** Arithmetic of frequencies: the time some steps on, and how many steps lie between two times. */
import { ArgumentError } from '@noosphere/core';
import type { Frequency, TradingCalendar } from './frequency.js';

/** The times at which a series can have rows. */
export interface TimeGrid {
  /** The frequency in pandas' letters, or the calendar's name. */
  readonly name: string;
  /** The time that many steps after (or, negative, before) one of the grid. */
  shift(time: number, steps: number): number;
  /** Whole steps from one time to another; NaN where the second is not on the grid through the first. */
  stepsBetween(from: number, to: number): number;
}

const msOfUnit = { s: 1000, min: 60_000, h: 3_600_000, D: 86_400_000, W: 604_800_000 } as const;
export const msOfDay = msOfUnit.D;
const monthsOfUnit = { MS: 1, ME: 1, QS: 3, QE: 3, YS: 12, YE: 12 } as const;
/** Letters of older pandas, and what they are now. */
const formerLetters: Readonly<Record<string, string>> = {
  H: 'h',
  T: 'min',
  S: 's',
  M: 'ME',
  Q: 'QE',
  Y: 'YE',
  A: 'YE',
};

/** @example console.log(gridOf('MS').shift(Date.UTC(2024, 10, 1), 2) === Date.UTC(2025, 0, 1)); // → true */
export function gridOf(frequency: Frequency): TimeGrid {
  if (typeof frequency !== 'string') return calendarGrid(frequency);
  const [, digits = '', written = ''] = /^(\d*)([A-Za-z]+)(?:-[A-Z]{3})?$/.exec(frequency) ?? [];
  const count = digits === '' ? 1 : Number(digits);
  const unit = formerLetters[written] ?? written;
  const name = `${count === 1 ? '' : count}${unit}`;
  if (count >= 1 && Number.isSafeInteger(count)) {
    if (unit === 'step') return evenGrid(name, count);
    if (unit === 'B') return weekdayGrid(name, count);
    if (unit in msOfUnit) return evenGrid(name, count * msOfUnit[unit as keyof typeof msOfUnit]);
    if (unit in monthsOfUnit)
      return monthGrid(name, count * monthsOfUnit[unit as keyof typeof monthsOfUnit], unit.endsWith('E'));
  }
  throw new ArgumentError(
    'frequency',
    `expected one of s, min, h, D, B, W, MS, ME, QS, QE, YS, YE, step, with a whole number before it (15min), or a calendar, got '${frequency}'`,
  );
}

function evenGrid(name: string, distance: number): TimeGrid {
  return {
    name,
    shift: (time, steps) => time + steps * distance,
    stepsBetween: (from, to) => wholeOrNaN((to - from) / distance),
  };
}

/** Monday to Friday, whatever the time of day. */
function weekdayGrid(name: string, count: number): TimeGrid {
  const ordinalOf = (time: number) => {
    // The first of January 1970 was a Thursday.
    const day = Math.floor(time / msOfDay) + 3;
    const weekday = ((day % 7) + 7) % 7;
    return weekday < 5 ? Math.floor(day / 7) * 5 + weekday : Number.NaN;
  };
  return {
    name,
    shift: (time, steps) => {
      const ordinal = ordinalOf(time) + steps * count;
      const week = Math.floor(ordinal / 5);
      const timeOfDay = time - Math.floor(time / msOfDay) * msOfDay;
      return (week * 7 + (ordinal - week * 5) - 3) * msOfDay + timeOfDay;
    },
    stepsBetween: (from, to) =>
      (to - from) % msOfDay === 0 ? wholeOrNaN((ordinalOf(to) - ordinalOf(from)) / count) : Number.NaN,
  };
}

/** First or last days of months, at midnight. */
function monthGrid(name: string, months: number, isEnd: boolean): TimeGrid {
  const timeOf = (month: number) => monthTime(month, isEnd);
  const ordinalOf = (time: number) => {
    const date = new Date(time);
    const month = date.getUTCFullYear() * 12 + date.getUTCMonth();
    return timeOf(month) === time ? month : Number.NaN;
  };
  return {
    name,
    shift: (time, steps) => timeOf(ordinalOf(time) + steps * months),
    stepsBetween: (from, to) => wholeOrNaN((ordinalOf(to) - ordinalOf(from)) / months),
  };
}

function monthTime(month: number, isEnd: boolean): number {
  // Date.UTC takes the years 0 to 99 for those of the twentieth century.
  const date = new Date(Date.UTC(2000, 0, 1));
  date.setUTCFullYear(Math.floor(month / 12), (((month % 12) + 12) % 12) + (isEnd ? 1 : 0), isEnd ? 0 : 1);
  return date.getTime();
}

function calendarGrid({ name, days }: TradingCalendar): TimeGrid {
  const placeOf = (time: number) => {
    let [low, high] = [0, days.length - 1];
    while (low <= high) {
      const middle = (low + high) >> 1;
      const day = days[middle] as number;
      if (day === time) return middle;
      if (day < time) low = middle + 1;
      else high = middle - 1;
    }
    return Number.NaN;
  };
  return {
    name,
    shift: (time, steps) => {
      const place = placeOf(time) + steps;
      const day = days[place];
      if (day === undefined) {
        throw new ArgumentError(
          'frequency',
          `the calendar '${name}' has ${days.length} days and no day ${steps} steps after ${new Date(time).toISOString().slice(0, 10)}; give it the days to come as well`,
        );
      }
      return day;
    },
    stepsBetween: (from, to) => placeOf(to) - placeOf(from),
  };
}

function wholeOrNaN(value: number): number {
  return Number.isInteger(value) ? value : Number.NaN;
}

/** Rows of one of each unit in the next larger cycle: minutes of an hour, hours of a day, days of a week, … */
const seasons: Readonly<Record<string, number>> = {
  s: 60,
  min: 60,
  h: 24,
  D: 7,
  B: 5,
  W: 52,
  MS: 12,
  ME: 12,
  QS: 4,
  QE: 4,
};

/**
 * The usual season of a frequency in rows: 24 for `h`, 7 for `D`, 5 for `B` and calendars, 52 for `W`, 12 for months, 4 for
 * quarters, the hour for minutes; divided by a multiple (4 for `15min`); 1 where there is none.
 * @example
 * console.log(seasonLengthOf('h'), seasonLengthOf('15min'), seasonLengthOf('MS')); // → 24 4 12
 */
export function seasonLengthOf(frequency: Frequency): number {
  if (typeof frequency !== 'string') return 5;
  const [, digits = '', unit = ''] = /^(\d*)([A-Za-z]+)/.exec(gridOf(frequency).name) ?? [];
  const count = digits === '' ? 1 : Number(digits);
  const length = (seasons[unit] ?? 1) / count;
  return Number.isInteger(length) && length > 1 ? length : 1;
}
