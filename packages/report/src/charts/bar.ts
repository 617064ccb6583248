/** Bars: one series or several side by side, from zero, with intervals and negative values. */
import { knownOptions } from '@noosphere/base';
import { ReportError } from '../errors.js';
import { clean } from '../text/clean.js';
import { formatNumber, withUnit } from '../text/numbers.js';
import { color, seriesColors } from '../theme/colors.js';
import { type Axis, axisTitle, type Chart, type ChartText, type Value } from './chart.js';
import { checkAxis, checkLength, checkNames, checkSome, readValues } from './checks.js';
import { draw, type Room, type Spec } from './draw.js';
import { textWidth } from './text-width.js';
import { legendColumns, quantityAxis } from './vega-config.js';

export interface BarSeries {
  readonly name: string;
  /** One a category. */
  readonly values: readonly Value[];
  /** Ends of a whisker on each bar. */
  readonly interval?: { readonly low: readonly Value[]; readonly high: readonly Value[] };
}

export interface BarChartOptions extends ChartText {
  /** From top to bottom. */
  readonly categories: readonly string[];
  readonly series: readonly BarSeries[];
  /** Of the length of the bars. */
  readonly valueAxis: Axis;
  /**
   * One series only: positive and negative bars in two colours.
   * @default false
   */
  readonly diverging?: boolean;
  /** A dashed line across the bars, such as a baseline. */
  readonly reference?: { readonly value: number; readonly label: string };
}

interface Bar {
  readonly category: string;
  readonly name: string;
  readonly value: number;
  readonly low: number;
  readonly high: number;
  readonly tip: number;
}

/** Categories beyond this cannot be read on a page. */
const mostBars = 200;

/**
 * Horizontal bars from zero: names stay readable, however long they are and however narrow the screen is.
 *
 * @throws {@link ReportError} where lengths differ, names repeat, or a text or unit is missing
 *
 * @example
 * const chart = await barChart({
 *   title: 'Errors of three models',
 *   alt: 'The ensemble has the least error, 0.8; the naive one has 1.2.',
 *   categories: ['Naive', 'ARIMA', 'Ensemble'],
 *   series: [{ name: 'MASE', values: [1.2, 0.9, 0.8] }],
 *   valueAxis: { label: 'MASE', unit: 'none' },
 * });
 * console.log(chart.counts.drawn); // → 3
 */
export async function barChart(options: BarChartOptions): Promise<Chart> {
  knownOptions('barChart', options, 'categories series valueAxis diverging reference title alt note');
  const operation = 'barChart';
  checkAxis(operation, 'valueAxis', options.valueAxis);
  const categories = checkNames(operation, 'categories', options.categories);
  checkSome(operation, 'categories', categories.length);
  checkSome(operation, 'series', options.series.length);
  const names = checkNames(
    operation,
    'series',
    options.series.map(({ name }) => name),
  );
  if (names.length > seriesColors)
    throw new ReportError(
      operation,
      `series: expected at most ${seriesColors}, got ${names.length}; use a heat map`,
    );
  if (categories.length * names.length > mostBars)
    throw new ReportError(
      operation,
      `expected at most ${mostBars} bars, got ${categories.length * names.length}; use a table or a heat map`,
    );
  if (options.diverging && names.length > 1)
    throw new ReportError(operation, `diverging: expected one series, got ${names.length}`);
  const bars = readBars(operation, options, categories, names);
  const drawn = bars.filter(({ value }) => Number.isFinite(value));
  return draw(operation, {
    text: options,
    spec: (room) => barSpec(room, drawn, categories, names, options),
    height: () =>
      62 +
      categories.length * (names.length === 1 ? 26 : 8 + 17 * names.length) +
      (names.length > 1 ? 30 : 0) +
      (options.reference ? 18 : 0),
    counts: { values: drawn.length, missing: bars.length - drawn.length, drawn: drawn.length },
    notes: options.series.some(({ interval }) => interval) ? ['Thin lines are intervals.'] : [],
    tips: drawn.map(({ category, name, value, low, high }) => {
      const bounds = Number.isFinite(low) ? ` [${formatNumber(low)}, ${formatNumber(high)}]` : '';
      return `${category}: ${names.length > 1 ? `${name} ` : ''}${withUnit(value, options.valueAxis.unit)}${bounds}`;
    }),
  });
}

function readBars(
  operation: string,
  { series }: BarChartOptions,
  categories: readonly string[],
  names: readonly string[],
): Bar[] {
  let tip = 0;
  return series.flatMap(({ values, interval }, position) => {
    const what = `series[${position}]`;
    checkLength(operation, `${what}.values`, values.length, categories.length);
    const [lows, highs] = [interval?.low ?? [], interval?.high ?? []];
    if (interval) {
      checkLength(operation, `${what}.interval.low`, lows.length, categories.length);
      checkLength(operation, `${what}.interval.high`, highs.length, categories.length);
    }
    const [low, high] = [
      readValues(operation, `${what}.interval.low`, lows),
      readValues(operation, `${what}.interval.high`, highs),
    ];
    return readValues(operation, `${what}.values`, values).map((value, index) => ({
      category: categories[index] as string,
      name: names[position] as string,
      value,
      low: low[index] ?? Number.NaN,
      high: high[index] ?? Number.NaN,
      tip: Number.isFinite(value) ? tip++ : -1,
    }));
  });
}

function barSpec(
  room: Room,
  bars: readonly Bar[],
  categories: readonly string[],
  names: readonly string[],
  { valueAxis, diverging, reference }: BarChartOptions,
): Spec {
  const limit = room.isNarrow ? 120 : 240;
  const extent = 8 + Math.min(limit, Math.max(...categories.map((name) => textWidth(name))));
  const values = bars.flatMap(({ value, low, high }) => [value, low, high]);
  const y = {
    field: 'category',
    type: 'nominal',
    scale: { domain: categories, paddingInner: 0.3, paddingOuter: 0.2 },
    axis: {
      title: null,
      grid: false,
      labelLimit: limit,
      labelColor: color('ink'),
      minExtent: extent,
      maxExtent: extent,
    },
  };
  const x = {
    field: 'value',
    type: 'quantitative',
    scale: { zero: true, nice: room.isNarrow ? 5 : 6 },
    axis: {
      ...quantityAxis(values, room),
      title: axisTitle(valueAxis),
      grid: true,
      domain: false,
      ticks: false,
    },
  };
  const isOne = names.length === 1;
  const fill = {
    field: 'name',
    type: 'nominal',
    scale: { domain: names, range: names.map((_, index) => color(`series-${index}`)) },
    legend: isOne
      ? null
      : {
          title: null,
          columns: legendColumns(names, room.width - 40),
          symbolType: 'square',
          offset: reference ? 22 : 6,
        },
  };
  const sides = {
    condition: { test: 'datum.value < 0', value: color('negative') },
    value: color('positive'),
  };
  const offset = isOne ? {} : { yOffset: { field: 'name', scale: { domain: names, paddingInner: 0.1 } } };
  const whiskers = bars.filter(({ low, high }) => Number.isFinite(low) && Number.isFinite(high));
  return {
    layer: [
      {
        name: 'data_bars',
        data: { values: bars },
        mark: { type: 'bar' },
        encoding: { y, x, ...offset, color: diverging ? sides : fill, description: { field: 'tip' } },
      },
      ...(whiskers.length > 0
        ? [
            {
              name: 'whiskers',
              data: { values: whiskers },
              mark: { type: 'rule', color: color('ink'), strokeWidth: 1.25 },
              encoding: { y, ...offset, x: { ...x, field: 'low' }, x2: { field: 'high' } },
            },
          ]
        : []),
      ...(values.some((value) => value < 0)
        ? [
            {
              data: { values: [{ value: 0 }] },
              mark: { type: 'rule', color: color('axis') },
              encoding: { x },
            },
          ]
        : []),
      ...(reference ? referenceLayers(reference, x) : []),
    ],
  };
}

/** A rule down at a value, with its label on top. */
function referenceLayers({ value, label }: { value: number; label: string }, x: Spec): Spec[] {
  const data = { values: [{ value, label: clean(label) }] };
  return [
    { data, mark: { type: 'rule', color: color('muted'), strokeDash: [4, 3] }, encoding: { x } },
    {
      data,
      mark: { type: 'text', align: 'center', baseline: 'bottom', y: -2, color: color('muted') },
      encoding: { x, text: { field: 'label' } },
    },
  ];
}
