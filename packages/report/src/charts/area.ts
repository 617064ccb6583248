/** Areas over time: losses since the last peak, and shares that add up. */
import { knownOptions } from '@noosphere/base';
import { ReportError } from '../errors.js';
import { formatNumber, withUnit } from '../text/numbers.js';
import { color, seriesColors } from '../theme/colors.js';
import type { Axis, Chart, ChartText, Positions, Value } from './chart.js';
import {
  checkAxis,
  checkLength,
  checkNames,
  checkSome,
  positionText,
  type ReadPositions,
  readPositions,
  readValues,
} from './checks.js';
import { draw, type Room, type Spec } from './draw.js';
import { mostPoints, thin, thinningNote } from './thin.js';
import { legendColumns, quantityAxis, quantityScale, timeAxis, titleAbove } from './vega-config.js';

export interface DrawdownChartOptions extends ChartText {
  readonly x: Positions;
  /** Wealth or price, above zero: drawdowns are computed from it. */
  readonly series: readonly { readonly name: string; readonly values: readonly Value[] }[];
  /** What positions are where they are numbers, such as `Day`. @default none for times */
  readonly xLabel?: string;
}

/**
 * Loss since the last peak, in per cent: 100 (w[t] / max(w[0..t]) - 1). The first series is an area, others are lines.
 *
 * @throws {@link ReportError} where a value is not above zero, lengths differ, names repeat, or a text is missing
 *
 * @example
 * const chart = await drawdownChart({
 *   title: 'Losses since the last peak',
 *   alt: 'The portfolio lost 10 % at worst.',
 *   x: ['2026-01-01', '2026-01-02', '2026-01-03'],
 *   series: [{ name: 'Portfolio', values: [100, 90, 95] }],
 * });
 * console.log(chart.notes[0]); // → Deepest: Portfolio −10 % on 2026-01-02.
 */
export async function drawdownChart(options: DrawdownChartOptions): Promise<Chart> {
  knownOptions('drawdownChart', options, 'x series xLabel title alt note');
  const operation = 'drawdownChart';
  const { x, series, names } = readSeries(operation, options.x, options.series);
  const falls = series.map((values, index) => drawdowns(operation, `series[${index}].values`, values));
  const deepest = falls.map((values, index) => {
    const worst = values.reduce((best, value, place) => (value < (values[best] ?? 1) ? place : best), 0);
    return `${names[index]} ${formatNumber(values[worst] ?? Number.NaN, 3)} % on ${positionText(x.kind, x.values[worst] as number)}`;
  });
  return areaChart(operation, options, {
    x,
    names,
    values: falls,
    axis: { label: 'Drawdown', unit: '%' },
    isStacked: false,
    notes: [`Deepest: ${deepest.join('; ')}.`],
  });
}

export interface StackedAreaChartOptions extends ChartText {
  readonly x: Positions;
  /** From bottom to top; none below zero. */
  readonly series: readonly { readonly name: string; readonly values: readonly Value[] }[];
  readonly yAxis: Axis;
  /** What positions are where they are numbers, such as `Day`. @default none for times */
  readonly xLabel?: string;
}

/**
 * Parts of a whole over time, such as the weights of a portfolio; between two positions a part keeps its size, as weights do
 * between two dates of trading.
 *
 * @throws {@link ReportError} where a value is below zero, lengths differ, names repeat, or a text or unit is missing
 *
 * @example
 * const chart = await stackedAreaChart({
 *   title: 'Weights of the portfolio',
 *   alt: 'Bonds rise from 40 to 60 %.',
 *   x: ['2026-01-01', '2026-02-01'],
 *   series: [{ name: 'Bonds', values: [40, 60] }, { name: 'Stocks', values: [60, 40] }],
 *   yAxis: { label: 'Weight', unit: '%' },
 * });
 * console.log(chart.counts); // → { values: 4, missing: 0, drawn: 4 }
 */
export async function stackedAreaChart(options: StackedAreaChartOptions): Promise<Chart> {
  knownOptions('stackedAreaChart', options, 'x series yAxis xLabel title alt note');
  const operation = 'stackedAreaChart';
  checkAxis(operation, 'yAxis', options.yAxis);
  const { x, series, names } = readSeries(operation, options.x, options.series);
  series.forEach((values, index) => {
    const place = values.findIndex((value) => value < 0);
    if (place >= 0)
      throw new ReportError(
        operation,
        `series[${index}].values[${place}]: expected 0 or more, got ${values[place]}; lineChart shows short positions`,
      );
  });
  return areaChart(operation, options, {
    x,
    names,
    values: series,
    axis: options.yAxis,
    isStacked: true,
    notes: [],
  });
}

function readSeries(
  operation: string,
  positions: Positions,
  series: readonly { readonly name: string; readonly values: readonly Value[] }[],
) {
  checkSome(operation, 'series', series.length);
  if (series.length > seriesColors)
    throw new ReportError(
      operation,
      `series: expected at most ${seriesColors}, got ${series.length}; join the small ones as 'others'`,
    );
  const names = checkNames(
    operation,
    'series',
    series.map(({ name }) => name),
  );
  const x = readPositions(operation, 'x', positions);
  const read = series.map(({ values }, index) => {
    checkLength(operation, `series[${index}].values`, values.length, x.values.length);
    return readValues(operation, `series[${index}].values`, values);
  });
  return { x, names, series: read };
}

function drawdowns(operation: string, what: string, values: readonly number[]): number[] {
  let peak = 0;
  return values.map((value, index) => {
    if (value <= 0)
      throw new ReportError(operation, `${what}[${index}]: expected a value above zero, got ${value}`);
    if (Number.isNaN(value)) return value;
    peak = Math.max(peak, value);
    return 100 * (value / peak - 1);
  });
}

interface Areas {
  readonly x: ReadPositions;
  readonly names: readonly string[];
  readonly values: readonly (readonly number[])[];
  readonly axis: Axis;
  readonly isStacked: boolean;
  readonly notes: readonly string[];
}

function areaChart(
  operation: string,
  options: ChartText & { readonly xLabel?: string },
  areas: Areas,
): Promise<Chart> {
  const { x, names, values, axis, notes } = areas;
  const total = values.reduce((sum, each) => sum + each.length, 0);
  const known = values.reduce((sum, each) => sum + each.filter(Number.isFinite).length, 0);
  const kept =
    x.values.length <= mostPoints
      ? Array.from(x.values.keys())
      : [...new Set(values.flatMap((each) => thin(each, Math.floor(mostPoints / values.length))))].sort(
          (a, b) => a - b,
        );
  const thinned =
    kept.length < x.values.length
      ? thinningNote(values.map((each) => [each.length, kept.length] as const))
      : [];
  return draw(operation, {
    text: options,
    spec: (room) => areaSpec(room, areas, kept, options.xLabel),
    height: ({ isNarrow }) => (isNarrow ? 240 : 280) + (names.length > 4 ? 20 : 0),
    counts: {
      values: known,
      missing: total - known,
      drawn: values.reduce(
        (sum, each) => sum + kept.filter((index) => Number.isFinite(each[index])).length,
        0,
      ),
    },
    notes: [...notes, ...thinned],
    hover: {
      positions: kept.map((index) => x.values[index] as number),
      texts: kept.map(
        (index) =>
          `${positionText(x.kind, x.values[index] as number)}: ${names.map((name, each) => `${name} ${withUnit(values[each]?.[index] ?? Number.NaN, axis.unit)}`).join('; ')}`,
      ),
    },
  });
}

const stackedMark = {
  type: 'area',
  interpolate: 'step-after',
  opacity: 0.92,
  stroke: color('background'),
  strokeWidth: 0.5,
};

function areaSpec(
  room: Room,
  { x, names, values, axis, isStacked }: Areas,
  kept: readonly number[],
  xLabel: string | undefined,
): Spec {
  const span = [x.values[0] as number, x.values.at(-1) as number];
  const xChannel = {
    field: 'x',
    type: x.kind === 'time' ? 'temporal' : 'quantitative',
    scale: { ...(x.kind === 'time' && { type: 'utc' }), domain: span, nice: false },
    axis: x.kind === 'time' ? timeAxis(span, room) : { ...quantityAxis(span, room), title: xLabel ?? null },
  };
  const fill = {
    field: 'name',
    type: 'nominal',
    scale: { domain: names, range: names.map((_, index) => color(`series-${index}`)) },
    legend:
      names.length === 1
        ? null
        : {
            title: null,
            columns: legendColumns(names, room.width - 40),
            symbolType: isStacked ? 'square' : 'stroke',
          },
  };
  const base = new Array<number>(kept.length).fill(0);
  const layers = values.flatMap((each, series): Spec[] => {
    if (each.every(Number.isNaN)) return [];
    const rows = kept.map((index, place) => {
      const value = each[index] as number;
      const low = base[place] as number;
      if (isStacked && Number.isFinite(value)) base[place] = low + value;
      const high = isStacked ? low + value : value;
      return {
        x: x.values[index],
        y: Number.isNaN(high) ? null : high,
        low: isStacked ? low : 0,
        name: names[series],
      };
    });
    const y = {
      field: 'y',
      type: 'quantitative',
      scale: isStacked ? { zero: true, nice: false } : quantityScale({ zero: true }, values.flat(), room),
      axis: quantityAxis(values.flat(), room),
    };
    const layer = {
      name: `data_${series}`,
      data: { values: rows },
      encoding: { x: xChannel, y, color: fill },
    };
    const area = { ...layer, encoding: { ...layer.encoding, y2: { field: 'low' } } };
    if (isStacked) return [{ ...area, mark: stackedMark }];
    const shade = {
      name: `shade_${series}`,
      data: layer.data,
      mark: { type: 'area', opacity: 0.22, color: color(`series-${series}`) },
      encoding: { x: xChannel, y, y2: { field: 'low' } },
    };
    return [...(series === 0 ? [shade] : []), { ...layer, mark: { type: 'line', strokeWidth: 1.5 } }];
  });
  return { title: titleAbove(axis), layer: layers };
}
