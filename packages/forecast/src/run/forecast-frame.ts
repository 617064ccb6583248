/** Forecasts of every series of a frame: models of one series each on all cores, then those of all series at once. */
import { knownOptions, requireList } from '@noosphere/base';
import { ArgumentError } from '@noosphere/core';
import { nextTimes } from '../frame/calendar.js';
import type { SeriesFrame } from '../frame/frame.js';
import { seriesGaps } from '../frame/gaps.js';
import { requireFrame } from '../frame/require-frame.js';
import { rangeOf, takeSeries } from '../frame/slice.js';
import type { GlobalModel } from '../global/global-model.js';
import type { Estimates, Exogenous, LocalModel } from '../local/local-model.js';
import { ForecastColumns, type ForecastTable } from './forecast-table.js';
import { type ForecastModel, isGlobal, requireHorizon, runGlobal } from './global-runs.js';
import type { ModelOutcome, TaskPlan } from './series-task.js';
import { type RunOptions, runSeries } from './thread-pool.js';

export interface ForecastFrameOptions extends RunOptions {
  /** Of one series each, or of all series at once, such as neural ones. */
  readonly models: readonly ForecastModel[];
  /** Steps ahead. */
  readonly horizon: number;
  /** Per cent of the intervals, e.g. [80, 95]. @default none */
  readonly levels?: readonly number[];
  /**
   * The frame's future covariates over the horizon: series × horizon values, in the frame's order, as `futureCovariates` makes
   * them of a table. @default none
   */
  readonly future?: Exogenous;
  /** Whether the table tells what each model estimated of each series. @default false */
  readonly estimates?: boolean;
  /**
   * Estimates of a model for a series, as an earlier run told them of the same series up to some row: the model goes on from
   * them without a search, where it can. @default every model is fitted
   */
  readonly resume?: (model: string, id: string) => Estimates | undefined;
}

/**
 * Forecasts every series by every model. A series that a model cannot forecast (too short, with gaps) is a failure with its
 * reason, and NaN; the others go on. Rows and bits are the same for any number of workers.
 * @example
 * const frame = frameOf({ unique_id: ['A', 'A', 'A', 'B'], ds: [1, 2, 3, 1], y: [1, 2, 3, 9] }, { frequency: 'step' });
 * const { columns, failures } = await forecastFrame(frame, { models: [drift()], horizon: 2 });
 * console.log(columns.RWD, failures.map(({ id }) => id)); // → Float64Array(4) [ 4, 5, NaN, NaN ] [ 'B' ]
 */
export async function forecastFrame(
  frame: SeriesFrame,
  options: ForecastFrameOptions,
): Promise<ForecastTable> {
  const operation = 'forecastFrame';
  requireFrame(operation, frame);
  const {
    models,
    horizon,
    levels = [],
    future = {},
    estimates: withEstimates = false,
  } = knownOptions(
    'forecastFrame',
    options,
    'models horizon levels future estimates resume workers onProgress signal onAbort',
  );
  checkPlan(operation, models, horizon, levels);
  const names = checkFuture(operation, frame, future, horizon);
  const rows = rowsAhead(frame, horizon);
  const filling = new ForecastColumns(models, frame.ids.length * horizon, { horizon, levels });
  const complete = completeSeries(frame, (index, message) => {
    models.forEach((_, place) => {
      filling.fail(index, frame.ids[index] as string, place, message);
    });
  });
  const estimates = Object.fromEntries(
    models.map(({ name }) => [name, new Array<Estimates | undefined>(frame.ids.length).fill(undefined)]),
  );
  const job: FrameJob = { frame, complete, names, future, options, plan: { horizon, levels, withEstimates } };
  const places = splitPlaces(models);
  await forecastLocal(job, places.local, (series, place, outcome) => {
    filling.take(series, frame.ids[series] as string, place, series * horizon, outcome);
    const found = estimates[models[place]?.name ?? ''];
    if (found) found[series] = outcome.estimates;
  });
  await forecastGlobal(job, places.global, (series, place, outcome) => {
    filling.take(series, frame.ids[series] as string, place, series * horizon, outcome);
  });
  const { ids, timeKind, timeZone } = frame;
  const { columns, failures, elapsedMs } = filling;
  return {
    ids,
    ...rows,
    timeKind,
    ...(timeZone && { timeZone }),
    horizon,
    levels,
    models: models.map(({ name }) => name),
    columns,
    failures,
    elapsedMs,
    ...(withEstimates && { estimates }),
  };
}

/** What both kinds of models work on. */
interface FrameJob {
  readonly frame: SeriesFrame;
  /** Places of the series that have no gaps. */
  readonly complete: readonly number[];
  /** Future covariates. */
  readonly names: readonly string[];
  readonly future: Exogenous;
  readonly options: ForecastFrameOptions;
  readonly plan: TaskPlan;
}
type TakeForecast = (series: number, place: number, outcome: ModelOutcome) => void;

/** `ds` and the place of the series, row by row. */
function rowsAhead(frame: SeriesFrame, horizon: number): Pick<ForecastTable, 'series' | 'times'> {
  const count = frame.ids.length;
  const times = new Float64Array(count * horizon);
  const series = new Uint32Array(count * horizon);
  for (let index = 0; index < count; index++) {
    times.set(nextTimes(frame, index, horizon), index * horizon);
    series.fill(index, index * horizon, (index + 1) * horizon);
  }
  return { series, times };
}

async function forecastLocal(
  { frame, complete, names, future, options, plan }: FrameJob,
  places: readonly number[],
  take: TakeForecast,
): Promise<void> {
  const { horizon } = plan;
  const models = places.map((place) => options.models[place] as LocalModel);
  const seriesAt = (task: number) => complete[task] as number;
  await runSeries(
    {
      count: complete.length,
      models,
      plan,
      taskOf: (index) => {
        const series = seriesAt(index);
        const { start, end } = rangeOf(frame, series);
        const exogenous = names.map((name) => [
          name,
          joined(
            frame.future[name] as Float64Array,
            start,
            end,
            future[name] as Float64Array,
            series * horizon,
            horizon,
          ),
        ]);
        const y = frame.y.slice(start, end);
        return {
          index,
          y,
          exogenous: Object.fromEntries(exogenous),
          known: knownOf(models, frame.ids[series] as string, options.resume),
          origins: [{ trainingLength: y.length, refit: true }],
        };
      },
      take: (index, local, outcome) => take(seriesAt(index), places[local] as number, outcome),
    },
    options,
  );
}

function knownOf(
  models: readonly LocalModel[],
  id: string,
  resume: ForecastFrameOptions['resume'],
): Readonly<Record<string, Estimates>> {
  const found = models.map(({ name }) => [name, resume?.(name, id)] as const);
  return Object.fromEntries(found.filter((each): each is [string, Estimates] => each[1] !== undefined));
}

async function forecastGlobal(
  { frame, complete, names, future, options, plan }: FrameJob,
  places: readonly number[],
  take: TakeForecast,
): Promise<void> {
  if (complete.length === 0) return;
  const known = takeSeries(
    frame,
    complete.map((series) => frame.ids[series] as string),
  );
  const ahead = names.map((name) => [name, rowsOfSeries(future[name], complete, plan.horizon)]);
  for (const place of places) {
    await runGlobal(
      {
        frame: known,
        model: options.models[place] as GlobalModel,
        plan,
        origins: [{ droppedRows: 0, refit: true }],
        future: Object.fromEntries(ahead),
        take: (index, outcome) => take(complete[index] as number, place, outcome),
      },
      options,
    );
  }
}

/** Places of models of one series each, and of those of all series at once. */
export function splitPlaces(models: readonly ForecastModel[]): {
  readonly local: readonly number[];
  readonly global: readonly number[];
} {
  const places = models.map((_, place) => place);
  const isGlobalAt = (place: number) => isGlobal(models[place] as ForecastModel);
  return { local: places.filter((place) => !isGlobalAt(place)), global: places.filter(isGlobalAt) };
}

/** At least one model, whole steps, sensible levels. */
export function checkPlan(
  operation: string,
  models: readonly ForecastModel[],
  horizon: number,
  levels: readonly number[],
): void {
  requireList(operation, 'models', models);
  if (models.length === 0) throw new ArgumentError(operation, 'expects at least one model, got none');
  if (!Number.isSafeInteger(horizon) || horizon < 1)
    throw new ArgumentError(operation, `expects a horizon of whole steps from 1, got ${horizon}`);
  requireHorizon(operation, models, horizon);
  const wrong = levels.find((level) => !(level > 0 && level < 100));
  if (wrong !== undefined)
    throw new ArgumentError(operation, `expects levels in per cent between 0 and 100, got ${wrong}`);
}

/** Series without gaps; the others are told. */
export function completeSeries(
  frame: SeriesFrame,
  onGaps: (series: number, message: string) => void,
): number[] {
  return frame.ids.flatMap((_, series) => {
    const gaps = seriesGaps(frame, series);
    if (!gaps) return [series];
    onGaps(
      series,
      `has ${gaps.emptyCount} rows without a value and lacks ${gaps.missingCount} rows; fillGaps, or give the calendar whose days off these are`,
    );
    return [];
  });
}

function checkFuture(operation: string, frame: SeriesFrame, future: Exogenous, horizon: number): string[] {
  const names = Object.keys(frame.future);
  const expected = frame.ids.length * horizon;
  for (const name of names) {
    const values = future[name];
    if (values?.length !== expected || !values.every(Number.isFinite)) {
      const got = values
        ? `${values.length}${values.every(Number.isFinite) ? '' : ', some of them not finite'}`
        : 'none';
      throw new ArgumentError(
        operation,
        `expects ${expected} values of the future covariate '${name}' (${frame.ids.length} series × ${horizon} steps) in 'future', got ${got}; futureCovariates(frame, rows, horizon) makes them of a table`,
      );
    }
  }
  const unknown = Object.keys(future).find((name) => !names.includes(name));
  if (unknown !== undefined) {
    throw new ArgumentError(
      operation,
      `the frame has no future covariate '${unknown}', only ${names.join(', ') || 'none'}; name it when the frame is made`,
    );
  }
  return names;
}

function rowsOfSeries(
  values: Float64Array | undefined,
  series: readonly number[],
  width: number,
): Float64Array {
  const rows = new Float64Array(series.length * width);
  series.forEach((own, place) => {
    rows.set(values?.subarray(own * width, (own + 1) * width) ?? [], place * width);
  });
  return rows;
}

function joined(
  past: Float64Array,
  start: number,
  end: number,
  future: Float64Array,
  ahead: number,
  horizon: number,
): Float64Array {
  const values = new Float64Array(end - start + horizon);
  values.set(past.subarray(start, end));
  values.set(future.subarray(ahead, ahead + horizon), end - start);
  return values;
}
