/** Arithmetic of frequencies: the time some steps on, and how many steps lie between two times. */
import { ArgumentError } from '@noosphere/core';
import type { FrameZone } from './frame.js';
import type { Frequency, TradingCalendar } from './frequency.js';
import { clockOf, type WallClock } from './local-time.js';
import { type MonthUnit, monthGrid, monthUnits, wholeOrNaN } from './month-grid.js';

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
/** Letters of older pandas, and what they are now. */
const formerLetters: Readonly<Record<string, string>> = {
  H: 'h',
  T: 'min',
  S: 's',
  M: 'ME',
  BM: 'BME',
  Q: 'QE',
  Y: 'YE',
  A: 'YE',
};
const weekdays = ['MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT', 'SUN'];

/**
 * @param timeZone Days and longer units are those of its clocks; hours and shorter ones are even in UTC.
 * @example console.log(gridOf('MS').shift(Date.UTC(2024, 10, 1), 2) === Date.UTC(2025, 0, 1)); // → true
 */
export function gridOf(frequency: Frequency, timeZone?: FrameZone): TimeGrid {
  if (typeof frequency !== 'string') return calendarGrid(frequency);
  const [, digits = '', written = '', anchor] =
    /^(\d*)([A-Za-z]+)(?:-([A-Z]{3}|\d{1,2}))?$/.exec(frequency) ?? [];
  const count = digits === '' ? 1 : Number(digits);
  const unit = formerLetters[written] ?? written;
  const name = `${count === 1 ? '' : count}${unit}${anchor === undefined ? '' : `-${anchor}`}`;
  const grid = count >= 1 && Number.isSafeInteger(count) ? unitGrid(name, count, unit, anchor) : undefined;
  if (!grid) {
    throw new ArgumentError(
      'frequency',
      `expected one of s, min, h, D, B, W (W-MON), MS (MS-15), ME, BMS, BME, QS (QS-FEB), QE, YS, YE, step, with a whole number before it (15min), or a calendar, got '${frequency}'`,
    );
  }
  const isOfClock = !['s', 'min', 'h', 'step'].includes(unit);
  return timeZone && isOfClock ? gridOfClock(grid, clockOf(timeZone.name)) : grid;
}

/** A grid by its unit's letters; `undefined` where there is no such unit, or it has no such anchor. */
function unitGrid(
  name: string,
  count: number,
  unit: string,
  anchor: string | undefined,
): TimeGrid | undefined {
  if (unit === 'W' && anchor !== undefined) {
    const weekday = weekdays.indexOf(anchor);
    return weekday < 0 ? undefined : weekGrid(name, count, weekday);
  }
  if (Object.hasOwn(monthUnits, unit)) return monthGrid(name, count, unit as MonthUnit, anchor);
  if (anchor !== undefined) return undefined;
  if (unit === 'step') return evenGrid(name, count);
  if (unit === 'B') return weekdayGrid(name, count);
  return Object.hasOwn(msOfUnit, unit)
    ? evenGrid(name, count * msOfUnit[unit as keyof typeof msOfUnit])
    : undefined;
}

/** A grid of what clocks show. */
function gridOfClock(grid: TimeGrid, clock: WallClock): TimeGrid {
  return {
    name: grid.name,
    shift: (time, steps) => clock.instantOf(grid.shift(clock.wallOf(time), steps)),
    stepsBetween: (from, to) => grid.stepsBetween(clock.wallOf(from), clock.wallOf(to)),
  };
}

/** The letters of a day's weekday, such as `SUN`. */
export function weekdayOf(time: number): string {
  // The first of January 1970 was a Thursday.
  return weekdays[(((Math.floor(time / msOfDay) + 3) % 7) + 7) % 7] as string;
}

/** One weekday, 0 for Monday. */
function weekGrid(name: string, count: number, weekday: number): TimeGrid {
  const even = evenGrid(name, count * msOfUnit.W);
  const isOn = (time: number) => weekdayOf(time) === weekdays[weekday];
  return {
    ...even,
    stepsBetween: (from, to) => (isOn(from) && isOn(to) ? even.stepsBetween(from, to) : Number.NaN),
  };
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
  BMS: 12,
  BME: 12,
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
