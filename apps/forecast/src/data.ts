/** The table that is forecast: read, looked over for gaps, filled, and said so. */
import { basename } from 'node:path';
import { ArgumentError } from '@noosphere/core';
import {
  fillGaps,
  type GapReport,
  gapReport,
  type LoadedFrame,
  type ReadFrameOptions,
  readFrame,
  type SeriesFrame,
  seasonLengthOf,
  tailRows,
  takeSeries,
  timeText,
} from '@noosphere/forecast';
import { countText } from './numbers.js';
import type { ForecastOptions } from './options.js';

export interface TableData {
  readonly frame: SeriesFrame;
  readonly file: string;
  /** Rows in each season; [1] for none. */
  readonly seasons: readonly number[];
  readonly frequency: string;
  readonly frequencyReason: string;
  /** Before gaps were filled. */
  readonly rowCount: number;
  readonly gaps: GapReport;
  readonly fill: ForecastOptions['fill'];
  /** For people, one a line. */
  readonly notes: readonly string[];
}

/** How the cells of the tables are written. */
export function cellOptions({
  timeZone,
  unordered,
  delimiter,
  decimal,
  dateFormat,
}: ForecastOptions): Pick<
  ReadFrameOptions,
  'timeZone' | 'unordered' | 'delimiter' | 'decimal' | 'dateFormat'
> {
  return {
    ...(timeZone !== undefined && { timeZone }),
    ...(delimiter !== undefined && { delimiter }),
    ...(decimal !== undefined && { decimal }),
    ...(dateFormat !== undefined && { dateFormat }),
    unordered,
  };
}

export async function readTable(options: ForecastOptions): Promise<TableData> {
  const { data, freq, layout, columns, fill } = options;
  const loaded = await readFrame(data, {
    ...(freq !== undefined && { frequency: freq }),
    ...(layout !== undefined && { layout }),
    ...(columns !== undefined && { columns }),
    ...cellOptions(options),
    covariates: { past: options.past, future: options.future, static: options.static },
  });
  const chosen = options.series === undefined ? loaded : takeSeries(loaded, options.series);
  const wanted = options.last === undefined ? chosen : tailRows(chosen, options.last);
  if (wanted.ids.length === 0) throw new ArgumentError(basename(data), 'holds no series with a value');
  const gaps = gapReport(wanted);
  const frame = gaps.series.length > 0 && fill !== 'none' ? fillGaps(wanted, fill) : wanted;
  const seasons = options.seasons ?? [seasonLengthOf(frame.frequency)];
  const frequency = typeof frame.frequency === 'string' ? frame.frequency : frame.frequency.name;
  const facts = { frame, file: data, seasons, frequency, gaps, fill, rowCount: wanted.y.length };
  return {
    ...facts,
    frequencyReason: loaded.frequencyReason,
    notes: [
      spanText(wanted, facts, options),
      ...(loaded.wasSorted ? ['Rows were brought into the order of time.'] : []),
      gapText(wanted, facts),
      ...unusedText(loaded),
    ],
  };
}

function spanText(
  frame: LoadedFrame,
  { rowCount, frequency, seasons }: Pick<TableData, 'rowCount' | 'frequency' | 'seasons'>,
  options: ForecastOptions,
): string {
  const { ids, times, frequencyReason } = frame;
  const first = times.reduce((least, time) => Math.min(least, time), Number.POSITIVE_INFINITY);
  const last = times.reduce((most, time) => Math.max(most, time), Number.NEGATIVE_INFINITY);
  const why = options.freq === undefined ? ` (${frequencyReason})` : '';
  const season = seasons.every((each) => each === 1)
    ? 'no season'
    : `season ${seasons.join(' and ')} rows${options.seasons ? '' : ' (usual for it)'}`;
  return (
    `${countText(ids.length, 'series', 'series')}, ${countText(rowCount, 'row')}, ` +
    `${timeText(frame, first)} to ${timeText(frame, last)}; frequency ${frequency}${why}, ${season}.`
  );
}

function gapText(frame: SeriesFrame, { gaps, fill }: Pick<TableData, 'gaps' | 'fill'>): string {
  const { ids } = frame;
  const { emptyCount, missingCount, series } = gaps;
  const [first] = series;
  if (!first) return 'No gaps.';
  const what = [
    ...(emptyCount > 0 ? [`${countText(emptyCount, 'row')} without a value`] : []),
    ...(missingCount > 0 ? [`${countText(missingCount, 'missing row')}`] : []),
  ].join(' and ');
  const longest = series.reduce((most, each) => (each.longest > most.longest ? each : most));
  const then =
    fill === 'none'
      ? 'not filled, so models fail on these series (--fill none)'
      : `filled: ${fillTexts[fill]} (--fill ${fill})`;
  return (
    `Gaps: ${what} in ${series.length} of ${ids.length} series, the first in ${first.id} at ` +
    `${timeText(frame, first.firstTime)}, the longest ${countText(longest.longest, 'row')} in ${longest.id}; ${then}.`
  );
}

/** Columns that a reader may have meant as covariates. */
function unusedText({ unusedColumns }: LoadedFrame): string[] {
  if (unusedColumns.length === 0) return [];
  const names = unusedColumns.slice(0, 5).map((name) => `'${name}'`);
  const more = unusedColumns.length > 5 ? ` and ${unusedColumns.length - 5} more` : '';
  const what = unusedColumns.length === 1 ? 'The column' : 'The columns';
  return [
    `${what} ${names.join(', ')}${more} ${unusedColumns.length === 1 ? 'is' : 'are'} not used; covariates are named by --past, --future and --static.`,
  ];
}

const fillTexts: Readonly<Record<Exclude<ForecastOptions['fill'], 'none'>, string>> = {
  forward: 'the last value before',
  linear: 'a line between the neighbours, which looks ahead',
  zero: 'zero',
  mean: 'the mean of the series, which looks ahead',
};
