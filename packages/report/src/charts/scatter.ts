/** Points of two quantities, in groups, with names and a fitted line. */
import { knownOptions } from '@noosphere/base';
import { ReportError } from '../errors.js';
import { clean } from '../text/clean.js';
import { distinctNames } from '../text/distinct-names.js';
import { countText, formatNumber, withUnit } from '../text/numbers.js';
import { color, seriesColors } from '../theme/colors.js';
import { type Axis, axisTitle, type Chart, type ChartText, type Value } from './chart.js';
import { checkAxis, checkLength, checkLogarithm, checkSome, readValues } from './checks.js';
import { draw, type Room, type Spec } from './draw.js';
import { type FittedLine, fitLine } from './fit-line.js';
import { labelsOver, legendColumns, quantityAxis, quantityScale, titleAbove } from './vega-config.js';

export interface ScatterChartOptions extends ChartText {
  readonly x: readonly Value[];
  readonly y: readonly Value[];
  readonly xAxis: Axis;
  readonly yAxis: Axis;
  /** A name of each point, shown where a pointer rests. */
  readonly names?: readonly string[];
  /**
   * Which points carry their name in print, by index.
   * @default all of up to 12
   */
  readonly labelled?: readonly number[];
  /** The group of each point: its colour and shape. */
  readonly groups?: readonly string[];
  /**
   * `line`: y = a + b x by least squares over all points; the note gives it with R².
   * @default 'none'
   */
  readonly fit?: 'none' | 'line';
}

interface Point {
  readonly x: number;
  readonly y: number;
  readonly name: string;
  readonly group: string;
  readonly label: string;
  readonly tip: number;
}

const shapes = [
  'circle',
  'square',
  'triangle-up',
  'diamond',
  'cross',
  'triangle-down',
  'triangle-right',
  'triangle-left',
];
const mostScatterPoints = 5000;

/**
 * Points of two quantities. A pair with a gap has no place and is counted as missing.
 *
 * @throws {@link ReportError} where lengths differ, there are more than 5,000 points or 8 groups, or a text or unit is missing
 *
 * @example
 * const chart = await scatterChart({
 *   title: 'Growth and tariffs',
 *   alt: 'Growth falls by half a point with each point of tariff.',
 *   x: [1, 2, 3],
 *   y: [3, 2.5, 2],
 *   xAxis: { label: 'Tariff', unit: '%' },
 *   yAxis: { label: 'Growth', unit: '% a year' },
 *   fit: 'line',
 * });
 * console.log(chart.notes[0]); // → Line: least squares, y = 3.5 − 0.5 x, R² 1, 3 points.
 */
export async function scatterChart(options: ScatterChartOptions): Promise<Chart> {
  knownOptions('scatterChart', options, 'x y xAxis yAxis names labelled groups fit title alt note');
  const operation = 'scatterChart';
  checkAxis(operation, 'xAxis', options.xAxis);
  checkAxis(operation, 'yAxis', options.yAxis);
  const points = readPoints(operation, options);
  checkLogarithm(
    operation,
    'x',
    options.xAxis,
    points.map(({ x }) => x),
  );
  checkLogarithm(
    operation,
    'y',
    options.yAxis,
    points.map(({ y }) => y),
  );
  const groups = [...new Set(points.map(({ group }) => group))];
  if (groups.length > seriesColors)
    throw new ReportError(
      operation,
      `groups: expected at most ${seriesColors}, got ${groups.length}; join the small ones`,
    );
  const fitted = options.fit === 'line' ? fitLine(points) : undefined;
  return draw(operation, {
    text: options,
    spec: (room) => scatterSpec(room, points, groups, fitted, options),
    height: ({ isNarrow }) => (isNarrow ? 320 : 380) + (groups.length > 1 ? 24 : 0),
    counts: { values: points.length, missing: options.x.length - points.length, drawn: points.length },
    notes: options.fit === 'line' ? [fitNote(fitted, points.length)] : [],
    tips: points.map(
      ({ name, x, y }) =>
        `${name === '' ? '' : `${name}: `}${axisTitleOf(options.xAxis)} ${withUnit(x, options.xAxis.unit)}, ${axisTitleOf(options.yAxis)} ${withUnit(y, options.yAxis.unit)}`,
    ),
  });
}

function axisTitleOf({ label }: Axis): string {
  return clean(label);
}

function readPoints(operation: string, { x, y, names, groups, labelled }: ScatterChartOptions): Point[] {
  checkSome(operation, 'x', x.length);
  checkLength(operation, 'y', y.length, x.length);
  if (names) checkLength(operation, 'names', names.length, x.length);
  if (groups) checkLength(operation, 'groups', groups.length, x.length);
  if (x.length > mostScatterPoints)
    throw new ReportError(
      operation,
      `expected at most ${mostScatterPoints} points, got ${x.length}; draw a sample and say so, or use a heat map`,
    );
  const [xs, ys] = [readValues(operation, 'x', x), readValues(operation, 'y', y)];
  const groupNames = groups && distinctNames(groups);
  const shown = new Set(labelled ?? (xs.length <= 12 ? xs.keys() : []));
  let tip = 0;
  return xs.flatMap((value, index) => {
    const other = ys[index] as number;
    if (Number.isNaN(value) || Number.isNaN(other)) return [];
    const name = clean(names?.[index] ?? '');
    return [
      {
        x: value,
        y: other,
        name,
        group: groupNames?.[index] ?? '',
        label: shown.has(index) ? name : '',
        tip: tip++,
      },
    ];
  });
}

function fitNote(fitted: FittedLine | undefined, count: number): string {
  if (!fitted) return 'No line: it takes two points that differ in x.';
  const { intercept, slope, rSquared } = fitted;
  const sign = slope < 0 ? '−' : '+';
  return `Line: least squares, y = ${formatNumber(intercept)} ${sign} ${formatNumber(Math.abs(slope))} x, R² ${formatNumber(rSquared, 3)}, ${countText(count, 'point')}.`;
}

function scatterSpec(
  room: Room,
  points: readonly Point[],
  groups: readonly string[],
  fitted: FittedLine | undefined,
  { xAxis, yAxis }: ScatterChartOptions,
): Spec {
  const [xs, ys] = [points.map(({ x }) => x), points.map(({ y }) => y)];
  const channel = (field: string, axis: Axis, values: readonly number[], title: string | null) => ({
    field,
    type: 'quantitative',
    scale: quantityScale(axis, values, room),
    axis: { ...quantityAxis(values, room, axis.scale), title, grid: true },
  });
  const both = { x: channel('x', xAxis, xs, axisTitle(xAxis)), y: channel('y', yAxis, ys, null) };
  const legend =
    groups.length === 1 ? null : { title: null, columns: legendColumns(groups, room.width - 40) };
  return {
    title: titleAbove(yAxis),
    layer: [
      ...(fitted ? [lineLayer(fitted, xs, both)] : []),
      {
        name: 'data_points',
        data: { values: points },
        mark: {
          type: 'point',
          filled: true,
          size: points.length > 400 ? 22 : 46,
          opacity: points.length > 100 ? 0.6 : 0.85,
        },
        encoding: {
          ...both,
          color: {
            field: 'group',
            type: 'nominal',
            scale: { domain: groups, range: groups.map((_, index) => color(`series-${index}`)) },
            legend,
          },
          shape: {
            field: 'group',
            type: 'nominal',
            scale: { domain: groups, range: shapes.slice(0, groups.length) },
            legend,
          },
          description: { field: 'tip' },
        },
      },
      ...labelsOver(points, both, room),
    ],
  };
}

function lineLayer({ intercept, slope }: FittedLine, xs: readonly number[], both: Spec): Spec {
  const ends = [Math.min(...xs), Math.max(...xs)];
  return {
    name: 'fit',
    data: { values: ends.map((x) => ({ x, y: intercept + slope * x })) },
    mark: { type: 'line', color: color('muted'), strokeWidth: 1.5, strokeDash: [6, 3] },
    encoding: both,
  };
}
