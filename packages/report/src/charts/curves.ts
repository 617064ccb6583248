/** Curves inside the unit square that judge classifiers: ROC and reliability. */
import { knownOptions } from '@noosphere/base';
import { ReportError } from '../errors.js';
import { countText, formatNumber } from '../text/numbers.js';
import { color, seriesColors } from '../theme/colors.js';
import type { Chart, ChartText } from './chart.js';
import { checkLength, checkNames, checkSome, readValues } from './checks.js';
import { draw, type Room, type Spec } from './draw.js';
import { legendColumns } from './vega-config.js';

export interface RocCurve {
  readonly name: string;
  /** False alarms over all negatives, increasing from 0 to 1. */
  readonly falsePositiveRate: readonly number[];
  /** Hits over all positives, as long. */
  readonly truePositiveRate: readonly number[];
}

export interface RocChartOptions extends ChartText {
  readonly curves: readonly RocCurve[];
}

/**
 * Hits against false alarms of one or more classifiers, beside chance. The legend gives each area by the
 * trapezoidal rule, of all points, also where fewer are drawn.
 *
 * @throws {@link ReportError} where rates leave 0 to 1, decrease, or differ in number
 *
 * @example
 * const chart = await rocChart({
 *   title: 'Warnings of turbulent months',
 *   alt: 'The network finds 80 % of them at 20 % false alarms.',
 *   curves: [{ name: 'Network', falsePositiveRate: [0, 0.2, 1], truePositiveRate: [0, 0.8, 1] }],
 * });
 * console.log(chart.notes[0]); // → Areas under the curves: Network 0.800; chance 0.5.
 */
export async function rocChart(options: RocChartOptions): Promise<Chart> {
  knownOptions('rocChart', options, 'curves title alt note');
  const operation = 'rocChart';
  const names = checkCurves(operation, options.curves);
  const read = options.curves.map(({ falsePositiveRate, truePositiveRate }, index) => {
    const x = readShares(operation, `curves[${index}].falsePositiveRate`, falsePositiveRate);
    const y = readShares(operation, `curves[${index}].truePositiveRate`, truePositiveRate);
    checkLength(operation, `curves[${index}].truePositiveRate`, y.length, x.length);
    const falls = [x, y].some((rates) =>
      rates.some((rate, place) => place > 0 && rate < (rates[place - 1] as number)),
    );
    if (falls)
      throw new ReportError(
        operation,
        `curves[${index}]: expected rates that do not fall, from (0, 0) to (1, 1)`,
      );
    return { x, y, area: areaUnder(x, y).toFixed(3) };
  });
  const curves = read.map(({ x, y, area }, index) => ({
    x: evenlyPicked(x),
    y: evenlyPicked(y),
    name: `${names[index]} (area ${area})`,
  }));
  const values = countPoints(read);
  const isThinned = countPoints(curves) < values;
  return squareChart(operation, options, curves, {
    xTitle: 'False alarms (share of negatives)',
    yTitle: 'Hits (share of positives)',
    isDotted: false,
    values,
    notes: [
      `Areas under the curves: ${read.map(({ area }, index) => `${names[index]} ${area}`).join(', ')}; chance 0.5.`,
      ...(isThinned
        ? [`${countText(values, 'point')} are drawn as ${countPoints(curves).toLocaleString('en')}.`]
        : []),
    ],
  });
}

/** Points of a curve beyond which its drawing gains nothing: it does not fall, so no extreme is lost between them. */
const mostPoints = 600;

/** At most so many of them at equal distances, both ends included. */
function evenlyPicked(values: readonly number[]): readonly number[] {
  const last = values.length - 1;
  if (last < mostPoints) return values;
  return Array.from(
    { length: mostPoints },
    (_, place) => values[Math.round((place * last) / (mostPoints - 1))] as number,
  );
}

function countPoints(curves: readonly { readonly x: readonly number[] }[]): number {
  return curves.reduce((sum, { x }) => sum + x.length, 0);
}

export interface ReliabilityCurve {
  readonly name: string;
  /** Mean forecast probability in each bin, increasing. */
  readonly predicted: readonly number[];
  /** How often it came true in each bin. */
  readonly observed: readonly number[];
  /** Forecasts in each bin, shown where a pointer rests. */
  readonly counts?: readonly number[];
}

export interface ReliabilityChartOptions extends ChartText {
  readonly curves: readonly ReliabilityCurve[];
}

/**
 * How often what was forecast with a probability came true: on the diagonal, probabilities mean what they say.
 *
 * @throws {@link ReportError} where shares leave 0 to 1 or differ in number
 *
 * @example
 * const chart = await reliabilityChart({
 *   title: 'Are the warnings calibrated?',
 *   alt: 'Forecasts of 70 % came true in 60 % of the months: a little too sure.',
 *   curves: [{ name: 'Network', predicted: [0.1, 0.7], observed: [0.12, 0.6], counts: [40, 10] }],
 * });
 * console.log(chart.counts.drawn); // → 4
 */
export async function reliabilityChart(options: ReliabilityChartOptions): Promise<Chart> {
  knownOptions('reliabilityChart', options, 'curves title alt note');
  const operation = 'reliabilityChart';
  const names = checkCurves(operation, options.curves);
  const read = options.curves.map(({ predicted, observed, counts }, index) => {
    const x = readShares(operation, `curves[${index}].predicted`, predicted);
    const y = readShares(operation, `curves[${index}].observed`, observed);
    checkLength(operation, `curves[${index}].observed`, y.length, x.length);
    if (counts) checkLength(operation, `curves[${index}].counts`, counts.length, x.length);
    return { x, y, name: names[index] as string, ...(counts && { counts }) };
  });
  return squareChart(operation, options, read, {
    xTitle: 'Forecast probability (share)',
    yTitle: 'Came true (share)',
    isDotted: true,
    values: countPoints(read),
    notes: ['On the dashed diagonal, probabilities mean what they say. Each bin is a dot, joined by lines.'],
  });
}

interface Curve {
  readonly name: string;
  readonly x: readonly number[];
  readonly y: readonly number[];
  readonly counts?: readonly number[];
}

interface SquareOptions {
  readonly xTitle: string;
  readonly yTitle: string;
  readonly isDotted: boolean;
  /** What the curves were given as. */
  readonly values: number;
  readonly notes: readonly string[];
}

function squareChart(
  operation: string,
  text: ChartText,
  curves: readonly Curve[],
  options: SquareOptions,
): Promise<Chart> {
  const drawn = countPoints(curves);
  return draw(operation, {
    text,
    spec: (room) => squareSpec(room, curves, options),
    height: ({ isNarrow }) => (isNarrow ? 350 : 420),
    counts: { values: options.values, missing: 0, drawn: options.isDotted ? 2 * drawn : drawn },
    notes: options.notes,
    tips: curves.flatMap(({ name, x, y, counts }) =>
      x.map((each, index) => {
        const count = counts ? `, ${counts[index]} forecasts` : '';
        return `${name}: ${formatNumber(each, 3)} to ${formatNumber(y[index] as number, 3)}${count}`;
      }),
    ),
  });
}

function squareSpec(room: Room, curves: readonly Curve[], { xTitle, yTitle, isDotted }: SquareOptions): Spec {
  const names = curves.map(({ name }) => name);
  const axis = { tickCount: 5, format: '.1f', grid: true };
  const both = {
    x: { field: 'x', type: 'quantitative', scale: { domain: [0, 1] }, axis: { ...axis, title: xTitle } },
    y: { field: 'y', type: 'quantitative', scale: { domain: [0, 1] }, axis: { ...axis, title: null } },
  };
  const stroke = {
    field: 'name',
    type: 'nominal',
    scale: { domain: names, range: names.map((_, index) => color(`series-${index}`)) },
    legend:
      names.length === 1 && isDotted
        ? null
        : { title: null, columns: legendColumns(names, room.width - 40), symbolType: 'stroke' },
  };
  let tip = 0;
  const layers = curves.flatMap(({ name, x, y }, index) => {
    const data = { values: x.map((each, place) => ({ x: each, y: y[place], name, place, tip: tip++ })) };
    const encoding = { ...both, color: stroke };
    return [
      {
        name: `data_line_${index}`,
        data,
        mark: { type: 'line', strokeWidth: 2, strokeJoin: 'round' },
        encoding: { ...encoding, order: { field: 'place', type: 'quantitative' } },
      },
      ...(isDotted
        ? [
            {
              name: `data_dots_${index}`,
              data,
              mark: { type: 'point', filled: true, size: 50, opacity: 1 },
              encoding: { ...encoding, description: { field: 'tip' } },
            },
          ]
        : []),
    ];
  });
  const diagonal = {
    data: {
      values: [
        { x: 0, y: 0 },
        { x: 1, y: 1 },
      ],
    },
    mark: { type: 'line', color: color('muted'), strokeDash: [4, 4], strokeWidth: 1 },
    encoding: both,
  };
  return { title: { text: yTitle }, layer: [diagonal, ...layers] };
}

function checkCurves(operation: string, curves: readonly { readonly name: string }[]): string[] {
  checkSome(operation, 'curves', curves.length);
  if (curves.length > seriesColors)
    throw new ReportError(
      operation,
      `curves: expected at most ${seriesColors}, got ${curves.length}; use several charts`,
    );
  return checkNames(
    operation,
    'curves',
    curves.map(({ name }) => name),
  );
}

function readShares(operation: string, what: string, shares: readonly number[]): number[] {
  checkSome(operation, what, shares.length);
  const read = readValues(operation, what, shares);
  const wrong = read.findIndex((share) => !(share >= 0 && share <= 1));
  if (wrong >= 0)
    throw new ReportError(operation, `${what}[${wrong}]: expected a share from 0 to 1, got ${shares[wrong]}`);
  return read;
}

/** Σ (x[i] - x[i-1]) (y[i] + y[i-1]) / 2. */
export function areaUnder(x: readonly number[], y: readonly number[]): number {
  return x.reduce((area, each, index) => {
    if (index === 0) return 0;
    return area + ((each - (x[index - 1] as number)) * ((y[index] as number) + (y[index - 1] as number))) / 2;
  }, 0);
}
