/** How values are spread: counts in bins of equal width. */
import { knownOptions } from '@noosphere/base';
import { ReportError } from '../errors.js';
import { clean } from '../text/clean.js';
import { countText, formatNumber } from '../text/numbers.js';
import { color } from '../theme/colors.js';
import { type Axis, axisTitle, type Chart, type ChartText, type Value } from './chart.js';
import { checkAxis, readValues } from './checks.js';
import { draw, type Room, type Spec } from './draw.js';
import { ruleDown } from './rules.js';
import { quantityAxis, titleAbove } from './vega-config.js';

export interface HistogramOptions extends ChartText {
  readonly values: readonly Value[];
  readonly xAxis: Axis;
  /** @default Freedman and Diaconis' width, 2 IQR / ∛n, at most 60 bins */
  readonly bins?: number;
  /** Rules down, such as a value at risk. */
  readonly markers?: readonly { readonly value: number; readonly label: string }[];
}

/** A bin holds low ≤ x < high; the last one its end as well. */
export interface Bin {
  readonly low: number;
  readonly high: number;
  readonly count: number;
}

/**
 * Counts in bins of equal width from the least to the greatest value; no value is left out.
 *
 * @throws {@link ReportError} where there is no value, or a text or unit is missing
 *
 * @example
 * const chart = await histogram({
 *   title: 'Daily returns',
 *   alt: 'Most days lie within 1 % of zero.',
 *   values: [-2, -0.5, 0, 0.3, 0.4, 1.5],
 *   xAxis: { label: 'Return', unit: '%' },
 *   bins: 3,
 * });
 * console.log(chart.notes[0]); // → 6 values in 3 bins of 1.167.
 */
export async function histogram(options: HistogramOptions): Promise<Chart> {
  const operation = 'histogram';
  checkAxis(operation, 'xAxis', options.xAxis);
  const read = readValues(operation, 'values', options.values);
  const values = read.filter((value) => !Number.isNaN(value));
  const { bins } = knownOptions('histogram', options, 'values xAxis bins markers title alt note');
  if (values.length === 0) throw new ReportError(operation, 'values: expected one or more numbers, got none');
  if (bins !== undefined && (!Number.isSafeInteger(bins) || bins < 1 || bins > 200))
    throw new ReportError(operation, `bins: expected 1 to 200, got ${bins}`);
  const counted = binsOf(values, bins ?? binCount(values));
  const [first] = counted as [Bin];
  const unit = options.xAxis.unit === 'none' ? '' : ` ${clean(options.xAxis.unit)}`;
  return draw(operation, {
    text: options,
    spec: (room) => histogramSpec(room, counted, options),
    height: ({ isNarrow }) => (isNarrow ? 260 : 300),
    counts: { values: values.length, missing: read.length - values.length, drawn: counted.length },
    notes: [
      `${countText(values.length, 'value')} in ${countText(counted.length, 'bin')} of ${formatNumber(first.high - first.low)}.`,
    ],
    tips: counted.map(
      ({ low, high, count }) =>
        `${formatNumber(low)} to ${formatNumber(high)}${unit}: ${countText(count, 'value')}`,
    ),
  });
}

/** Equal bins from the least to the greatest value; one around it, as wide as it is large, where they are the same. */
export function binsOf(values: readonly number[], count: number): Bin[] {
  const least = values.reduce((low, value) => Math.min(low, value), Number.POSITIVE_INFINITY);
  const greatest = values.reduce((high, value) => Math.max(high, value), Number.NEGATIVE_INFINITY);
  if (least === greatest) {
    const half = Math.abs(least) / 2 || 0.5;
    return [{ low: least - half, high: least + half, count: values.length }];
  }
  const counts = new Array<number>(count).fill(0);
  for (const value of values) {
    const bin = Math.min(count - 1, Math.floor(((value - least) / (greatest - least)) * count));
    counts[bin] = (counts[bin] as number) + 1;
  }
  const edge = (index: number) => least + ((greatest - least) * index) / count;
  return counts.map((each, index) => ({ low: edge(index), high: edge(index + 1), count: each }));
}

function binCount(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.floor(share * (sorted.length - 1))] as number;
  const width = (2 * (at(0.75) - at(0.25))) / Math.cbrt(sorted.length);
  const span = at(1) - at(0);
  return width > 0 ? Math.max(1, Math.min(60, Math.ceil(span / width))) : Math.min(10, sorted.length);
}

function histogramSpec(room: Room, bins: readonly Bin[], { xAxis, markers = [] }: HistogramOptions): Spec {
  const edges = bins.flatMap(({ low, high }) => [low, high]);
  const x = {
    field: 'low',
    type: 'quantitative',
    scale: { zero: false, nice: false },
    axis: { ...quantityAxis(edges, room), title: axisTitle(xAxis) },
  };
  const y = {
    field: 'count',
    type: 'quantitative',
    axis: {
      ...quantityAxis(
        bins.map(({ count }) => count),
        room,
      ),
      tickMinStep: 1,
    },
  };
  const middle = ((edges[0] as number) + (edges.at(-1) as number)) / 2;
  const rules = markers.map((marker, index) =>
    ruleDown(marker, x, index, marker.value > middle ? 'right' : 'left'),
  );
  return {
    title: titleAbove({ label: 'Count', unit: 'none' }),
    layer: [
      {
        name: 'data_bins',
        data: { values: bins.map((bin, tip) => ({ ...bin, tip })) },
        mark: { type: 'bar', color: color('series-0'), binSpacing: 1 },
        encoding: { x: { ...x, bin: 'binned' }, x2: { field: 'high' }, y, description: { field: 'tip' } },
      },
      ...rules.flatMap(({ below, above }) => [...below, ...above]),
    ],
  };
}
