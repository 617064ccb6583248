/** What can be said about a table that becomes a frame. */
import type { CovariateNames } from './covariates.js';
import type { Frequency } from './frequency.js';

export interface FrameOptions<Names extends CovariateNames = CovariateNames> {
  /** Distance of rows, or the days of trade. @default inferred from the times; the frame says how */
  readonly frequency?: Frequency;
  /** Columns beside `y`, by what is known of them. Literal names become part of the frame's type. @default none */
  readonly covariates?: Names;
  /** Names of the columns of series, time and value. @default ['unique_id', 'ds', 'y'] */
  readonly columns?: readonly [id: string, time: string, value: string];
  /** Order of the parts of dates that are texts, such as `DD/MM/YYYY`. @default ISO 8601 (see `readFrame`) */
  readonly dateFormat?: string;
  /** Rows that are not in the order of time: refused with their place, or sorted. @default 'error' */
  readonly unordered?: 'error' | 'sort';
  /**
   * Zone of times without an offset, such as `Europe/Berlin`: they become UTC, and an hour that clocks skipped is an error.
   * @default UTC; hours that look like a change of clocks are an error then, unless 'UTC' is asked for
   */
  readonly timeZone?: string;
}

export const defaultColumns = ['unique_id', 'ds', 'y'] as const;
