/** Factors that change with time: a grid's carbon by the hour, a tariff's price by the time of use. */
import { FootprintError } from '../errors.js';

/** A value from a moment on. */
export interface Since {
  /** ISO 8601 with its zone: `2026-03-01T12:00:00Z`. */
  readonly from: string;
  readonly value: number;
}

/** A factor: one number, one a clock hour, or a table of moments in order. */
export type Schedule =
  | number
  | {
      /** 24 values, the first from 0:00 to 1:00. */
      readonly hours: readonly number[];
      /** Hours that the local clock is ahead of UTC. */
      readonly utcOffsetHours: number;
    }
  | readonly Since[];

/**
 * The value of a factor at a moment.
 *
 * @param wallMs - milliseconds since 1970
 * @throws where the table has no value for the moment, or not 24 hours
 *
 * @example
 * const night = { hours: Array.from({ length: 24 }, (_, hour) => (hour < 6 ? 0.12 : 0.3)), utcOffsetHours: 1 };
 * console.log(scheduleAt(night, Date.UTC(2026, 0, 1, 4)), scheduleAt(night, Date.UTC(2026, 0, 1, 5))); // → 0.12 0.3
 */
export function scheduleAt(schedule: Schedule, wallMs: number): number {
  if (typeof schedule === 'number') return schedule;
  if ('hours' in schedule) {
    const { hours, utcOffsetHours } = schedule;
    const hour = Math.floor((((wallMs / 3.6e6 + utcOffsetHours) % 24) + 24) % 24);
    const value = hours[hour];
    if (value === undefined)
      throw new FootprintError('scheduleAt', `expected 24 values, got ${hours.length}; give one an hour`);
    return value;
  }
  const value = schedule.findLast(({ from }) => Date.parse(from) <= wallMs)?.value;
  if (value === undefined) {
    const moment = new Date(wallMs).toISOString();
    throw new FootprintError(
      'scheduleAt',
      `expected a value from before ${moment}, got a table that begins at ${schedule[0]?.from}; begin it earlier`,
    );
  }
  return value;
}

/** Refuses a factor that is not a number from 0 up, naming where it was given. */
export function checkSchedule(operation: string, name: string, schedule: Schedule): void {
  const values =
    typeof schedule === 'number'
      ? [schedule]
      : 'hours' in schedule
        ? schedule.hours
        : schedule.map(({ value }) => value);
  const bad = values.find((value) => !(Number.isFinite(value) && value >= 0));
  if (bad !== undefined)
    throw new FootprintError(operation, `${name}: expected numbers from 0 up, got ${bad}`);
  if (typeof schedule === 'object' && 'hours' in schedule && schedule.hours.length !== 24)
    throw new FootprintError(operation, `${name}: expected 24 hours, got ${schedule.hours.length}`);
  if (values.length === 0)
    throw new FootprintError(operation, `${name}: expected at least one value, got none`);
}
