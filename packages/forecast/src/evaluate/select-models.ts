/** For each series the model that did best in a backtest. */
import { knownOptions, requireObject } from '@noosphere/base';
import { ArgumentError } from '@noosphere/core';
import type { BacktestTable } from './cross-validate.js';
import { evaluate } from './evaluate.js';
import type { MetricName } from './metric-definitions.js';

export interface ModelChoice {
  /** `unique_id`. */
  readonly id: string;
  /** The model with the least error; undefined where none has a finite one in all windows. */
  readonly model: string | undefined;
  /** By model: the metric's mean over the series' windows; NaN where a model failed in one of them. */
  readonly errors: Readonly<Record<string, number>>;
}

export interface SelectOptions {
  /** What decides; less is better. @default 'mae' */
  readonly metric?: Exclude<MetricName, 'owa' | 'coverage'>;
}

/**
 * The best model of each series of a backtest, of equals the first. A model that failed in one of a series' windows is no
 * candidate there. Errors of the chosen are too good as a forecast of what will be: score the choice on later windows.
 * @example
 * const frame = frameOf({ ds: Array.from({ length: 30 }, (_, t) => t), y: Array.from({ length: 30 }, (_, t) => 3 * t) });
 * const table = await crossValidate(frame, { models: [drift()], horizon: 2, windows: 3 });
 * console.log(selectModels(table)); // → [ { id: 'series', model: 'RWD', errors: { RWD: 0, Naive: 4.5 } } ]
 */
export function selectModels(table: BacktestTable, options: SelectOptions = {}): ModelChoice[] {
  requireObject('selectModels', 'the table', table, 'what forecastFrame or crossValidate gives');
  const { metric = 'mae' } = knownOptions('selectModels', options, 'metric');
  if ((metric as MetricName) === 'owa' || (metric as MetricName) === 'coverage')
    throw new ArgumentError('selectModels', `expected a metric of which less is better, got '${metric}'`);
  const byModel = table.models.map((model) => {
    const [row] = evaluate({ ...table, models: [model] }, { metrics: [metric] }).rows;
    const errors = row?.bySeries[metric] as Float64Array;
    table.columns[model]?.forEach((value, at) => {
      if (Number.isNaN(value)) errors[table.series[at] as number] = Number.NaN;
    });
    return errors;
  });
  return table.ids.map((id, series) => {
    const errors = byModel.map((each) => each[series] as number);
    const least = Math.min(...errors.filter(Number.isFinite));
    return {
      id,
      model: table.models[errors.indexOf(least)],
      errors: Object.fromEntries(table.models.map((model, place) => [model, errors[place] as number])),
    };
  });
}
