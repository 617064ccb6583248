/** What every chart is, and what every chart is asked for. */

/** A drawn chart: data, ready for a page, a file or a PNG. */
export interface Chart {
  /** What is shown. */
  readonly title: string;
  /** What it shows: the finding, for readers who do not see it. */
  readonly alt: string;
  /** For columns of 700 px and more. Colours are custom properties with the light theme's as fallback. */
  readonly svg: string;
  /** The same for narrow columns and telephones. */
  readonly narrowSvg: string;
  /** What a reader must know: thinning, gaps, computed figures. */
  readonly notes: readonly string[];
  readonly counts: ChartCounts;
}

/** How the data met the drawing. */
export interface ChartCounts {
  /** Values that are numbers. */
  readonly values: number;
  /** Values that are not; they are gaps, and the notes say so. */
  readonly missing: number;
  /** Vertices of lines and areas, and marks of everything else, that stand for values. */
  readonly drawn: number;
}

/** What every chart needs. */
export interface ChartText {
  /** What is shown, such as `WTI crude, daily, and its forecast`. */
  readonly title: string;
  /** What it shows, such as `The forecast stays flat at 52 USD, between 44 and 61.` */
  readonly alt: string;
  /** A sentence below the chart, such as its source. */
  readonly note?: string;
}

/** A quantity along an axis. */
export interface Axis {
  readonly label: string;
  /** `USD per barrel`, `%`, or `none` where there is none. */
  readonly unit: string;
  /** @default 'linear' */
  readonly scale?: 'linear' | 'log';
  /**
   * Whether the axis begins at zero. Bars and areas always do.
   * @default false
   */
  readonly zero?: boolean;
}

/** Positions along an axis: numbers, or times as Date or ISO 8601 text (UTC). */
export type Positions = readonly number[] | readonly Date[] | readonly string[];

/** A value; NaN, null and undefined are gaps. */
export type Value = number | null | undefined;

/** Label and unit as they are printed: `Price (USD)`. */
export function axisTitle({ label, unit }: Axis): string {
  return unit === 'none' ? label : `${label} (${unit})`;
}
