/** Pareto fronts: what cannot be better in one way without being worse in another. */
import { knownOptions } from '@noosphere/base';
import { clean } from '../text/clean.js';
import { countText, withUnit } from '../text/numbers.js';
import { color } from '../theme/colors.js';
import { type Axis, axisTitle, type Chart, type ChartText } from './chart.js';
import { checkAxis, checkLength, checkLogarithm, checkSome, readValues } from './checks.js';
import { draw, type Room, type Spec } from './draw.js';
import { labelsOver, quantityAxis, quantityScale, titleAbove } from './vega-config.js';

/** A quantity that is wanted small or large. */
export interface Goal extends Axis {
  readonly better: 'lower' | 'higher';
}

export interface ParetoChartOptions extends ChartText {
  readonly x: readonly number[];
  readonly y: readonly number[];
  readonly xAxis: Goal;
  readonly yAxis: Goal;
  /** A name of each choice; those on the front carry it in print where there are at most 12. */
  readonly names?: readonly string[];
  /** Choices that stand out, such as the one that was taken, by index. @default [] */
  readonly chosen?: readonly number[];
}

/**
 * Choices by two goals; the front is computed: nothing is at least as good in both and better in one.
 *
 * @throws {@link ReportError} where lengths differ, or a text or unit is missing
 *
 * @example
 * const chart = await paretoChart({
 *   title: 'Return and risk of 3 portfolios',
 *   alt: 'Equal weights are worse than risk parity in both.',
 *   x: [10, 12, 15],
 *   y: [6, 5, 8],
 *   names: ['Risk parity', 'Equal weights', 'Maximum Sharpe'],
 *   xAxis: { label: 'Volatility', unit: '% a year', better: 'lower' },
 *   yAxis: { label: 'Return', unit: '% a year', better: 'higher' },
 * });
 * console.log(chart.notes[0]); // → 2 of 3 choices are on the front.
 */
export async function paretoChart(options: ParetoChartOptions): Promise<Chart> {
  const operation = 'paretoChart';
  const {
    xAxis,
    yAxis,
    names,
    chosen = [],
  } = knownOptions('paretoChart', options, 'x y xAxis yAxis names chosen title alt note');
  checkAxis(operation, 'xAxis', xAxis);
  checkAxis(operation, 'yAxis', yAxis);
  checkSome(operation, 'x', options.x.length);
  checkLength(operation, 'y', options.y.length, options.x.length);
  if (names) checkLength(operation, 'names', names.length, options.x.length);
  const [x, y] = [readValues(operation, 'x', options.x), readValues(operation, 'y', options.y)];
  const front = new Set(paretoFront(x, y, xAxis.better, yAxis.better));
  checkLogarithm(operation, 'x', xAxis, x);
  checkLogarithm(operation, 'y', yAxis, y);
  const taken = new Set(chosen);
  const points = x.flatMap((each, index) => {
    if (Number.isNaN(each) || Number.isNaN(y[index])) return [];
    const kind = taken.has(index) ? 'chosen' : front.has(index) ? 'front' : 'other';
    const name = clean(names?.[index] ?? '');
    const isNamed = taken.has(index) || (front.has(index) && front.size <= 12);
    return [
      { x: each, y: y[index] as number, kind, name, label: isNamed ? name : '', onFront: front.has(index) },
    ];
  });
  return draw(operation, {
    text: options,
    spec: (room) => paretoSpec(room, points, options),
    height: ({ isNarrow }) => (isNarrow ? 330 : 390),
    counts: { values: points.length, missing: x.length - points.length, drawn: points.length },
    notes: [
      `${front.size} of ${countText(points.length, 'choice')} ${front.size === 1 ? 'is' : 'are'} on the front.`,
    ],
    tips: points.map(
      (point) =>
        `${point.name === '' ? '' : `${point.name}: `}${clean(xAxis.label)} ${withUnit(point.x, xAxis.unit)}, ${clean(yAxis.label)} ${withUnit(point.y, yAxis.unit)}`,
    ),
  });
}

/** Indices on the front, in the order of x. Of equal choices all are on it. */
export function paretoFront(
  x: readonly number[],
  y: readonly number[],
  betterX: 'lower' | 'higher',
  betterY: 'lower' | 'higher',
): number[] {
  const [signX, signY] = [betterX === 'lower' ? 1 : -1, betterY === 'lower' ? 1 : -1];
  const cost = (index: number) => [signX * (x[index] as number), signY * (y[index] as number)] as const;
  const order = Array.from(x.keys())
    .filter((index) => cost(index).every((each) => !Number.isNaN(each)))
    .sort((a, b) => cost(a)[0] - cost(b)[0] || cost(a)[1] - cost(b)[1]);
  const front: number[] = [];
  let best: readonly [number, number] | undefined;
  for (const index of order) {
    const here = cost(index);
    if (best && here[1] >= best[1] && !(here[0] === best[0] && here[1] === best[1])) continue;
    best = here;
    front.push(index);
  }
  return front.sort((a, b) => (x[a] as number) - (x[b] as number));
}

const areas: Readonly<Record<string, number>> = { front: 54, other: 28, chosen: 130 };

interface ParetoPoint {
  readonly x: number;
  readonly y: number;
  readonly kind: string;
  readonly label: string;
  readonly onFront: boolean;
}

function paretoSpec(room: Room, points: readonly ParetoPoint[], { xAxis, yAxis }: ParetoChartOptions): Spec {
  const titled = (goal: Goal) => ({ ...goal, label: `${goal.label}, ${goal.better} is better` });
  const channel = (field: 'x' | 'y', axis: Goal, title: string | null) => ({
    field,
    type: 'quantitative',
    scale: quantityScale(
      axis,
      points.map((point) => point[field]),
      room,
    ),
    axis: {
      ...quantityAxis(
        points.map((point) => point[field]),
        room,
        axis.scale,
      ),
      title,
      grid: true,
    },
  });
  const both = { x: channel('x', xAxis, axisTitle(titled(xAxis))), y: channel('y', yAxis, null) };
  const kinds = ['front', 'other', 'chosen'];
  const scale = (range: readonly (string | number)[]) => ({ domain: kinds, range });
  return {
    title: titleAbove(titled(yAxis)),
    layer: [
      {
        name: 'front',
        data: { values: points.filter(({ onFront }) => onFront) },
        mark: {
          type: 'line',
          color: color('series-0'),
          strokeWidth: 1.5,
          opacity: 0.7,
          interpolate: xAxis.better === 'lower' ? 'step-after' : 'step-before',
        },
        encoding: both,
      },
      {
        name: 'data_points',
        data: { values: points.map((point, tip) => ({ ...point, tip, area: areas[point.kind] })) },
        mark: { type: 'point', filled: true, opacity: 1 },
        encoding: {
          ...both,
          color: {
            field: 'kind',
            type: 'nominal',
            scale: scale([color('series-0'), color('axis'), color('series-1')]),
            legend: null,
          },
          shape: {
            field: 'kind',
            type: 'nominal',
            scale: scale(['circle', 'circle', 'diamond']),
            legend: null,
          },
          size: { field: 'area', type: 'quantitative', scale: null, legend: null },
          description: { field: 'tip' },
        },
      },
      ...labelsOver(points, both, room),
    ],
  };
}
