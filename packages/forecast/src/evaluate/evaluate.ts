/** Metrics of a backtest: one row a model, over the same windows for all. */
import { knownOptions } from '@noosphere/base';
import { ArgumentError } from '@noosphere/core';
import { overallWeightedAverage } from '../metrics/index.js';
import { columnNames } from '../run/forecast-table.js';
import type { BacktestTable } from './cross-validate.js';
import { type MetricName, metricDefinitions, type ScoredWindow } from './metric-definitions.js';

type OwnMetric = keyof typeof metricDefinitions;

export interface EvaluateOptions {
  /** @default ['mae', 'rmse', 'smape200', 'mase', 'rmsse', 'owa'], and coverage, width, winkler and crps where there are intervals */
  readonly metrics?: readonly MetricName[];
  /** The row that OWA compares with. @default Naive2 where it is there, else SeasonalNaive, else Naive */
  readonly baseline?: string;
}

export interface Evaluation {
  /** Names of the values, in the order asked for. */
  readonly metrics: readonly MetricName[];
  /** One a model, in the table's order; the naive rows are among them. */
  readonly rows: readonly EvaluationRow[];
  /** [name, formula], for the legend of a table. */
  readonly legend: readonly (readonly [string, string])[];
  /** Windows in which every model has forecasts, and those that are left out because one has not. */
  readonly windowCount: number;
  readonly windowsLeftOut: number;
}

export interface EvaluationRow {
  readonly model: string;
  /** Means over windows, then over series; a series whose value is not finite (a scale of zero) is left out of that mean. */
  readonly values: Readonly<Partial<Record<MetricName, number>>>;
  /** By level of the intervals: per cent of y inside, averaged as the metrics are. Without intervals none. */
  readonly coverage: Readonly<Record<string, number>>;
  /** One value a series of the table, in the order of `ids`; NaN where it has no window. */
  readonly bySeries: Readonly<Partial<Record<MetricName, Float64Array>>>;
}

/**
 * The table of models. Each metric is taken over the steps of a window, then averaged over a series' windows, then over
 * series: M4's way. Only windows that every model forecast count, so that rows compare.
 * @example
 * const frame = frameOf({ ds: Array.from({ length: 30 }, (_, t) => t), y: Array.from({ length: 30 }, (_, t) => 3 * t) });
 * const table = await crossValidate(frame, { models: [drift()], horizon: 2, windows: 3 });
 * const { rows } = evaluate(table, { metrics: ['mae', 'mase'] });
 * console.log(rows.map(({ model, values }) => `${model} ${values.mae} ${values.mase}`)); // → [ 'RWD 0 0', 'Naive 4.5 1.5' ]
 */
export function evaluate(table: BacktestTable, options: EvaluateOptions = {}): Evaluation {
  knownOptions('evaluate', options, 'metrics baseline');
  // Shares inside intervals of several levels have no mean that says anything: they stand by level in `coverage`.
  const metrics = (options.metrics ?? defaultMetrics(table)).filter(
    (name) => name !== 'coverage' || table.levels.length <= 1,
  );
  const own = metrics.filter((name): name is OwnMetric => name !== 'owa');
  for (const name of own) {
    const definition = metricDefinitions[name];
    if (!definition)
      throw new ArgumentError(
        'evaluate',
        `there is no metric '${name}'; there are ${Object.keys(metricDefinitions).join(', ')}, owa`,
      );
    if ('needsIntervals' in definition && table.levels.length === 0)
      throw new ArgumentError('evaluate', `'${name}' needs intervals; backtest with levels, e.g. [90]`);
  }
  const wanted = metrics.includes('owa') ? [...new Set<OwnMetric>([...own, 'smape200', 'mase'])] : own;
  const { windows, leftOut } = commonWindows(table);
  const rows = table.models.map((model) => {
    const bySeries = Object.fromEntries(
      wanted.map((name) => [name, seriesMeans(table, model, windows, metricDefinitions[name].of)]),
    ) as Record<OwnMetric, Float64Array>;
    const values = Object.fromEntries(wanted.map((name) => [name, finiteMean(bySeries[name])])) as Record<
      OwnMetric,
      number
    >;
    return { model, values, bySeries, coverage: coverageOf(table, model, windows) };
  });
  const baseline = metrics.includes('owa') ? baselineOf(table, options.baseline) : undefined;
  const against = rows.find(({ model }) => model === baseline)?.values;
  const legend = metrics.map((name) =>
    name === 'owa'
      ? ([name, `½ (smape200 / that of ${baseline} + mase / that of ${baseline})`] as const)
      : ([name, metricDefinitions[name].formula] as const),
  );
  return {
    metrics,
    legend,
    windowCount: windows.length,
    windowsLeftOut: leftOut,
    rows: rows.map(({ model, values, bySeries, coverage: inside }) => ({
      model,
      bySeries,
      coverage: inside,
      values: against
        ? {
            ...values,
            owa: overallWeightedAverage(
              { smape: values.smape200, mase: values.mase },
              { smape: against.smape200, mase: against.mase },
            ),
          }
        : values,
    })),
  };
}

/** Per cent inside, level by level. */
function coverageOf(
  table: BacktestTable,
  model: string,
  windows: Parameters<typeof seriesMeans>[2],
): Record<string, number> {
  const inside = table.levels.map((level) => {
    const means = seriesMeans({ ...table, levels: [level] }, model, windows, metricDefinitions.coverage.of);
    return [String(level), finiteMean(means)] as const;
  });
  return Object.fromEntries(inside);
}

function defaultMetrics({ levels }: BacktestTable): MetricName[] {
  const point: MetricName[] = ['mae', 'rmse', 'smape200', 'mase', 'rmsse', 'owa'];
  return levels.length === 0 ? point : [...point, 'coverage', 'width', 'winkler', 'crps'];
}

function baselineOf({ models }: BacktestTable, asked: string | undefined): string {
  const found = asked === undefined ? ['Naive2', 'SeasonalNaive', 'Naive'] : [asked];
  const name = found.find((each) => models.includes(each));
  if (name === undefined)
    throw new ArgumentError(
      'evaluate',
      `there is no model '${asked}' to compare with; there are ${models.join(', ')}`,
    );
  return name;
}

/** Windows, by their place in the table, that every model forecast. */
function commonWindows({ models, columns, horizon, y }: BacktestTable): {
  windows: number[];
  leftOut: number;
} {
  const all = Array.from({ length: y.length / horizon }, (_, window) => window);
  const windows = all.filter((window) =>
    models.every((model) => !Number.isNaN(columns[model]?.[window * horizon] ?? Number.NaN)),
  );
  return { windows, leftOut: all.length - windows.length };
}

function windowOf(table: BacktestTable, model: string, window: number): ScoredWindow {
  const [from, to] = [window * table.horizon, (window + 1) * table.horizon];
  const part = (name: string) => (table.columns[name] as Float64Array).subarray(from, to);
  return {
    actual: table.y.subarray(from, to),
    forecast: part(model),
    scale: table.scales[window] as ScoredWindow['scale'],
    intervals: table.levels.map((level) => {
      const [lower, upper] = columnNames(model, level);
      return { level, lower: part(lower), upper: part(upper) };
    }),
  };
}

function seriesMeans(
  table: BacktestTable,
  model: string,
  windows: readonly number[],
  measure: (window: ScoredWindow) => number,
): Float64Array {
  const sums = new Float64Array(table.ids.length);
  const counts = new Float64Array(table.ids.length);
  for (const window of windows) {
    const series = table.series[window * table.horizon] as number;
    sums[series] = (sums[series] as number) + measure(windowOf(table, model, window));
    counts[series] = (counts[series] as number) + 1;
  }
  return sums.map((sum, series) => sum / (counts[series] as number));
}

function finiteMean(values: Float64Array): number {
  const finite = values.filter(Number.isFinite);
  return finite.reduce((sum, value) => sum + value, 0) / finite.length;
}
