/** Backtests: every model forecasts from origins in the past, from what was known there. */
import { knownOptions, requireList, requireWhole } from '@noosphere/base';
import { ArgumentError } from '@noosphere/core';
import type { Meter } from '@noosphere/train';
import type { SeriesFrame } from '../frame/frame.js';
import { requireFrame } from '../frame/require-frame.js';
import { rangeOf, takeSeries } from '../frame/slice.js';
import { gridOf, seasonLengthOf } from '../frame/time-grid.js';
import type { GlobalModel } from '../global/global-model.js';
import { type LocalModel, settingsOf } from '../local/local-model.js';
import { naive, seasonalNaive } from '../local/naive.js';
import { requireSeason } from '../local/require-series.js';
import { type SeasonalScale, seasonalScale } from '../metrics/scaled.js';
import { checkPlan, completeSeries, splitPlaces } from '../run/forecast-frame.js';
import { ForecastColumns, type ForecastTable } from '../run/forecast-table.js';
import { type ForecastModel, runGlobal } from '../run/global-runs.js';
import type { ModelOutcome, Origin } from '../run/series-task.js';
import { type RunOptions, runSeries } from '../run/thread-pool.js';
import { type BacktestManifest, hardwareHere } from './manifest.js';

export interface CrossValidateOptions extends RunOptions {
  /** Of one series each, or of all series at once, such as neural ones. */
  readonly models: readonly ForecastModel[];
  /** Steps ahead. */
  readonly horizon: number;
  /** Origins a series; the last one lies `horizon` rows before its end. @default 1 */
  readonly windows?: number;
  /** Rows from one origin to the next. @default the horizon, so that no row is forecast twice */
  readonly step?: number;
  /**
   * Fits at every origin (true), at the first only (false), or at every n-th. Between fits a model goes `forward` with its
   * estimates, a model of all series with its weights; one that cannot is fitted again. @default true
   */
  readonly refit?: boolean | number;
  /** Per cent of the intervals. @default none */
  readonly levels?: readonly number[];
  /** m of MASE, RMSSE and the seasonal naive row. @default by the frequency, e.g. 24 for `h` */
  readonly season?: number;
  /** What is measured meanwhile, for the manifest: energy, cost, memory, as `footprintMeter` of @noosphere/footprint does. @default none */
  readonly meters?: readonly Meter[];
}

/** A table of forecasts beside what came: `unique_id, ds, cutoff, y`, then the columns of the models. */
export interface BacktestTable extends ForecastTable {
  /** Time of the last row that was known, one a row. */
  readonly cutoffs: Float64Array;
  /** What came, one a row. */
  readonly y: Float64Array;
  /** Scale of MASE and RMSSE at each origin: one for `horizon` rows. */
  readonly scales: readonly SeasonalScale[];
  readonly manifest: BacktestManifest;
}

/**
 * Rolling-origin evaluation. At each origin a model gets copies of the values and covariates before it, and nothing after;
 * future covariates of the horizon are given, as they would be known. The rows `SeasonalNaive` and `Naive` are always
 * there. A series that is too short or has gaps is a failure, and the others go on.
 * @example
 * const frame = frameOf({ ds: Array.from({ length: 30 }, (_, t) => t), y: Array.from({ length: 30 }, (_, t) => t) });
 * const table = await crossValidate(frame, { models: [drift()], horizon: 2, windows: 3 });
 * console.log(table.models, table.cutoffs.length, table.columns.RWD?.slice(-2));
 * // → [ 'RWD', 'Naive' ] 6 Float64Array(2) [ 28, 29 ]
 */
export async function crossValidate(
  frame: SeriesFrame,
  options: CrossValidateOptions,
): Promise<BacktestTable> {
  const operation = 'crossValidate';
  requireFrame(operation, frame);
  const {
    horizon,
    windows = 1,
    levels = [],
    refit = true,
  } = knownOptions(
    'crossValidate',
    options,
    'models horizon windows step refit levels season meters workers onProgress signal onAbort',
  );
  const step = options.step ?? horizon;
  const season = options.season ?? seasonLengthOf(frame.frequency);
  const models = withNaive(options.models, season);
  checkPlan(operation, models, horizon, levels);
  requireWhole(operation, 'windows', windows, 1);
  requireWhole(operation, 'step', step, 1);
  requireSeason(operation, season, 1);
  if (typeof refit === 'number') requireWhole(operation, 'refit', refit, 1);
  const needed = horizon + (windows - 1) * step;
  const told: [series: number, message: string][] = [];
  const usable = completeSeries(frame, (series, message) => told.push([series, message])).filter((series) => {
    const { start, end } = rangeOf(frame, series);
    if (end - start > needed) return true;
    told.push([
      series,
      `has ${end - start} rows, and ${windows} windows of ${horizon} need more than ${needed}; ask for fewer windows`,
    ]);
    return false;
  });
  const rows = windows * horizon;
  const filling = new ForecastColumns(models, usable.length * rows, { horizon, levels });
  for (const [series, message] of told) {
    models.forEach((_, place) => {
      filling.fail(series, frame.ids[series] as string, place, message);
    });
  }
  const outcome = layRows(frame, usable, { horizon, windows, step, season });
  const seriesAt = (task: number) => usable[task] as number;
  const take = (index: number, place: number, made: ModelOutcome) => {
    const series = seriesAt(index);
    filling.take(series, frame.ids[series] as string, place, index * rows, made);
  };
  const plan = { horizon, levels, windows, step, refit };
  const readings = await metered(options.meters ?? [], usable.length * windows, () =>
    runOrigins({ frame, usable, models, plan, take }, options),
  );
  const manifest: BacktestManifest = {
    split: `rolling origin: ${windows} windows of ${horizon} rows at the end of each series, ${step} rows apart, trained on all rows before`,
    ...{ horizon, step, windows, refit, season },
    frequency: gridOf(frame.frequency).name,
    seriesCount: usable.length,
    models: models.map(settingsOf),
    hardware: hardwareHere(),
    readings,
    finishedAt: new Date().toISOString(),
  };
  const { ids, timeKind, timeZone } = frame;
  const { columns, failures, elapsedMs } = filling;
  const names = models.map(({ name }) => name);
  return {
    ids,
    timeKind,
    ...(timeZone && { timeZone }),
    horizon,
    levels,
    models: names,
    ...outcome,
    columns,
    failures,
    elapsedMs,
    manifest,
  };
}

interface OriginsRun {
  readonly frame: SeriesFrame;
  /** Places of series that are long enough. */
  readonly usable: readonly number[];
  readonly models: readonly ForecastModel[];
  readonly plan: Required<Pick<CrossValidateOptions, 'horizon' | 'levels' | 'windows' | 'step' | 'refit'>>;
  /** Takes what a model made of a usable series. */
  readonly take: (index: number, model: number, made: ModelOutcome) => void;
}

/** Every model at every origin: those of one series on all cores, then those of all series. */
async function runOrigins(
  { frame, usable, models, plan, take }: OriginsRun,
  options: RunOptions,
): Promise<void> {
  const { horizon, levels, windows, step, refit } = plan;
  const places = splitPlaces(models);
  const every = refit === true ? 1 : refit === false ? windows : refit;
  const origins = Array.from({ length: windows }, (_, window) => ({
    droppedRows: horizon + (windows - 1 - window) * step,
    refit: window % every === 0,
  }));
  await runSeries(
    {
      count: usable.length,
      models: places.local.map((place) => models[place] as LocalModel),
      plan: { horizon, levels },
      taskOf: (index) => {
        const { start, end } = rangeOf(frame, usable[index] as number);
        const exogenous = Object.entries(frame.future).map(([name, values]) => [
          name,
          values.slice(start, end),
        ]);
        return {
          index,
          y: frame.y.slice(start, end),
          exogenous: Object.fromEntries(exogenous),
          origins: origins.map(({ droppedRows, refit: isFitted }): Origin => {
            return { trainingLength: end - start - droppedRows, refit: isFitted };
          }),
        };
      },
      take: (index, local, made) => take(index, places.local[local] as number, made),
    },
    options,
  );
  if (usable.length === 0) return;
  const ids = usable.map((series) => frame.ids[series] as string);
  for (const place of places.global) {
    await runGlobal(
      {
        frame: takeSeries(frame, ids),
        model: models[place] as GlobalModel,
        plan: { horizon, levels },
        origins,
        future: {},
        take: (index, made) => take(index, place, made),
      },
      options,
    );
  }
}

/** What meters read from the work's begin to its end; they are stopped also where it fails. */
async function metered(
  meters: readonly Meter[],
  steps: number,
  work: () => Promise<void>,
): Promise<Record<string, number>> {
  for (const meter of meters) await meter.start({ steps, epochs: 1, stepsPerEpoch: steps, doneSteps: 0 });
  try {
    await work();
    return Object.assign({}, ...meters.map((meter) => meter.read()));
  } finally {
    for (const meter of meters) await meter.stop();
  }
}

/** The models, and the naive ones that every table has. */
function withNaive(models: readonly ForecastModel[], season: number): ForecastModel[] {
  requireList('crossValidate', 'models', models);
  if (models.length === 0) throw new ArgumentError('crossValidate', 'expects at least one model, got none');
  const own = [...models];
  const add = (model: LocalModel) => {
    if (!own.some(({ name }) => name === model.name)) own.push(model);
  };
  if (season > 1) add(seasonalNaive({ season }));
  add(naive());
  return own;
}

interface Layout {
  readonly horizon: number;
  readonly windows: number;
  readonly step: number;
  readonly season: number;
}

/** Times, cutoffs, values and scales of all rows. */
function layRows(
  frame: SeriesFrame,
  usable: readonly number[],
  { horizon, windows, step, season }: Layout,
): Pick<BacktestTable, 'series' | 'times' | 'cutoffs' | 'y' | 'scales'> {
  const count = usable.length * windows * horizon;
  const series = new Uint32Array(count);
  const [times, cutoffs, y] = [new Float64Array(count), new Float64Array(count), new Float64Array(count)];
  const scales: SeasonalScale[] = [];
  let row = 0;
  for (const index of usable) {
    const { start, end } = rangeOf(frame, index);
    for (let window = 0; window < windows; window++) {
      const origin = end - horizon - (windows - 1 - window) * step;
      scales.push(seasonalScale(frame.y.subarray(start, origin), season));
      series.fill(index, row, row + horizon);
      times.set(frame.times.subarray(origin, origin + horizon), row);
      cutoffs.fill(frame.times[origin - 1] as number, row, row + horizon);
      y.set(frame.y.subarray(origin, origin + horizon), row);
      row += horizon;
    }
  }
  return { series, times, cutoffs, y, scales };
}
