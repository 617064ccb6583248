/** How all charts look: quiet axes, no frame, colours by name. */
import { formatDate } from '../text/numbers.js';
import { color } from '../theme/colors.js';
import type { Axis } from './chart.js';
import { axisTitle } from './chart.js';
import type { Room, Spec } from './draw.js';
import { textWidth } from './text-width.js';

/** Of all text in charts, in px of the drawing. */
export const fontSize = 12;

export const fontFamily = '"Segoe UI", "Helvetica Neue", Roboto, Arial, "Liberation Sans", sans-serif';

export function chartConfig({ isNarrow, width }: Room): Spec {
  const text = { labelFontSize: fontSize, titleFontSize: fontSize, labelColor: color('muted') };
  return {
    aria: false,
    font: fontFamily,
    view: { stroke: null },
    axis: {
      ...text,
      titleColor: color('muted'),
      titleFontWeight: 'normal',
      titlePadding: 8,
      titleLimit: width - 110,
      labelPadding: 6,
      labelLimit: isNarrow ? 150 : 260,
      gridColor: color('grid'),
      domainColor: color('axis'),
      tickColor: color('axis'),
      tickSize: 4,
    },
    axisY: { domain: false, ticks: false },
    axisX: { grid: false },
    legend: {
      ...text,
      labelColor: color('ink'),
      titleColor: color('muted'),
      titleFontWeight: 'normal',
      orient: 'top',
      direction: 'horizontal',
      columnPadding: 4,
      rowPadding: 4,
      labelLimit: isNarrow ? 280 : 420,
      symbolStrokeWidth: 2.5,
      symbolSize: 130,
      offset: 6,
      padding: 0,
      gradientHorizontalMaxLength: 360,
      titleLimit: 340,
    },
    title: {
      anchor: 'start',
      frame: 'bounds',
      fontSize,
      fontWeight: 'normal',
      color: color('muted'),
      offset: 10,
      limit: width - 12,
    },
    text: { fontSize, color: color('ink') },
  };
}

/** The y axis' title lies above it, where it is read without turning the head. */
export function titleAbove(axis: Axis): Spec {
  return { text: axisTitle(axis) };
}

/** Columns of a legend such that its rows fit. */
export function legendColumns(names: readonly string[], width: number): number {
  const widest = Math.max(...names.map((name) => textWidth(name))) + 34;
  return Math.max(1, Math.min(names.length, Math.floor(width / widest)));
}

/** Text over marks: a rim in the colour of the page keeps it readable. */
export function textOver(layer: Spec): Spec[] {
  const mark = layer.mark as Spec;
  const rim = { stroke: color('background'), strokeWidth: 3, strokeJoin: 'round', opacity: 0.85 };
  return [{ ...layer, mark: { ...mark, ...rim } }, layer];
}

/** Names above points, which never reach over the ends of the x axis. */
export function labelsOver(
  points: readonly { readonly x: number; readonly label: string }[],
  both: Spec,
  room: Room,
): Spec[] {
  const xs = points.map(({ x }) => x);
  const [least, greatest] = [Math.min(...xs), Math.max(...xs)];
  const sideOf = (x: number) => {
    const share = greatest > least ? (x - least) / (greatest - least) : 0.5;
    return share < 0.2 ? 'left' : share > 0.8 ? 'right' : 'center';
  };
  return (['left', 'center', 'right'] as const).flatMap((align) =>
    textOver({
      data: { values: points.filter(({ x, label }) => label !== '' && sideOf(x) === align) },
      mark: { type: 'text', align, dy: -11, limit: room.isNarrow ? 120 : 200 },
      encoding: { ...both, text: { field: 'label' } },
    }),
  );
}

/** So many ticks; a linear scale ends at one. */
function tickCount({ isNarrow }: { isNarrow: boolean }): number {
  return isNarrow ? 5 : 6;
}

/** Of a quantity: a linear scale ends at round numbers, a logarithmic one closely around its values. */
export function quantityScale(
  { scale, zero }: Pick<Axis, 'scale' | 'zero'>,
  values: readonly number[],
  room: { isNarrow: boolean },
): Spec {
  if (scale !== 'log') return { zero: zero ?? false, nice: tickCount(room) };
  const [least, most] = extentOf(values);
  // The room of a tenth of a single decade where all values are one.
  const margin = least < most ? (most / least) ** 0.03 : 10 ** 0.1;
  return least > most
    ? { type: 'log' }
    : { type: 'log', domain: [least / margin, most * margin], nice: false };
}

/** Of a quantity: tick labels with SI prefixes once numbers are long. */
export function quantityAxis(
  values: readonly number[],
  room: { isNarrow: boolean },
  scale: Axis['scale'] = 'linear',
): Spec {
  const [least, most] = extentOf(values);
  const largest = most >= least ? Math.max(Math.abs(least), Math.abs(most)) : 0;
  const span = most - least;
  // Prefixes keep six digits: too few for small steps on a high level, where the ticks' own digits tell more.
  const hasPrefixes =
    (largest >= 1e6 || (largest > 0 && largest < 1e-3)) && !(span > 0 && span < 1e-3 * largest);
  const shared = { title: null, labelOverlap: true };
  if (scale === 'log' && least < most)
    return {
      ...shared,
      values: logTicks(least, most),
      // Vega's own labels of a logarithmic axis leave some ticks without one.
      labelExpr: `format(datum.value, '${hasPrefixes ? '~s' : ',~r'}')`,
    };
  return { ...shared, tickCount: tickCount(room), ...(hasPrefixes && { format: '~s' }) };
}

function extentOf(values: readonly number[]): [least: number, most: number] {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    // Comparisons with NaN, a gap, are false.
    if (value < least) least = value;
    if (value > most) most = value;
  }
  return [least, most];
}

/** Powers of ten where there are several; else 1, 2 and 5 of each; else equal round steps. */
export function logTicks(least: number, most: number): number[] {
  const decades = Array.from(
    { length: Math.ceil(Math.log10(most)) - Math.floor(Math.log10(least)) + 1 },
    (_, at) => Math.floor(Math.log10(least)) + at,
  );
  const within = (mantissas: readonly number[]) =>
    decades
      // Written as text: 3 · 10⁻¹ is not 0.3.
      .flatMap((decade) => mantissas.map((mantissa) => Number(`${mantissa}e${decade}`)))
      .filter((value) => value >= least && value <= most);
  const [tens, fives] = [within([1]), within([1, 2, 5])];
  if (tens.length >= 4) return tens;
  if (fives.length >= 3) return fives;
  const power = Math.floor(Math.log10(most - least));
  const steps = [5, 2, 1].map((mantissa) => `${mantissa}e${power}`);
  const finer = [5, 2, 1].map((mantissa) => `${mantissa}e${power - 1}`);
  const ticks = [...steps, ...finer].map((step) => multiplesOf(Number(step), least, most));
  return ticks.find((values) => values.length >= 3) ?? [least, most];
}

/** Of a round step; digits beyond those of the step are rounding. */
function multiplesOf(step: number, least: number, most: number): number[] {
  const [first, last] = [Math.ceil(least / step), Math.floor(most / step)];
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, at) =>
    Number(((first + at) * step).toPrecision(12)),
  );
}

/** Of times, with labels that fit the span. */
export function timeAxis(values: readonly number[], { isNarrow }: { isNarrow: boolean }): Spec {
  const days = ((values.at(-1) ?? 0) - (values[0] ?? 0)) / 86_400_000;
  const format =
    days > 6 * 365
      ? '%Y'
      : days > 200
        ? '%b %Y'
        : days > 3
          ? '%-d %b'
          : days > 0
            ? '%-d %b %H:%M'
            : '%Y-%m-%d';
  const [first, last] = [values[0], values.at(-1)];
  // Ticks stand at round dates: the title says where the data begin and end.
  const title =
    first === undefined || last === undefined
      ? null
      : first === last
        ? formatDate(first)
        : `${formatDate(first)} to ${formatDate(last)}`;
  return { title, labelOverlap: true, tickCount: isNarrow ? 4 : 8, format };
}
