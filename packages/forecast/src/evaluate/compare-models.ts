/** Whether one model of a backtest is better than another by more than chance. */
import { requireObject } from '@noosphere/base';
import { ArgumentError } from '@noosphere/core';
import { type DieboldMariano, dieboldMarianoOf } from '../metrics/diebold-mariano.js';
import type { BacktestTable } from './cross-validate.js';

/**
 * Diebold and Mariano's test of two models: the differences of their absolute errors, averaged over the series at each
 * window and step (each divided by its MASE scale, so that no large series decides), in the order of time, with the
 * horizon's autocovariances. Negative: the first is better.
 * @example
 * const y = Array.from({ length: 60 }, (_, t) => t + Math.sin(t * t));
 * const frame = frameOf({ ds: y.map((_, t) => t), y });
 * const table = await crossValidate(frame, { models: [drift()], horizon: 1, windows: 40 });
 * console.log(compareModels(table, 'RWD', 'Naive').statistic < 0); // → true
 */
export function compareModels(table: BacktestTable, first: string, second: string): DieboldMariano {
  requireObject('compareModels', 'the table', table, 'what forecastFrame or crossValidate gives');
  const [a, b] = [first, second].map((model) => {
    const column = table.columns[model];
    if (!column)
      throw new ArgumentError(
        'compareModels',
        `there is no model '${model}'; there are ${table.models.join(', ')}`,
      );
    return column;
  }) as [Float64Array, Float64Array];
  const { horizon, y, scales, manifest } = table;
  const sums = new Float64Array(manifest.windows * horizon);
  const counts = new Float64Array(sums.length);
  for (let row = 0; row < y.length; row++) {
    const actual = y[row] as number;
    const scale = scales[Math.floor(row / horizon)]?.absolute ?? Number.NaN;
    const difference =
      (Math.abs(actual - (a[row] as number)) - Math.abs(actual - (b[row] as number))) / scale;
    if (!Number.isFinite(difference)) continue;
    const place = row % sums.length;
    sums[place] = (sums[place] as number) + difference;
    counts[place] = (counts[place] as number) + 1;
  }
  const differences = sums.map((sum, place) => sum / (counts[place] as number)).filter(Number.isFinite);
  if (differences.length < 2)
    throw new ArgumentError(
      'compareModels',
      'needs at least two forecasts that both models made; ask for more windows',
    );
  return dieboldMarianoOf(differences, horizon);
}
