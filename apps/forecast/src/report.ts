/** Forecasts and failures as text. */
import { bold, dim, layOut, width, wrap } from '@noosphere/command-line';
import {
  columnNames,
  type ForecastTable,
  type SeriesFailure,
  timeText,
  unreachedMessage,
} from '@noosphere/forecast';
import { inFlags } from './flags.js';
import { ensembleName, selectedName } from './models.js';
import { countText, numberFormat } from './numbers.js';

const shownSteps = 14;
const shownFailures = 5;

/** What each column of the written table holds. */
export function columnLegend(table: ForecastTable & { readonly cutoffs?: unknown }): Record<string, string> {
  const { timeKind, timeZone } = table;
  const clock =
    timeZone === undefined ? '' : timeZone.withOffset ? ' with its offset' : ` of ${timeZone.name}`;
  const time = timeKind === 'step' ? 'number of the step' : `ISO 8601${timeKind === 'time' ? clock : ''}`;
  return {
    unique_id: 'name of the series',
    ds: `time of the forecast value, ${time}`,
    ...(table.cutoffs !== undefined && {
      cutoff: `time of the last row that was known, ${time}`,
      y: 'what came',
    }),
    '<model>': `point forecast of ${table.models.join(', ')}; empty where the model failed`,
    ...(table.levels.length > 0 && {
      '<model>-lo-<level>': 'lower end of the interval of so many per cent',
      '<model>-hi-<level>': 'upper end',
    }),
  };
}

/** The first series: the leading forecast with its intervals, and the other models' beside it. */
export function forecastLines(table: ForecastTable, file: string): string[] {
  const leading =
    [selectedName, ensembleName].find((name) => table.models.includes(name)) ?? table.models.at(-1) ?? '';
  const series = firstForecast(table, leading);
  const id = table.ids[series] ?? '';
  const steps = Math.min(table.horizon, shownSteps);
  const first = series * table.horizon;
  const part = (name: string) => Array.from(table.columns[name]?.subarray(first, first + steps) ?? []);
  const others = table.models.filter((model) => model !== leading);
  const ends = table.levels.map((level) => columnNames(leading, level).map(part));
  const text = numberFormat([part(leading), ...ends.flat(), ...others.map(part)].flat());
  const column = (title: string, cellOf: (step: number) => string) => [
    title,
    ...Array.from({ length: steps }, (_, step) => cellOf(step)),
  ];
  const at = (values: readonly number[] | undefined, step: number) => text(values?.[step] ?? Number.NaN);
  const pointColumn = (model: string) => column(model, (step) => at(part(model), step));
  const shown = [
    column(id, (step) => timeText(table, table.times[first + step] ?? Number.NaN)),
    pointColumn(leading),
    ...table.levels.map((level, place) =>
      column(`${level} %`, (step) => `[${at(ends[place]?.[0], step)}, ${at(ends[place]?.[1], step)}]`),
    ),
  ];
  const fitting = others.map(pointColumn).filter((each) => {
    const isFitting = widthOf([...shown, each]) <= width;
    if (isFitting) shown.push(each);
    return isFitting;
  });
  const rest = [
    ...(table.horizon > steps ? [countText(table.horizon - steps, 'more step')] : []),
    ...(table.ids.length > 1 ? [countText(table.ids.length - 1, 'more series', 'more series')] : []),
    ...(others.length > fitting.length ? [countText(others.length - fitting.length, 'more model')] : []),
  ];
  const rows = Array.from({ length: steps + 1 }, (_, row) => shown.map((each) => each[row] ?? ''));
  return [...layOut(rows), ...(rest.length > 0 ? [dim(`  ${rest.join(', ')} in ${file}`)] : [])];
}

/** Of a table with these columns, as it is laid out. */
function widthOf(columns: readonly (readonly string[])[]): number {
  const widths = columns.map((cells) => Math.max(...cells.map(({ length }) => length)));
  return widths.reduce((sum, each) => sum + each + 2, -2);
}

/** The first series that the model forecast. */
function firstForecast({ ids, columns, horizon }: ForecastTable, model: string): number {
  const found = ids.findIndex((_, series) => Number.isFinite(columns[model]?.[series * horizon]));
  return Math.max(0, found);
}

/** Whether a stopped run did not come to it: that is no failure of the model. */
export function isUnreached({ message }: Pick<SeriesFailure, 'message'>): boolean {
  return message === unreachedMessage;
}

/** What went wrong, one line a kind, with the first series that it happened to; and what a stopped run did not reach. */
export function failureLines(all: readonly SeriesFailure[], title = 'Failed'): string[] {
  const unreached = new Set(all.filter(isUnreached).map(({ id }) => id)).size;
  const failures = all.filter((each) => !isUnreached(each));
  const stopped =
    unreached > 0
      ? ['', `Not reached before the run was stopped: ${countText(unreached, 'series', 'series')}.`]
      : [];
  if (failures.length === 0) return stopped;
  const groups = new Map<string, { ids: Set<string>; models: Set<string>; message: string }>();
  for (const { id, model, message } of failures) {
    // The numbers in a message differ from series to series, what is wrong does not.
    const key = message.replace(/\d+/g, '#');
    const group = groups.get(key) ?? { ids: new Set(), models: new Set(), message };
    group.ids.add(id);
    group.models.add(model);
    groups.set(key, group);
  }
  const seriesCount = new Set(failures.map(({ id }) => id)).size;
  const lines = [...groups.values()].slice(0, shownFailures).map(({ ids, models, message }) => {
    const [first = ''] = ids;
    const others = ids.size > 1 ? ` and ${countText(ids.size - 1, 'more series', 'more series')}` : '';
    return wrap(`  ${first}${others}: ${inFlags(message)} (${[...models].join(', ')})`, 4);
  });
  const left = groups.size - shownFailures;
  return [
    '',
    bold(`${title}: ${countText(seriesCount, 'series', 'series')}, with one model or more`),
    ...lines,
    ...(left > 0 ? [dim(`  ${left} more kinds of failure in manifest.json`)] : []),
    ...stopped,
  ];
}
