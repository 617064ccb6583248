/** Conformal intervals from the errors of a backtest, for its own later windows and for forecasts: no model is fitted again. */
import { requireObject } from '@noosphere/base';
import { ArgumentError } from '@noosphere/core';
import { requireLevels } from '../local/require-series.js';
import { columnNames, type ForecastTable } from '../run/forecast-table.js';
import { scoreQuantile } from '../wrappers/conformal.js';
import type { BacktestTable } from './cross-validate.js';

export interface ConformalLevels {
  /** Per cent of the intervals, e.g. [80, 95]. */
  readonly levels: readonly number[];
}

/**
 * A backtest with conformal intervals for every model: at each origin ŷ ∓ q, with q the ⌈(n + 1) level⌉-th smallest of the
 * n absolute errors that the model made at that step ahead in windows whose values were known there. The first windows
 * have too few errors (an interval of 95 % needs 19) and are left out, for every model alike, so that rows compare.
 * Vovk, Gammerman & Shafer 2005, split conformal prediction along time.
 * @example
 * const y = Array.from({ length: 80 }, (_, t) => t + (t % 3));
 * const table = await crossValidate(frameOf({ ds: y.map((_, t) => t), y }), { models: [drift()], horizon: 1, windows: 30 });
 * const covered = conformalBacktest(table, { levels: [90] });
 * console.log(covered.manifest.windows, evaluate(covered, { metrics: ['coverage'] }).rows[1]?.values.coverage); // → 21 100
 */
export function conformalBacktest(table: BacktestTable, options: ConformalLevels): BacktestTable {
  requireObject('conformalBacktest', 'the table', table, 'what forecastFrame or crossValidate gives');
  requireObject('conformalBacktest', 'the options', options, '{ levels: [80] }');
  const { levels } = options;
  requireLevels('conformalBacktest', levels);
  const { horizon, manifest } = table;
  const { windows, step } = manifest;
  // Errors of a window are known so many windows later.
  const delay = Math.ceil(horizon / step);
  const needed = Math.max(0, ...levels.map(errorsNeeded));
  const first = needed + delay - 1;
  if (first >= windows)
    throw new ArgumentError(
      'conformalBacktest',
      `intervals of ${levels.join(' and ')} % need ${first} windows before the first that has any, got ${windows} in all; backtest more windows, or ask for a lower level`,
    );
  const kept = Array.from({ length: table.scales.length }, (_, window) => window).filter(
    (window) => window % windows >= first,
  );
  const part = <T extends Float64Array | Uint32Array>(values: T): T => keepWindows(values, kept, horizon);
  const columns: Record<string, Float64Array> = {};
  for (const model of table.models) {
    const forecast = table.columns[model] as Float64Array;
    columns[model] = part(forecast);
    const errors = forecast.map((value, row) => Math.abs((table.y[row] as number) - value));
    for (const level of levels) {
      const widths = widthsOf(errors, { windows, horizon, delay, first, share: level / 100 });
      const [lower, upper] = columnNames(model, level);
      columns[lower] = part(forecast.map((value, row) => value - (widths[row] as number)));
      columns[upper] = part(forecast.map((value, row) => value + (widths[row] as number)));
    }
  }
  return {
    ...table,
    levels,
    columns,
    series: part(table.series),
    times: part(table.times),
    cutoffs: part(table.cutoffs),
    y: part(table.y),
    scales: kept.map((window) => table.scales[window] as BacktestTable['scales'][number]),
    manifest: {
      ...manifest,
      windows: windows - first,
      split: `${manifest.split}; the first ${first} windows calibrate conformal intervals only`,
    },
  };
}

/**
 * Forecasts with conformal intervals from all errors that the same models made in a backtest, step by step ahead: ŷ ∓ q with
 * q the ⌈(n + 1) level⌉-th smallest of n absolute errors. Series are matched by name; NaN where one has too few errors.
 * @example
 * const y = Array.from({ length: 80 }, (_, t) => t + (t % 3));
 * const frame = frameOf({ ds: y.map((_, t) => t), y });
 * const plan = { models: [drift()], horizon: 1 };
 * const errors = await crossValidate(frame, { ...plan, windows: 30 });
 * const { columns } = conformalForecasts(await forecastFrame(frame, plan), errors, { levels: [90] });
 * console.log(Object.keys(columns)); // → [ 'RWD', 'RWD-lo-90', 'RWD-hi-90' ]
 */
export function conformalForecasts(
  table: ForecastTable,
  backtest: BacktestTable,
  { levels }: ConformalLevels,
): ForecastTable {
  requireLevels('conformalForecasts', levels);
  const { horizon } = table;
  if (horizon > backtest.horizon)
    throw new ArgumentError(
      'conformalForecasts',
      `the backtest knows errors ${backtest.horizon} steps ahead, the forecasts go ${horizon}; backtest that horizon`,
    );
  const columns: Record<string, Float64Array> = {};
  for (const model of table.models) {
    const forecast = table.columns[model] as Float64Array;
    const past = backtest.columns[model];
    if (!past)
      throw new ArgumentError(
        'conformalForecasts',
        `the backtest has no model '${model}'; it has ${backtest.models.join(', ')}`,
      );
    columns[model] = forecast;
    const errorsOf = errorsByStep(backtest, past);
    for (const level of levels) {
      const widths = forecast.map((_, row) => {
        const id = table.ids[table.series[row] as number] as string;
        const errors = errorsOf(id, row % horizon);
        // Windows in which a model failed leave a series without an interval, the others with theirs.
        const isShort = errors.length < backtest.manifest.windows && errors.length < errorsNeeded(level);
        return isShort ? Number.NaN : scoreQuantile([errors], level / 100);
      });
      const [lower, upper] = columnNames(model, level);
      columns[lower] = forecast.map((value, row) => value - (widths[row] as number));
      columns[upper] = forecast.map((value, row) => value + (widths[row] as number));
    }
  }
  return { ...table, levels, columns };
}

/** Absolute errors of one series, one a window that was forecast, at one step ahead; none where it is not in the backtest. */
function errorsByStep(
  { ids, series, horizon, y, manifest }: BacktestTable,
  forecast: Float64Array,
): (id: string, step: number) => Float64Array {
  const rowCount = manifest.windows * horizon;
  const firstRows = new Map<string, number>();
  for (let row = 0; row < y.length; row += rowCount) firstRows.set(ids[series[row] as number] as string, row);
  return (id, step) => {
    const first = firstRows.get(id);
    if (first === undefined) return new Float64Array();
    return Float64Array.from({ length: manifest.windows }, (_, window) => {
      const row = first + window * horizon + step;
      return Math.abs((y[row] as number) - (forecast[row] as number));
    }).filter((error) => !Number.isNaN(error));
  };
}

/** The least n whose ⌈(n + 1) level⌉-th smallest is there. */
function errorsNeeded(level: number): number {
  return Math.ceil(level / (100 - level) - 1e-9);
}

interface Widths {
  readonly windows: number;
  readonly horizon: number;
  readonly delay: number;
  readonly first: number;
  readonly share: number;
}

/** Half the interval's width at each row; NaN in windows without enough errors before them, or where a forecast failed. */
function widthsOf(errors: Float64Array, { windows, horizon, delay, first, share }: Widths): Float64Array {
  const widths = new Float64Array(errors.length).fill(Number.NaN);
  for (let begin = 0; begin < errors.length; begin += windows * horizon) {
    for (let window = first; window < windows; window++) {
      for (let step = 0; step < horizon; step++) {
        const known = Float64Array.from(
          { length: window - delay + 1 },
          (_, earlier) => errors[begin + earlier * horizon + step] as number,
        );
        if (known.some(Number.isNaN)) continue;
        widths[begin + window * horizon + step] = scoreQuantile([known], share);
      }
    }
  }
  return widths;
}

function keepWindows<T extends Float64Array | Uint32Array>(
  values: T,
  windows: readonly number[],
  horizon: number,
): T {
  const kept = values.slice(0, windows.length * horizon) as T;
  windows.forEach((window, place) => {
    kept.set(values.subarray(window * horizon, (window + 1) * horizon), place * horizon);
  });
  return kept;
}
