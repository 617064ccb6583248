/** New columns of a table from those it has: an ensemble, or a choice for each series. No model is fitted again. */

import { knownOptions, medianOf, requireObject } from '@noosphere/base';
import { ArgumentError } from '@noosphere/core';
import { columnNames, type ForecastTable, type SeriesFailure } from './forecast-table.js';

/** Weights by model, as `selectEnsemble` chooses them. */
export type EnsembleWeights = Readonly<Record<string, number>>;

export interface CombineOptions {
  /** Columns that are combined. @default those with a weight, or all models of the table */
  readonly models?: readonly string[];
  /** @default 'mean' with weights, else 'median' */
  readonly combine?: 'mean' | 'median';
  /** Of a mean; where a member has no forecast the others share its weight. @default equal ones */
  readonly weights?: EnsembleWeights;
  /** Name of the new column. @default 'EnsembleMedian' or 'EnsembleMean' */
  readonly name?: string;
}

/**
 * A table with an ensemble beside its models: the mean or median of the forecasts that there are at each row, as `ensemble`
 * gives it, without fitting the members twice. Ends of intervals lie as far from it as the members' do from theirs.
 * @example
 * const frame = frameOf({ ds: [1, 2, 3], y: [1, 5, 3] }, { frequency: 'step' });
 * const table = await forecastFrame(frame, { models: [naive(), drift()], horizon: 2 });
 * console.log(combineForecasts(table, { combine: 'mean' }).columns.EnsembleMean); // → Float64Array(2) [ 3.5, 4 ]
 */
export function combineForecasts<Table extends ForecastTable>(
  table: Table,
  options: CombineOptions = {},
): Table {
  requireObject('combineForecasts', 'the table', table, 'what forecastFrame or crossValidate gives');
  const { weights } = knownOptions('combineForecasts', options, 'models combine weights name');
  const { models = weights ? Object.keys(weights) : table.models, combine = weights ? 'mean' : 'median' } =
    options;
  if (combine !== 'mean' && combine !== 'median')
    throw new ArgumentError('combineForecasts', `expected mean or median, got '${combine}'`);
  const { name = combine === 'median' ? 'EnsembleMedian' : 'EnsembleMean' } = options;
  requireNew('combineForecasts', table, name);
  const members = models.map((model) => columnOf('combineForecasts', table, model));
  if (members.length === 0)
    throw new ArgumentError('combineForecasts', 'expects at least one model, got none');
  if (weights && combine === 'median')
    throw new ArgumentError('combineForecasts', 'a median has no weights; combine by the mean');
  const shares = models.map((model) => (weights ? (weights[model] ?? 0) : 1));
  const join: Join = combine === 'median' ? (values) => medianOf(values) : weightedMean(shares);
  const point = joinRows(members, join);
  const columns: Record<string, Float64Array> = { ...table.columns, [name]: point };
  for (const level of table.levels) {
    for (const end of [0, 1] as const) {
      const distances = models.map((model, member) => {
        const column = columnOf('combineForecasts', table, columnNames(model, level)[end]);
        return column.map((value, row) => value - (members[member]?.[row] as number));
      });
      const distance = joinRows(distances, join);
      columns[columnNames(name, level)[end]] = distance.map((value, row) => (point[row] as number) + value);
    }
  }
  const elapsedMs = models.reduce((sum, model) => sum + (table.elapsedMs[model] ?? 0), 0);
  return {
    ...table,
    models: [...table.models, name],
    columns,
    failures: [
      ...table.failures,
      ...lackingSeries(table, name, point, 'no model of the ensemble forecast it'),
    ],
    elapsedMs: { ...table.elapsedMs, [name]: elapsedMs },
  };
}

/**
 * A table with one more column: in each series the forecasts of the model chosen for it.
 * @param chosen Name of a model by the series' id; a series without one is a failure.
 * @example
 * const frame = frameOf({ unique_id: ['A', 'A', 'B', 'B'], ds: [1, 2, 1, 2], y: [1, 2, 3, 4] });
 * const table = await forecastFrame(frame, { models: [naive(), drift()], horizon: 1 });
 * const chosen = new Map([['A', 'Naive'], ['B', 'RWD']]);
 * console.log(selectForecasts(table, chosen).columns.Selected); // → Float64Array(2) [ 2, 5 ]
 */
export function selectForecasts<Table extends ForecastTable>(
  table: Table,
  chosen: ReadonlyMap<string, string>,
  options: { readonly name?: string } = {},
): Table {
  const { name = 'Selected' } = knownOptions('selectForecasts', options, 'name');
  requireNew('selectForecasts', table, name);
  const modelOf = table.ids.map((id) => chosen.get(id));
  const choose = (of: (model: string) => string) => {
    const sources = modelOf.map((model) =>
      model === undefined ? undefined : columnOf('selectForecasts', table, of(model)),
    );
    return Float64Array.from(table.series, (series, row) => sources[series]?.[row] ?? Number.NaN);
  };
  const point = choose((model) => model);
  const columns: Record<string, Float64Array> = { ...table.columns, [name]: point };
  for (const level of table.levels)
    for (const end of [0, 1] as const)
      columns[columnNames(name, level)[end]] = choose((model) => columnNames(model, level)[end]);
  return {
    ...table,
    models: [...table.models, name],
    columns,
    failures: [
      ...table.failures,
      ...lackingSeries(table, name, point, 'no model was chosen, or that one failed'),
    ],
  };
}

function columnOf(operation: string, { columns, models }: ForecastTable, name: string): Float64Array {
  const column = columns[name];
  if (!column)
    throw new ArgumentError(operation, `there is no column '${name}'; the models are ${models.join(', ')}`);
  return column;
}

function requireNew(operation: string, { columns }: ForecastTable, name: string): void {
  if (name in columns)
    throw new ArgumentError(operation, `the column '${name}' is there already; give another name`);
}

/** Series with a row that has no value, one failure each. */
function lackingSeries(
  { ids, series }: ForecastTable,
  model: string,
  column: Float64Array,
  message: string,
): SeriesFailure[] {
  const lacking = new Set(series.filter((_, row) => Number.isNaN(column[row] as number)));
  return [...lacking].map((index) => ({ id: ids[index] as string, model, message }));
}

/** The values that there are, and which members they are of. */
type Join = (values: readonly number[], members: readonly number[]) => number;

/** Row by row over the columns that have a value there; NaN where none has. */
function joinRows(columns: readonly Float64Array[], join: Join): Float64Array {
  return Float64Array.from(columns[0] ?? [], (_, row) => {
    const members = [...columns.keys()].filter((member) => !Number.isNaN(columns[member]?.[row] as number));
    return join(
      members.map((member) => columns[member]?.[row] as number),
      members,
    );
  });
}

/** NaN where the members that are there have no weight. */
function weightedMean(shares: readonly number[]): Join {
  return (values, members) => {
    let [sum, total] = [0, 0];
    members.forEach((member, at) => {
      sum += (shares[member] as number) * (values[at] as number);
      total += shares[member] as number;
    });
    return sum / total;
  };
}
