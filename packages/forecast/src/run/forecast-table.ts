/** Forecasts in a long table of columns: one row a series, origin and step ahead. */
import { knownOptions, requireObject } from '@noosphere/base';
import type { WriteOptions } from '@noosphere/base/files';
import { ArgumentError } from '@noosphere/core';
import { type FileColumn, writeColumns } from '../files/columns-file.js';
import { timeColumn } from '../frame/calendar.js';
import type { FrameZone, TimeKind } from '../frame/frame.js';
import type { Estimates, ModelSettings } from '../local/local-model.js';
import type { ModelOutcome, TaskPlan } from './series-task.js';

/** Rows lie series by series, origin by origin, step by step: `horizon` of them belong together. */
export interface ForecastTable {
  /** `unique_id`, one a series. */
  readonly ids: readonly string[];
  /** Place of each row's series in `ids`. */
  readonly series: Uint32Array;
  readonly timeKind: TimeKind;
  /** Of times, as in the frame. @default none */
  readonly timeZone?: FrameZone;
  /** `ds`: milliseconds in UTC or steps, one a row. */
  readonly times: Float64Array;
  readonly horizon: number;
  /** Per cent of the intervals. */
  readonly levels: readonly number[];
  /** Names of the models, in the order that was given. */
  readonly models: readonly string[];
  /** `AutoETS`, and the ends of its intervals, `AutoETS-lo-90` and `AutoETS-hi-90`; NaN where a series failed. */
  readonly columns: Readonly<Record<string, Float64Array>>;
  readonly failures: readonly SeriesFailure[];
  /** Milliseconds of all fits and forecasts, by model, over all threads. */
  readonly elapsedMs: Readonly<Record<string, number>>;
  /** By model, one a series in the order of `ids`, where they were asked for; undefined where it failed. */
  readonly estimates?: Readonly<Record<string, readonly (Estimates | undefined)[]>>;
}

/** A series that a model could not forecast. */
export interface SeriesFailure {
  readonly id: string;
  readonly model: string;
  readonly message: string;
}

/** Names of a model's columns: the forecast, and the ends of one interval. */
export function columnNames(model: string, level: number): readonly [lower: string, upper: string] {
  return [`${model}-lo-${level}`, `${model}-hi-${level}`];
}

/** The columns while they fill. */
export class ForecastColumns {
  readonly columns: Record<string, Float64Array> = {};
  readonly elapsedMs: Record<string, number> = {};
  readonly #models: readonly ModelSettings[];
  readonly #plan: TaskPlan;
  /** [series, model, failure]; told in that order, whichever thread was first. */
  readonly #failures: [number, number, SeriesFailure][] = [];

  constructor(models: readonly ModelSettings[], rowCount: number, plan: TaskPlan) {
    this.#models = models;
    this.#plan = plan;
    for (const { name } of models) {
      const names = [name, ...plan.levels.flatMap((level) => columnNames(name, level))];
      for (const each of names) {
        if (each in this.columns)
          throw new ArgumentError(
            'models',
            `the column '${each}' comes twice; give the models different names`,
          );
        this.columns[each] = new Float64Array(rowCount).fill(Number.NaN);
      }
      this.elapsedMs[name] = 0;
    }
  }

  /** @param firstRow Where the series' rows begin. */
  take(series: number, id: string, place: number, firstRow: number, outcome: ModelOutcome): void {
    const { name } = this.#models[place] as ModelSettings;
    this.columns[name]?.set(outcome.mean, firstRow);
    this.#plan.levels.forEach((level, index) => {
      const [lower, upper] = columnNames(name, level);
      this.columns[lower]?.set(outcome.lower[index] as Float64Array, firstRow);
      this.columns[upper]?.set(outcome.upper[index] as Float64Array, firstRow);
    });
    this.elapsedMs[name] = (this.elapsedMs[name] ?? 0) + outcome.elapsedMs;
    if (outcome.failure) this.fail(series, id, place, outcome.failure.message);
  }

  fail(series: number, id: string, place: number, message: string): void {
    this.#failures.push([series, place, { id, model: this.#models[place]?.name ?? '', message }]);
  }

  get failures(): SeriesFailure[] {
    return this.#failures.sort((a, b) => a[0] - b[0] || a[1] - b[1]).map(([, , failure]) => failure);
  }
}

/**
 * Writes a table of forecasts as `unique_id, ds`, then (of a backtest) `cutoff, y`, then the columns of the models: `.csv`,
 * `.parquet` or `.json`. The manifest and the failures go along in JSON's `notes` and Parquet's key-value metadata.
 */
export async function writeForecasts(
  path: string,
  table: ForecastTable & {
    readonly cutoffs?: Float64Array;
    readonly y?: Float64Array;
    readonly manifest?: object;
  },
  options: WriteOptions = {},
): Promise<void> {
  knownOptions('writeForecasts', options, 'overwrite');
  requireObject('writeForecasts', 'the table', table, 'what forecastFrame or crossValidate gives');
  const columns: FileColumn[] = [
    {
      name: 'unique_id',
      type: 'text',
      values: Array.from(table.series, (series) => table.ids[series] as string),
    },
    timeColumn('ds', table, table.times),
  ];
  if (table.cutoffs) columns.push(timeColumn('cutoff', table, table.cutoffs));
  if (table.y) columns.push({ name: 'y', type: 'number', values: table.y });
  for (const [name, values] of Object.entries(table.columns)) columns.push({ name, type: 'number', values });
  const { failures, manifest = {}, horizon, levels } = table;
  await writeColumns('writeForecasts', path, columns, { horizon, levels, failures, manifest }, options);
}
