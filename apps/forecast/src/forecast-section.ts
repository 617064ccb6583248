/** Forecasts as charts and a table: the first series, each with what came before. */
import { columnNames, type ForecastTable, type SeriesFrame, timeText } from '@noosphere/forecast';
import { type Chart, formatNumber, type Line, lineChart, type Section } from '@noosphere/report';
import { ensembleName, selectedName } from './models.js';
import { countText } from './numbers.js';

const shownSeries = 6;
const shownTableSeries = 40;
const mostHistory = 400;

/** The forecast that leads: the choice, the ensemble, or the last model. */
export function leadingModel({ models }: ForecastTable): string {
  return [selectedName, ensembleName].find((name) => models.includes(name)) ?? models.at(-1) ?? '';
}

export async function forecastSections(
  frame: SeriesFrame,
  table: ForecastTable,
  file: string,
): Promise<Section[]> {
  const leading = leadingModel(table);
  const forecast = table.ids.flatMap((_, series) =>
    Number.isFinite(table.columns[leading]?.[series * table.horizon]) ? [series] : [],
  );
  const charts: Chart[] = [];
  for (const series of forecast.slice(0, shownSeries))
    charts.push(await seriesChart(frame, table, series, leading));
  const left = table.ids.length - charts.length;
  const rest =
    left > 0
      ? [{ kind: 'paragraph' as const, text: `${countText(left, 'more series', 'more series')} in ${file}.` }]
      : [];
  return [
    {
      title: 'Forecasts',
      blocks: [
        ...charts.map((chart) => ({ kind: 'chart' as const, chart })),
        ...rest,
        endTable(table, forecast, leading),
      ],
    },
  ];
}

function seriesChart(
  frame: SeriesFrame,
  table: ForecastTable,
  series: number,
  leading: string,
): Promise<Chart> {
  const { horizon, levels, models, ids } = table;
  const id = ids[series] ?? '';
  const x = (times: Float64Array) =>
    Array.from(times, (time) => (table.timeKind === 'step' ? time : new Date(time)));
  const first = series * horizon;
  const part = (name: string) => Array.from(table.columns[name]?.subarray(first, first + horizon) ?? []);
  const ahead = x(table.times.subarray(first, first + horizon)) as Date[];
  const place = frame.ids.indexOf(id);
  const [begin, end] = [frame.offsets[place] ?? 0, frame.offsets[place + 1] ?? 0];
  const from = Math.max(begin, end - Math.max(60, Math.min(mostHistory, 5 * horizon)));
  const others = models.filter((model) => model !== leading && Number.isFinite(part(model)[0])).slice(0, 4);
  const lines: Line[] = [
    {
      name: 'Actual',
      x: x(frame.times.subarray(from, end)) as Date[],
      values: Array.from(frame.y.subarray(from, end)),
    },
    {
      name: leading,
      x: ahead,
      values: part(leading),
      intervals: levels.flatMap((level) => {
        const [low, high] = columnNames(leading, level).map(part) as [number[], number[]];
        return low.length === horizon && high.length === horizon ? [{ level, low, high }] : [];
      }),
    },
    ...others.map((model) => ({ name: model, x: ahead, values: part(model), dashed: true })),
  ];
  const values = part(leading);
  const last = frame.y[end - 1] ?? Number.NaN;
  return lineChart({
    title: `${id}: ${horizon} rows ahead`,
    alt: `${leading} goes from ${formatNumber(values[0] ?? Number.NaN)} to ${formatNumber(values.at(-1) ?? Number.NaN)}; the last actual value is ${formatNumber(last)}.`,
    yAxis: { label: id === '' ? 'Value' : id, unit: 'as in the data' },
    xAxis: { label: 'Step', unit: 'none' },
    lines,
  });
}

/** The last step of each series, with its interval of the highest level. */
function endTable(table: ForecastTable, forecast: readonly number[], leading: string) {
  const level = table.levels.at(-1);
  const at = (name: string, row: number) => table.columns[name]?.[row] ?? null;
  const ends = level === undefined ? [] : columnNames(leading, level);
  const shown = forecast.slice(0, shownTableSeries);
  return {
    kind: 'table' as const,
    caption: `The last step of the horizon, by ${leading}`,
    columns: [
      { header: 'Series' },
      { header: 'Time' },
      { header: 'Forecast' },
      ...(level === undefined
        ? []
        : [
            { header: 'Low', unit: `${level} %` },
            { header: 'High', unit: `${level} %` },
          ]),
      { header: 'Path' },
    ],
    rows: shown.map((series) => {
      const [first, row] = [series * table.horizon, (series + 1) * table.horizon - 1];
      const path = Array.from(table.columns[leading]?.subarray(first, row + 1) ?? []);
      const time = timeText(table, table.times[row] ?? Number.NaN);
      return [
        table.ids[series] ?? '',
        time,
        at(leading, row),
        ...ends.map((name) => at(name, row)),
        { sparkline: path },
      ];
    }),
    ...(forecast.length > shown.length && {
      note: `The first ${shown.length} of ${forecast.length} series.`,
    }),
  };
}
