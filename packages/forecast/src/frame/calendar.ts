/** Times to come, and calendars of the days on which there are rows. */
import { knownOptions } from '@noosphere/base';
import { ArgumentError } from '@noosphere/core';
import type { FileColumn } from '../files/columns-file.js';
import { parseDate } from '../series/cells.js';
import type { SeriesFrame } from './frame.js';
import type { Frequency, TradingCalendar } from './frequency.js';
import { clockOf, offsetText } from './local-time.js';
import { requireFrame } from './require-frame.js';
import { gridOf, msOfDay } from './time-grid.js';

/**
 * The times of the rows that follow a series' last one.
 * @example
 * const frame = frameOf({ ds: ['2024-01-31', '2024-02-29', '2024-03-31'], y: [1, 2, 3] });
 * console.log(Array.from(nextTimes(frame, 0, 2), (time) => new Date(time).toISOString().slice(0, 10)));
 * // → [ '2024-04-30', '2024-05-31' ]
 */
export function nextTimes(frame: SeriesFrame, series: number, horizon: number): Float64Array {
  requireFrame('nextTimes', frame);
  const last = frame.times[(frame.offsets[series + 1] as number) - 1];
  if (last === undefined || (frame.offsets[series] as number) === (frame.offsets[series + 1] as number))
    throw new ArgumentError(
      'nextTimes',
      `there is no series ${series} with rows; the frame has ${frame.ids.length} series`,
    );
  const grid = gridOf(frame.frequency, frame.timeZone);
  return Float64Array.from({ length: horizon }, (_, step) => grid.shift(last, step + 1));
}

/**
 * A calendar from its days, as texts or Dates, in any order.
 * @example
 * const calendar = tradingCalendar('shop', ['2024-01-02', '2024-01-05', '2024-01-09']);
 * const frame = frameOf({ ds: ['2024-01-02', '2024-01-05'], y: [1, 2] }, { frequency: calendar });
 * console.log(new Date(nextTimes(frame, 0, 1)[0] ?? 0).toISOString().slice(0, 10)); // → 2024-01-09
 */
export function tradingCalendar(name: string, days: readonly (string | Date)[]): TradingCalendar {
  const times = days.map((day) => {
    const date = typeof day === 'string' ? parseDate(day) : undefined;
    const time = day instanceof Date ? day.getTime() : date?.kind === 'step' ? Number.NaN : date?.order;
    if (time === undefined || Number.isNaN(time))
      throw new ArgumentError('tradingCalendar', `expected days such as 2024-01-31, got '${String(day)}'`);
    return time;
  });
  return { name, days: Float64Array.from(new Set(times)).sort() };
}

/**
 * Weekdays from one day to another, without holidays: a market's calendar for the days to come.
 * @example
 * const { days } = weekdayCalendar('market', { from: '2024-12-23', to: '2024-12-27', holidays: ['2024-12-25'] });
 * console.log(days.length); // → 4
 */
export function weekdayCalendar(
  name: string,
  options: { from: string; to: string; holidays?: readonly string[] },
): TradingCalendar {
  const { from, to, holidays = [] } = knownOptions('weekdayCalendar', options, 'from to holidays');
  const [first, last] = [from, to].map((day) => tradingCalendar(name, [day]).days[0] as number) as [
    number,
    number,
  ];
  const off = new Set(tradingCalendar(name, holidays).days);
  const days: number[] = [];
  const weekdays = gridOf('B');
  for (let day = first; day <= last; day += msOfDay) {
    if (weekdays.stepsBetween(day, day) === 0 && !off.has(day)) days.push(day);
  }
  return { name, days: Float64Array.from(days) };
}

/** The days on which any series of a frame has a row. It ends with the data: add the days to come before forecasting. */
export function observedCalendar(frame: SeriesFrame, name = 'observed'): TradingCalendar {
  return { name, days: Float64Array.from(new Set(frame.times)).sort() };
}

/** The frame with another frequency, e.g. a calendar in whose days off there are no gaps. Every row must lie on it. */
export function withFrequency<F extends SeriesFrame>(frame: F, frequency: Frequency): F {
  const grid = gridOf(frequency, frame.timeZone);
  for (let series = 0; series < frame.ids.length; series++) {
    for (let row = frame.offsets[series] as number; row < (frame.offsets[series + 1] as number); row++) {
      const first = frame.times[frame.offsets[series] as number] as number;
      if (Number.isNaN(grid.stepsBetween(first, frame.times[row] as number))) {
        throw new ArgumentError(
          'withFrequency',
          `series '${frame.ids[series]}': ${timeText(frame, frame.times[row] as number)} is not on the grid of '${grid.name}'`,
        );
      }
    }
  }
  return { ...frame, frequency };
}

/**
 * A time as the table had it: a step, a day, what a clock showed, or a time with its offset.
 * @example
 * const frame = frameOf({ ds: ['2024-03-30T12:00+01:00', '2024-03-31T12:00+02:00'], y: [1, 2] }, { timeZone: 'Europe/Berlin' });
 * console.log(timeText(frame, nextTimes(frame, 0, 1)[0] ?? 0)); // → 2024-04-01T12:00:00+02:00
 */
export function timeText(
  { timeKind, timeZone }: Pick<SeriesFrame, 'timeKind' | 'timeZone'>,
  time: number,
): string {
  if (timeKind === 'step') return String(time);
  const isUtc = timeZone === undefined || timeZone.name === 'UTC';
  const offset = isUtc ? 0 : clockOf(timeZone.name).offsetAt(time);
  const text = new Date(time + offset).toISOString();
  if (timeKind === 'day') return text.slice(0, 10);
  const written = timeZone?.withOffset ? (isUtc ? 'Z' : offsetText(offset)) : '';
  return text.replace(/(\.000)?Z$/, written);
}

/** A column of a file with times of a frame or of forecasts, written as the table had them. */
export function timeColumn(
  name: string,
  table: Pick<SeriesFrame, 'timeKind' | 'timeZone'>,
  values: ArrayLike<number>,
): FileColumn {
  if (table.timeKind === 'step') return { name, type: 'whole', values };
  return { name, type: 'time', values, text: (time) => timeText(table, time) };
}
