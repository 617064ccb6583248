/** What every data set says about itself. */

export interface Dataset {
  readonly name: string;
  /** Who published the numbers, and by which way they came here. */
  readonly source: string;
  readonly licence: string;
  /** First day, as `2000-03-01`. */
  readonly firstDate: string;
  /** Last day: nothing later is known to the data. */
  readonly lastDate: string;
}

/** First and last of ascending dates. */
export function span(dates: readonly string[]): { firstDate: string; lastDate: string } {
  return { firstDate: dates[0] ?? '', lastDate: dates.at(-1) ?? '' };
}
