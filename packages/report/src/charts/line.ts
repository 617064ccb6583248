/** Lines over time or a quantity, with fans of intervals, rules and marks of events. */
import { knownOptions } from '@noosphere/base';
import { formatNumber, withUnit } from '../text/numbers.js';
import { color, seriesColors } from '../theme/colors.js';
import { type Axis, axisTitle, type Chart, type ChartText, type Positions, type Value } from './chart.js';
import { checkAxis, checkLogarithm, positionText, readPositions } from './checks.js';
import { draw, type Room, type Spec } from './draw.js';
import { type ReadLine, readLines } from './read-lines.js';
import { noRule, ruleAcross, ruleDown } from './rules.js';
import { thinningNote } from './thin.js';
import { legendColumns, quantityAxis, quantityScale, timeAxis, titleAbove } from './vega-config.js';

/** Bounds around a line: `level` per cent of outcomes lie between them. */
export interface LineInterval {
  readonly level: number;
  readonly low: readonly Value[];
  readonly high: readonly Value[];
}

export interface Line {
  readonly name: string;
  readonly values: readonly Value[];
  /** @default the chart's x */
  readonly x?: Positions;
  /** As many levels as wanted; each as long as the values. */
  readonly intervals?: readonly LineInterval[];
  /** @default false */
  readonly dashed?: boolean;
}

/** Something at one place of the x axis, such as where a forecast begins. */
export interface LineEvent {
  readonly x: number | Date | string;
  readonly label: string;
}

export interface LineChartOptions extends ChartText {
  /** Increasing. Lines with an x of their own may lie elsewhere, and may go without this one. */
  readonly x?: Positions;
  readonly lines: readonly Line[];
  readonly yAxis: Axis;
  /** Needed where x are numbers. */
  readonly xAxis?: Axis;
  /** @default [] */
  readonly events?: readonly LineEvent[];
  /** A dashed rule across, such as a target or zero. */
  readonly reference?: { readonly value: number; readonly label: string };
}

/**
 * One or more lines, each with any number of intervals: a forecast's fan beside the actual values, or just lines.
 *
 * Gaps stay gaps; a value between two gaps is a dot. Lines longer than 2,000 points keep the least and the greatest of each of
 * 1,000 stretches, and the notes say so.
 *
 * @throws {@link ReportError} where positions do not increase, lengths differ, names repeat, or a text or unit is missing
 *
 * @example
 * const chart = await lineChart({
 *   title: 'Visitors a day and their forecast',
 *   alt: 'After 12 visitors the forecast is 13, between 11 and 15.',
 *   yAxis: { label: 'Visitors', unit: 'none' },
 *   lines: [
 *     { name: 'Actual', x: ['2026-01-01', '2026-01-02'], values: [10, 12] },
 *     { name: 'Forecast', x: ['2026-01-03'], values: [13], intervals: [{ level: 80, low: [11], high: [15] }] },
 *   ],
 * });
 * console.log(chart.counts); // → { values: 3, missing: 0, drawn: 3 }
 */
export async function lineChart(options: LineChartOptions): Promise<Chart> {
  knownOptions('lineChart', options, 'x lines yAxis xAxis events reference title alt note');
  const operation = 'lineChart';
  checkAxis(operation, 'yAxis', options.yAxis);
  const lines = readLines(operation, options);
  const kind = lines[0]?.x.kind ?? 'number';
  if (kind === 'number') checkAxis(operation, 'xAxis', options.xAxis);
  const events = (options.events ?? []).map(({ x, label }) => ({
    value: readPositions(operation, 'events', [x] as Positions).values[0] as number,
    label,
  }));
  for (const { name, values: drawn } of lines)
    checkLogarithm(operation, `lines '${name}'`, options.yAxis, drawn);
  const values = lines.reduce((sum, line) => sum + line.values.filter(Number.isFinite).length, 0);
  const total = lines.reduce((sum, line) => sum + line.values.length, 0);
  return draw(operation, {
    text: options,
    height: ({ isNarrow }) => (isNarrow ? 260 : 320),
    spec: (room) => lineSpec(room, lines, kind, events, options),
    counts: {
      values,
      missing: total - values,
      drawn: lines.reduce(
        (sum, line) => sum + line.kept.filter((index) => Number.isFinite(line.values[index])).length,
        0,
      ),
    },
    notes: lineNotes(lines),
    hover: hoverOf(lines, kind, options.yAxis.unit),
  });
}

function lineSpec(
  room: Room,
  lines: readonly ReadLine[],
  kind: 'number' | 'time',
  events: readonly { value: number; label: string }[],
  { yAxis, xAxis, reference }: LineChartOptions,
): Spec {
  const names = lines.map(({ name }) => name);
  const everyX = [...lines.flatMap((line) => [line.x.values[0], line.x.values.at(-1)])] as number[];
  const span = [
    Math.min(...everyX, ...events.map(({ value }) => value)),
    Math.max(...everyX, ...events.map(({ value }) => value)),
  ];
  const everyY = [
    ...lines.flatMap((line) =>
      [line.values, ...line.intervals.flatMap(({ low, high }) => [low, high])].flat(),
    ),
    ...(reference ? [reference.value] : []),
  ];
  const bothAxes = {
    x: {
      field: 'x',
      type: kind === 'time' ? 'temporal' : 'quantitative',
      scale: {
        ...(kind === 'time' && { type: 'utc' }),
        ...(xAxis?.scale === 'log' ? quantityScale(xAxis, span, room) : { domain: span, nice: false }),
      },
      axis:
        kind === 'time'
          ? timeAxis(span, room)
          : { ...quantityAxis(span, room, xAxis?.scale), title: xAxis ? axisTitle(xAxis) : null },
    },
    y: {
      field: 'y',
      type: 'quantitative',
      scale: quantityScale(yAxis, everyY, room),
      axis: quantityAxis(everyY, room, yAxis.scale),
    },
  };
  const middle = ((span[0] as number) + (span[1] as number)) / 2;
  const rules = [
    ...events.map((event, index) =>
      ruleDown(event, bothAxes.x, index, event.value > middle ? 'left' : 'right'),
    ),
    reference ? ruleAcross(reference, bothAxes.y) : noRule,
  ];
  const stroke = {
    field: 'name',
    type: 'nominal',
    scale: { domain: names, range: lines.map(({ position }) => color(`series-${position % seriesColors}`)) },
    legend:
      names.length === 1
        ? null
        : { title: null, columns: legendColumns(names, room.width - 40), symbolType: 'stroke' },
  };
  return {
    title: titleAbove(yAxis),
    layer: [
      ...lines.flatMap((line) =>
        line.intervals
          .filter(({ low, high }) => isKnown(low) && isKnown(high))
          .map((interval, index) => bandLayer(line, interval, index, bothAxes)),
      ),
      ...rules.flatMap(({ below }) => below),
      ...lines
        .filter(({ values }) => isKnown(values))
        .map((line) => ({
          name: `data_${line.position}`,
          data: {
            values: line.kept.map((index) => ({
              x: line.x.values[index],
              y: nullable(line.values[index]),
              name: line.name,
            })),
          },
          mark: {
            type: 'line',
            strokeWidth: 1.75,
            strokeCap: 'round',
            strokeJoin: 'round',
            ...(line.dashed && { strokeDash: [5, 3] }),
          },
          encoding: { ...bothAxes, color: stroke },
        })),
      ...rules.flatMap(({ above }) => above),
    ],
  };
}

/** The wider the interval, the lighter it is. */
function bandLayer(
  { x, kept, position }: ReadLine,
  { low, high }: ReadLine['intervals'][number],
  index: number,
  { x: xChannel, y }: { x: Spec; y: Spec },
): Spec {
  return {
    name: `band_${position}_${index}`,
    data: {
      values: kept.map((each) => ({ x: x.values[each], y: nullable(low[each]), high: nullable(high[each]) })),
    },
    mark: {
      type: 'area',
      color: color(`series-${position % seriesColors}`),
      opacity: 0.18,
      ...(kept.length === 1 && {
        strokeWidth: 6,
        stroke: color(`series-${position % seriesColors}`),
        strokeOpacity: 0.18,
      }),
    },
    encoding: { x: xChannel, y, y2: { field: 'high' } },
  };
}

function hoverOf(lines: readonly ReadLine[], kind: 'number' | 'time', unit: string) {
  const texts = new Map<number, string[]>();
  for (const { name, x, values, kept, intervals } of lines) {
    for (const index of kept) {
      const position = x.values[index] as number;
      const bounds = intervals
        .map(
          ({ level, low, high }) =>
            `${level} %: ${formatNumber(low[index] ?? Number.NaN)} to ${formatNumber(high[index] ?? Number.NaN)}`,
        )
        .join(', ');
      const told = texts.get(position) ?? [];
      told.push(
        `${name} ${withUnit(values[index] ?? Number.NaN, unit)}${bounds === '' ? '' : ` (${bounds})`}`,
      );
      texts.set(position, told);
    }
  }
  const positions = [...texts.keys()].sort((a, b) => a - b);
  return {
    positions,
    texts: positions.map((position) => `${positionText(kind, position)}: ${texts.get(position)?.join('; ')}`),
  };
}

function lineNotes(lines: readonly ReadLine[]): string[] {
  const levels = new Set(lines.flatMap(({ intervals }) => intervals.map(({ level }) => level)));
  const shaded =
    levels.size > 0
      ? [
          `Shaded: intervals of ${[...levels]
            .sort((a, b) => a - b)
            .map((level) => `${level} %`)
            .join(' and ')}.`,
        ]
      : [];
  const thinned = lines.filter(({ kept, values }) => kept.length < values.length);
  return [
    ...shaded,
    ...thinningNote(thinned.map(({ kept, values }) => [values.length, kept.length] as const)),
  ];
}

function isKnown(values: readonly number[]): boolean {
  return values.some((value) => !Number.isNaN(value));
}

function nullable(value: number | undefined): number | null {
  return value === undefined || Number.isNaN(value) ? null : value;
}
