/** A frame of series: the long table `unique_id, ds, y` with covariates, as columns that lie behind one another. */
import type { Frequency } from './frequency.js';

/** What a row's time is: a day, a time of day, or the number of a step. */
export type TimeKind = 'day' | 'time' | 'step';

/** The zone of a frame's times, for days and months of its clocks, and how its times are written. */
export interface FrameZone {
  /** An IANA name such as `Europe/Berlin`, `UTC`, or an offset such as `+02:00`. */
  readonly name: string;
  /** Whether times stand with their offset (`2024-03-31T00:00:00+01:00`), or as the clock shows them. */
  readonly withOffset: boolean;
}

/**
 * Series in columns. Rows of series i are offsets[i] … offsets[i + 1] - 1, in the order of time, without duplicates;
 * a missing value is NaN.
 */
export interface SeriesFrame {
  /** `unique_id`, one a series. */
  readonly ids: readonly string[];
  /** Series + 1 row numbers. */
  readonly offsets: Uint32Array;
  /** `ds`, one a row: milliseconds since 1970 in UTC, or a step's number. */
  readonly times: Float64Array;
  readonly timeKind: TimeKind;
  /** Of times. @default none: times of a clock whose zone is not known, taken for UTC */
  readonly timeZone?: FrameZone;
  /** How far apart rows are; a calendar's days have no number of milliseconds. */
  readonly frequency: Frequency;
  /** `y`, one a row. */
  readonly y: Float64Array;
  /** Known up to the last row only, one value a row. */
  readonly past: Readonly<Record<string, Float64Array>>;
  /** Known for the horizon as well (a holiday, a price that is planned), one value a row. */
  readonly future: Readonly<Record<string, Float64Array>>;
  /** One value a series. */
  readonly static: Readonly<Record<string, Float64Array>>;
}
