/** Box plots: median, quartiles, whiskers and every value beyond them. */
import { knownOptions } from '@noosphere/base';
import { ReportError } from '../errors.js';
import { formatNumber, withUnit } from '../text/numbers.js';
import { color } from '../theme/colors.js';
import { type Axis, axisTitle, type Chart, type ChartText, type Value } from './chart.js';
import { checkAxis, checkLogarithm, checkNames, checkSome, readValues } from './checks.js';
import { draw, type Room, type Spec } from './draw.js';
import { textWidth } from './text-width.js';
import { quantityAxis, quantityScale } from './vega-config.js';

export interface BoxChartOptions extends ChartText {
  readonly groups: readonly { readonly name: string; readonly values: readonly Value[] }[];
  readonly valueAxis: Axis;
}

/** Five numbers of a sample, and what lies beyond its whiskers. */
export interface BoxStatistics {
  readonly low: number;
  readonly lowerQuartile: number;
  readonly median: number;
  readonly upperQuartile: number;
  readonly high: number;
  readonly outliers: readonly number[];
}

/**
 * A box for each group: quartiles and median by linear interpolation (Hyndman and Fan's type 7), whiskers to the last value within
 * 1.5 IQR of the box (Tukey), and a dot for every value beyond.
 *
 * @throws {@link ReportError} where a group holds no number, names repeat, or a text or unit is missing
 *
 * @example
 * const chart = await boxChart({
 *   title: 'Errors by model',
 *   alt: 'The ensemble errs less than the naive model, and never by more than 2.',
 *   groups: [{ name: 'Naive', values: [1, 2, 3, 4, 9] }, { name: 'Ensemble', values: [0.5, 1, 1.5, 2] }],
 *   valueAxis: { label: 'Error', unit: 'USD' },
 * });
 * console.log(chart.counts); // → { values: 9, missing: 0, drawn: 3 }
 */
export async function boxChart(options: BoxChartOptions): Promise<Chart> {
  const operation = 'boxChart';
  const { groups, valueAxis } = knownOptions('boxChart', options, 'groups valueAxis title alt note');
  checkAxis(operation, 'valueAxis', valueAxis);
  checkSome(operation, 'groups', groups.length);
  const names = checkNames(
    operation,
    'groups',
    groups.map(({ name }) => name),
  );
  const read = groups.map(({ values }, index) => readValues(operation, `groups[${index}].values`, values));
  const boxes = read.map((values, index) => {
    const known = values.filter((value) => !Number.isNaN(value));
    if (known.length === 0)
      throw new ReportError(operation, `groups[${index}].values: expected one or more numbers, got none`);
    return { name: names[index] as string, count: known.length, tip: index, ...boxStatistics(known) };
  });
  for (const [index, values] of read.entries())
    checkLogarithm(operation, `groups[${index}]`, valueAxis, values);
  const values = boxes.reduce((sum, { count }) => sum + count, 0);
  const outliers = boxes.flatMap(({ name, outliers: beyond }) => beyond.map((value) => ({ name, value })));
  return draw(operation, {
    text: options,
    spec: (room) => boxSpec(room, boxes, outliers, valueAxis),
    height: () => 66 + 34 * boxes.length,
    counts: {
      values,
      missing: read.reduce((sum, each) => sum + each.length, 0) - values,
      drawn: boxes.length + outliers.length,
    },
    notes: [
      'Box: quartiles and median; whiskers: to 1.5 times the quartiles’ distance; dots: every value beyond.',
    ],
    tips: [
      ...boxes.map(
        ({ name, median, lowerQuartile, upperQuartile, count }) =>
          `${name}: median ${withUnit(median, valueAxis.unit)}, quartiles ${formatNumber(lowerQuartile)} and ${formatNumber(upperQuartile)}, ${count} values`,
      ),
      ...outliers.map(({ name, value }) => `${name}: ${withUnit(value, valueAxis.unit)}`),
    ],
  });
}

/** @param values One or more numbers. */
export function boxStatistics(values: readonly number[]): BoxStatistics {
  const sorted = [...values].sort((a, b) => a - b);
  const quantile = (share: number) => {
    const place = share * (sorted.length - 1);
    const below = sorted[Math.floor(place)] as number;
    return below + (place % 1) * ((sorted[Math.ceil(place)] as number) - below);
  };
  const [lowerQuartile, median, upperQuartile] = [quantile(0.25), quantile(0.5), quantile(0.75)];
  const reach = 1.5 * (upperQuartile - lowerQuartile);
  const isWithin = (value: number) => value >= lowerQuartile - reach && value <= upperQuartile + reach;
  const within = sorted.filter(isWithin);
  return {
    low: Math.min(within[0] ?? lowerQuartile, lowerQuartile),
    lowerQuartile,
    median,
    upperQuartile,
    high: Math.max(within.at(-1) ?? upperQuartile, upperQuartile),
    outliers: sorted.filter((value) => !isWithin(value)),
  };
}

type Box = BoxStatistics & { readonly name: string; readonly tip: number };

function boxSpec(
  room: Room,
  boxes: readonly Box[],
  outliers: readonly { name: string; value: number }[],
  valueAxis: Axis,
): Spec {
  const limit = room.isNarrow ? 110 : 220;
  const extent = 8 + Math.min(limit, Math.max(...boxes.map(({ name }) => textWidth(name))));
  const ends = [...boxes.flatMap(({ low, high }) => [low, high]), ...outliers.map(({ value }) => value)];
  const y = {
    field: 'name',
    type: 'nominal',
    scale: { domain: boxes.map(({ name }) => name) },
    axis: {
      title: null,
      grid: false,
      labelLimit: limit,
      labelColor: color('ink'),
      minExtent: extent,
      maxExtent: extent,
    },
  };
  const x = (field: string) => ({
    field,
    type: 'quantitative',
    scale: quantityScale(valueAxis, ends, room),
    axis: {
      ...quantityAxis(ends, room, valueAxis.scale),
      title: axisTitle(valueAxis),
      grid: true,
      domain: false,
      ticks: false,
    },
  });
  const data = { values: boxes };
  return {
    layer: [
      {
        data,
        mark: { type: 'rule', color: color('muted') },
        encoding: { y, x: x('low'), x2: { field: 'high' } },
      },
      {
        name: 'data_boxes',
        data,
        mark: { type: 'bar', size: 18, color: color('series-0') },
        encoding: { y, x: x('lowerQuartile'), x2: { field: 'upperQuartile' }, description: { field: 'tip' } },
      },
      {
        data,
        mark: { type: 'tick', size: 18, thickness: 2.5, color: color('background') },
        encoding: { y, x: x('median') },
      },
      {
        name: 'data_outliers',
        data: { values: outliers.map((outlier, index) => ({ ...outlier, tip: boxes.length + index })) },
        mark: { type: 'point', filled: true, size: 26, color: color('series-1'), opacity: 0.8 },
        encoding: { y, x: x('value'), description: { field: 'tip' } },
      },
    ],
  };
}
