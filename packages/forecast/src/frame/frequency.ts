/** How far apart the rows of a series are. */

/**
 * A frequency by its usual letters (pandas'): `h` hour, `D` day, `B` weekday, `W` week (`W-MON`: of Mondays), `MS`/`ME`
 * first/last day of a month, `BMS`/`BME` its first/last weekday, `MS-15` its 15th, `QS`/`QE` of a quarter (`QS-FEB`: from
 * February), `YS`/`YE` of a year, `min`, `s`; with a whole number before it (`15min`, `4h`); `step` where times are numbers of
 * steps; or a calendar of one's own. An anchor behind a dash is checked against the rows.
 */
export type Frequency = string | TradingCalendar;

/** The days on which there is a row, for markets and shops: nothing is filled in on days off. */
export interface TradingCalendar {
  readonly name: string;
  /** Milliseconds since 1970 in UTC of each day of trade, rising. */
  readonly days: Float64Array;
}
