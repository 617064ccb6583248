/** What a table of series is, once read. */

/** `wide`: `date,<series>…`, one row a date. `long`: `unique_id,ds,y`, one row a value. */
export type Layout = 'wide' | 'long';

/** One series, oldest first. */
export interface Series {
  readonly name: string;
  /** ISO 8601 days or times, or whole numbers, ascending and distinct. */
  readonly dates: readonly string[];
  /** One value a date; NaN where it is missing. */
  readonly values: Float64Array;
}

export interface SeriesTable {
  readonly layout: Layout;
  /** How the layout was found, for people. */
  readonly layoutReason: string;
  readonly series: readonly Series[];
  /** Rows of data. */
  readonly rowCount: number;
  /** Missing values over all series. */
  readonly gapCount: number;
  /** Whether dates came in ascending order; if not, they were sorted. */
  readonly wasSorted: boolean;
}

/** A series without its missing values. */
export function withoutGaps({ name, dates, values }: Series): Series {
  const known = Array.from(values, (_, index) => index).filter((index) => !Number.isNaN(values[index]));
  return {
    name,
    dates: known.map((index) => dates[index] ?? ''),
    values: Float64Array.from(known, (index) => values[index] ?? Number.NaN),
  };
}
