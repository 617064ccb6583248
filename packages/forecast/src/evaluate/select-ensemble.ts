/** One ensemble for all series, chosen by a backtest. */
import { knownOptions, requireObject, requireWhole } from '@noosphere/base';
import { ArgumentError } from '@noosphere/core';
import type { EnsembleWeights } from '../run/combine-forecasts.js';
import { countPicks, type GreedyPick, greedyPicks } from '../wrappers/greedy-picks.js';
import type { BacktestTable } from './cross-validate.js';

export interface SelectEnsembleOptions {
  /** Models to choose from. @default all of the table */
  readonly models?: readonly string[];
  /** Picks, with repetition: weights are multiples of one over it. @default 20 */
  readonly picks?: number;
}

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
export function selectEnsemble(table: BacktestTable, options: SelectEnsembleOptions = {}): EnsembleWeights {
  requireObject('selectEnsemble', 'the table', table, 'what forecastFrame or crossValidate gives');
  const { models = table.models, picks = 20 } = knownOptions('selectEnsemble', options, 'models picks');
  requireWhole('selectEnsemble', 'picks', picks, 1);
  const columns = models.map((name) => columnOf('selectEnsemble', table, name));
  const rows = usableRows(table, columns);
  if (rows.length === 0)
    throw new ArgumentError(
      'selectEnsemble',
      'no window has forecasts of all models and a scale above zero; leave out models that fail',
    );
  const forecasts = columns.map((column) => Float64Array.from(rows, (row) => column[row] as number));
  const made = greedyPicks(forecasts, maseOver(table, rows), picks);
  const least = made.reduce(
    (best, { error }, pick) => (error < (made[best] as GreedyPick).error ? pick : best),
    0,
  );
  const counts = countPicks(made.slice(0, least + 1), models.length);
  const weights = models.map((name, place) => [name, (counts[place] as number) / (least + 1)] as const);
  return Object.fromEntries(weights.filter(([, weight]) => weight > 0).sort((a, b) => b[1] - a[1]));
}

function columnOf(operation: string, { columns, models }: BacktestTable, name: string): Float64Array {
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
