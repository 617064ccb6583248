/** One ensemble for all series, chosen by a backtest. */
import { ArgumentError } from '@noosphere/core';
import { requireWhole } from '../local/require-series.js';
import type { ForecastTable } from '../run/forecast-table.js';
import type { BacktestTable } from './cross-validate.js';

export interface SelectEnsembleOptions {
  /** Models to choose from. @default all of the table */
  readonly models?: readonly string[];
  /** Picks, with repetition: weights are multiples of one over it. @default 20 */
  readonly picks?: number;
}

/** Weights by model, above zero and adding up to one, the heaviest first. */
export type EnsembleWeights = Readonly<Record<string, number>>;

/**
 * Weights of the ensemble with the least MASE over a backtest, by greedy picks with repetition: each pick is the model that
 * lowers the error of the mean of all picks most, and the best of these ensembles is kept. Chosen over all series at once, it
 * needs few windows. Caruana et al. 2004, "Ensemble selection from libraries of models".
 * @example
 * const y = Array.from({ length: 60 }, (_, t) => 10 * (t % 2) + t);
 * const frame = frameOf({ ds: y.map((_, t) => t), y });
 * const table = await crossValidate(frame, { models: [drift()], horizon: 2, windows: 4, season: 2 });
 * console.log(selectEnsemble(table, { picks: 4 })); // → { SeasonalNaive: 0.75, RWD: 0.25 }
 */
export function selectEnsemble(
  table: BacktestTable,
  { models = table.models, picks = 20 }: SelectEnsembleOptions = {},
): EnsembleWeights {
  requireWhole('selectEnsemble', 'picks', picks, 1);
  const columns = models.map((name) => columnOf('selectEnsemble', table, name));
  const rows = usableRows(table, columns);
  if (rows.length === 0)
    throw new ArgumentError(
      'selectEnsemble',
      'no window has forecasts of all models and a scale above zero; leave out models that fail',
    );
  const errorOf = maseOver(table, rows);
  const sum = new Float64Array(rows.length);
  const counts = new Array<number>(models.length).fill(0);
  let best = { error: Number.POSITIVE_INFINITY, counts: [...counts] };
  for (let pick = 1; pick <= picks; pick++) {
    const errors = columns.map((column) =>
      errorOf((at) => ((sum[at] as number) + (column[rows[at] as number] as number)) / pick),
    );
    const chosen = errors.indexOf(Math.min(...errors));
    const column = columns[chosen] as Float64Array;
    rows.forEach((row, at) => {
      sum[at] = (sum[at] as number) + (column[row] as number);
    });
    counts[chosen] = (counts[chosen] as number) + 1;
    const error = errors[chosen] as number;
    if (error < best.error) best = { error, counts: [...counts] };
  }
  const total = best.counts.reduce((all, count) => all + count, 0);
  const weights = models.map((name, place) => [name, (best.counts[place] as number) / total] as const);
  return Object.fromEntries(weights.filter(([, weight]) => weight > 0).sort((a, b) => b[1] - a[1]));
}

/**
 * A table with one more model: the weighted mean of others, point forecasts only.
 * @example
 * const frame = frameOf({ ds: [1, 2, 3], y: [1, 2, 3] });
 * const table = await forecastFrame(frame, { models: [naive(), drift()], horizon: 1 });
 * console.log(withEnsemble(table, { Naive: 0.5, RWD: 0.5 }, 'Both').columns.Both); // → Float64Array(1) [ 3.5 ]
 */
export function withEnsemble<Table extends ForecastTable>(
  table: Table,
  weights: EnsembleWeights,
  name = 'Ensemble',
): Table {
  if (name in table.columns)
    throw new ArgumentError('withEnsemble', `there is a column '${name}' already; choose another name`);
  const members = Object.entries(weights).map(
    ([model, weight]) => [columnOf('withEnsemble', table, model), weight] as const,
  );
  const column = table.times.map((_, row) =>
    members.reduce((sum, [values, weight]) => sum + weight * (values[row] as number), 0),
  );
  return { ...table, models: [...table.models, name], columns: { ...table.columns, [name]: column } };
}

function columnOf(operation: string, { columns, models }: ForecastTable, name: string): Float64Array {
  const column = columns[name];
  if (!column)
    throw new ArgumentError(operation, `there is no model '${name}'; there are ${models.join(', ')}`);
  return column;
}

/** Rows of windows that every model forecast, and that have a scale. */
function usableRows({ y, horizon, scales }: BacktestTable, columns: readonly Float64Array[]): number[] {
  return Array.from(y.keys()).filter((row) => {
    const { absolute = 0 } = scales[Math.floor(row / horizon)] ?? {};
    return absolute > 0 && columns.every((column) => Number.isFinite(column[row]));
  });
}

/** Mean over rows of |y - ŷ| by the scale of the row's window. @param forecastAt By place in `rows` */
function maseOver({ y, horizon, scales }: BacktestTable, rows: readonly number[]) {
  const actual = Float64Array.from(rows, (row) => y[row] as number);
  const weight = Float64Array.from(
    rows,
    (row) => 1 / (scales[Math.floor(row / horizon)]?.absolute ?? Number.NaN),
  );
  return (forecastAt: (at: number) => number): number => {
    let sum = 0;
    for (let at = 0; at < actual.length; at++)
      sum += Math.abs((actual[at] as number) - forecastAt(at)) * (weight[at] as number);
    return sum / actual.length;
  };
}
