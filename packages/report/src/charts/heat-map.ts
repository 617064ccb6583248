/** Heat maps: a table of numbers as coloured cells, in classes that light and dark pages colour their own way. */
import { knownOptions } from '@noosphere/base';
import { ReportError } from '../errors.js';
import { clean } from '../text/clean.js';
import { distinctNames } from '../text/distinct-names.js';
import { formatFixed, formatNumber, withUnit } from '../text/numbers.js';
import { color, steps } from '../theme/colors.js';
import type { Chart, ChartText, Value } from './chart.js';
import { checkLength, checkNames, checkSome, readValues } from './checks.js';
import { draw, type Room, type Spec } from './draw.js';
import { textWidth } from './text-width.js';
import { fontSize } from './vega-config.js';

export interface HeatMapOptions extends ChartText {
  /** From top to bottom. */
  readonly rows: readonly string[];
  /** From left to right. */
  readonly columns: readonly string[];
  /** [rows][columns]. */
  readonly values: readonly (readonly Value[])[];
  /** What the colour stands for, such as `Correlation`, and its unit or `none`. */
  readonly value: { readonly label: string; readonly unit: string };
  /** What rows and columns are, such as `Actual` and `Predicted`. */
  readonly rowLabel?: string;
  readonly columnLabel?: string;
  /**
   * `diverging` colours both sides of `middle` differently.
   * @default 'sequential'
   */
  readonly scale?: 'sequential' | 'diverging';
  /**
   * Of a diverging scale.
   * @default 0
   */
  readonly middle?: number;
  /** Ends of the colours. @default those of the values, symmetric around the middle of a diverging scale */
  readonly range?: readonly [least: number, greatest: number];
  /** Text in a cell. @default its value, with two decimals or three digits */
  readonly cellText?: (value: number, row: number, column: number) => string;
}

interface Cell {
  readonly row: string;
  readonly column: string;
  readonly value: number | null;
  readonly text: string;
  readonly tip: number;
}

/**
 * A table of numbers as coloured cells, with the number in each where there is room. Colours are classes of equal width, 9 of a
 * sequential and 11 of a diverging scale; the legend gives their bounds.
 *
 * @throws {@link ReportError} where the table is not rows × columns, names repeat, or a text or unit is missing
 *
 * @example
 * const chart = await heatMap({
 *   title: 'Correlation of daily returns, 2010 to 2013',
 *   alt: 'Stocks and crude move together, 0.4; crude and gold hardly do.',
 *   rows: ['Stocks', 'Crude'],
 *   columns: ['Crude', 'Gold'],
 *   values: [[0.4, 0.1], [1, 0.05]],
 *   value: { label: 'Correlation', unit: 'none' },
 *   scale: 'diverging',
 *   range: [-1, 1],
 * });
 * console.log(chart.counts.drawn); // → 4
 */
export async function heatMap(options: HeatMapOptions): Promise<Chart> {
  knownOptions(
    'heatMap',
    options,
    'rows columns values value rowLabel columnLabel scale middle range cellText title alt',
    'note',
  );
  const operation = 'heatMap';
  const cells = readCells(operation, options);
  const known = cells.flatMap(({ value }) => (value === null ? [] : [value]));
  const range = options.range ?? rangeOf(known, options);
  if (!(range[0] < range[1]))
    throw new ReportError(
      operation,
      `range: expected the least and the greatest value, got [${range.join(', ')}]`,
    );
  const beyond = known.filter((value) => value < range[0] || value > range[1]).length;
  return draw(operation, {
    text: options,
    spec: (room) => heatSpec(room, cells, range, options),
    height: (room) => heatHeight(room, options),
    counts: { values: known.length, missing: cells.length - known.length, drawn: cells.length },
    notes: beyond > 0 ? [`${beyond} values beyond the range have the colour of its end.`] : [],
    tips: cells.map(({ row, column, value, text }) => {
      const told = withUnit(value ?? Number.NaN, options.value.unit);
      return `${row}, ${column}: ${text === '' || told.startsWith(text) ? told : `${told}, ${text}`}`;
    }),
  });
}

/** The same decimals in all cells of numbers near one; else three digits. */
function cellNumber(value: number, values: readonly (readonly Value[])[]): string {
  const largest = Math.max(
    ...values.map((line) => Math.max(...line.map((each) => Math.abs(each ?? 0) || 0))),
  );
  return largest >= 0.1 && largest < 10 ? formatFixed(value, 2) : formatNumber(value, 3);
}

function readCells(
  operation: string,
  { rows, columns, values, value: measure, cellText }: HeatMapOptions,
): Cell[] {
  if (typeof measure?.unit !== 'string' || clean(measure.unit) === '')
    throw new ReportError(
      operation,
      "value: expected { label, unit }; the unit 'none' says that there is none",
    );
  checkSome(operation, 'rows', rows.length);
  checkSome(operation, 'columns', columns.length);
  const rowNames = checkNames(operation, 'rows', rows);
  const columnNames = checkNames(operation, 'columns', columns);
  checkLength(operation, 'values', values.length, rows.length);
  return values.flatMap((line, row) => {
    checkLength(operation, `values[${row}]`, line.length, columns.length);
    return readValues(operation, `values[${row}]`, line).map((value, column) => ({
      row: rowNames[row] as string,
      column: columnNames[column] as string,
      value: Number.isNaN(value) ? null : value,
      text: Number.isNaN(value)
        ? '–'
        : clean(cellText ? cellText(value, row, column) : cellNumber(value, values)),
      tip: row * columns.length + column,
    }));
  });
}

function rangeOf(values: readonly number[], { scale, middle = 0 }: HeatMapOptions): [number, number] {
  const [least, greatest] = values.reduce(
    ([low, high], value) => [Math.min(low, value), Math.max(high, value)],
    [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY] as [number, number],
  );
  if (values.length === 0) return [0, 1];
  if (scale === 'diverging') {
    const reach = Math.max(Math.abs(least - middle), Math.abs(greatest - middle)) || Math.abs(middle) || 1;
    return [middle - reach, middle + reach];
  }
  return least < greatest ? [least, greatest] : [least, least + (Math.abs(least) || 1)];
}

function layout(room: Room, { rows, columns }: HeatMapOptions) {
  const limit = room.isNarrow ? 90 : 200;
  const rowExtent = 8 + Math.min(limit, Math.max(...rows.map((name) => textWidth(clean(name)))));
  const cellWidth = (room.width - rowExtent - 24) / columns.length;
  const longest = Math.max(...columns.map((name) => textWidth(clean(name))));
  const isTurned = longest > cellWidth - 4;
  return {
    limit,
    rowExtent,
    cellWidth,
    isTurned,
    columnExtent: isTurned ? 6 + Math.min(limit, longest) : 18,
  };
}

function heatHeight(room: Room, options: HeatMapOptions): number {
  const { columnExtent, cellWidth } = layout(room, options);
  const cell = Math.max(22, Math.min(40, cellWidth * 0.62));
  return 104 + columnExtent + cell * options.rows.length + (options.columnLabel ? 18 : 0);
}

function heatSpec(
  room: Room,
  cells: readonly Cell[],
  range: readonly [number, number],
  options: HeatMapOptions,
): Spec {
  const { rows, columns, value, rowLabel, columnLabel, scale = 'sequential' } = options;
  const { limit, rowExtent, cellWidth, isTurned, columnExtent } = layout(room, options);
  const classed = (colors: readonly string[]) => ({
    type: 'quantize',
    domain: range,
    range: colors,
    zero: false,
    nice: false,
  });
  const axis = {
    domain: false,
    ticks: false,
    grid: false,
    labelColor: color('ink'),
    labelLimit: limit,
  };
  const y = {
    field: 'row',
    type: 'nominal',
    scale: { domain: distinctNames(rows), padding: 0.02 },
    axis: { ...axis, title: null, minExtent: rowExtent, maxExtent: rowExtent },
  };
  const x = {
    field: 'column',
    type: 'nominal',
    scale: { domain: distinctNames(columns), padding: 0.02 },
    axis: {
      ...axis,
      orient: 'top',
      title: columnLabel === undefined ? null : clean(columnLabel),
      labelAngle: isTurned ? -90 : 0,
      ...(isTurned && {
        labelAlign: 'left',
        labelBaseline: 'middle',
        minExtent: columnExtent,
        maxExtent: columnExtent,
      }),
    },
  };
  const legend = {
    title: value.unit === 'none' ? clean(value.label) : `${clean(value.label)} (${clean(value.unit)})`,
    orient: 'bottom',
    type: 'gradient',
    gradientLength: Math.min(360, room.width - rowExtent - 30),
    gradientThickness: 10,
    titleOrient: 'top',
    labelOverlap: true,
    format: '.2~r',
  };
  const fill = { field: 'value', type: 'quantitative', scale: classed(steps(scale)), legend };
  const ink = { field: 'value', type: 'quantitative', scale: classed(steps(scale, true)), legend: null };
  const [known, unknown] = [
    cells.filter((cell) => cell.value !== null),
    cells.filter((cell) => cell.value === null),
  ];
  const common = { x, y, description: { field: 'tip' } };
  const isRoomy = Math.max(...cells.map(({ text }) => textWidth(text))) + 4 < cellWidth;
  const texts = (data: readonly Cell[], paint: Spec) => ({
    data: { values: data },
    mark: { type: 'text', fontSize },
    encoding: { ...common, text: { field: 'text' }, color: paint },
  });
  return {
    ...(rowLabel !== undefined && { title: { text: `Rows: ${clean(rowLabel)}` } }),
    resolve: { scale: { color: 'independent' } },
    layer: [
      {
        name: 'data_cells',
        data: { values: known },
        mark: { type: 'rect' },
        encoding: { ...common, color: fill },
      },
      {
        name: 'data_missing',
        data: { values: unknown },
        mark: { type: 'rect', color: color('missing') },
        encoding: common,
      },
      ...(isRoomy ? [texts(known, ink), texts(unknown, { value: color('ink') })] : []),
    ],
  };
}
