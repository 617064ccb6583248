/** Batches of raw windows, cut from a frame when they are asked for. */
import { ArgumentError, fromData, type HostTensor } from '@noosphere/core';
import { type BatchSource, Random } from '@noosphere/train';
import type { SeriesFrame } from '../frame/frame.js';
import type { Exogenous } from '../local/local-model.js';
import type { RawWindows, TrainingWindows } from './pipeline.js';
import { rowsOf, type WindowChoice, type WindowPlan, type WindowRows } from './windows.js';

/** Names of the covariates that a model was built for. */
export interface CovariateColumns {
  readonly past: readonly string[];
  readonly future: readonly string[];
  readonly static: readonly string[];
}

export interface WindowSource {
  readonly frame: SeriesFrame;
  readonly plan: Pick<WindowPlan, 'lookback' | 'horizon'>;
  readonly columns: CovariateColumns;
  /** Future covariates behind each series' last row: series × horizon values. */
  readonly ahead?: Exogenous;
}

export interface SamplingOptions {
  readonly steps: number;
  readonly seriesPerBatch: number;
  readonly windowsPerBatch: number;
  readonly seed: number;
}

/**
 * Batches as neuralforecast draws them: the series in a new order for each pass, so many a batch, and so many windows of
 * theirs. A batch depends on seed and step alone.
 */
export function sampledBatches(
  source: WindowSource,
  choice: WindowChoice,
  heldOut: number,
  { steps, seriesPerBatch, windowsPerBatch, seed }: SamplingOptions,
): BatchSource<TrainingWindows> {
  const usable = choice.usable();
  const perPass = Math.ceil(usable.length / seriesPerBatch);
  let pass = -1;
  let order: Uint32Array = new Uint32Array();
  return {
    batchesPerEpoch: steps,
    batch: (_, step) => {
      const wanted = Math.floor(step / perPass);
      if (wanted !== pass) order = new Random(seed * 1_000_003 + wanted).permutation(usable.length);
      pass = wanted;
      const first = (step - wanted * perPass) * seriesPerBatch;
      const chosen = order.subarray(first, first + seriesPerBatch).map((place) => usable[place] as number);
      const random = new Random((seed + 1) * 9_973 + step * 31 + 7);
      return trainingWindows(source, choice.draw(chosen, windowsPerBatch, random), heldOut);
    },
  };
}

/** Windows with their targets; rows that are held out are missing. */
export function trainingWindows(source: WindowSource, rows: WindowRows, heldOut = 0): TrainingWindows {
  const { frame, plan } = source;
  const { lookback, horizon } = plan;
  const y = cutColumn(frame, frame.y, rows, { from: -lookback, to: 0, heldOut });
  const target = cutColumn(frame, frame.y, rows, { from: 0, to: horizon, heldOut });
  return {
    ...rawWindows(source, rows, y),
    target: fromData('float32', [rows.ends.length, horizon], target),
  };
}

/** Windows as a forecast sees them. */
export function forecastWindows(source: WindowSource, rows: WindowRows): RawWindows {
  const { frame, plan } = source;
  return rawWindows(
    source,
    rows,
    cutColumn(frame, frame.y, rows, { from: -plan.lookback, to: 0, heldOut: 0 }),
  );
}

function rawWindows(source: WindowSource, rows: WindowRows, y: Float32Array): RawWindows {
  const { frame, plan, columns, ahead } = source;
  const { lookback, horizon } = plan;
  const past = cutTable(frame, frame.past, columns.past, rows, lookback, 0);
  const future = cutTable(frame, frame.future, columns.future, rows, lookback, horizon, ahead);
  return {
    y: fromData('float32', [rows.ends.length, lookback], y),
    ...(past ? { past } : {}),
    ...(future ? { future } : {}),
    ...(columns.static.length > 0 ? { static: staticTable(frame, columns.static, rows) } : {}),
  };
}

interface Cut {
  /** Rows from the window's end: -lookback is its first one. */
  readonly from: number;
  readonly to: number;
  readonly heldOut: number;
}

/** Values of one column [rows, to - from], NaN outside the series. */
function cutColumn(
  frame: SeriesFrame,
  column: Float64Array,
  { series, ends }: WindowRows,
  { from, to, heldOut }: Cut,
): Float32Array {
  const width = to - from;
  const cut = new Float32Array(ends.length * width).fill(Number.NaN);
  for (let row = 0; row < ends.length; row++) {
    const [start, stop] = rowsOf(frame, series[row] as number, heldOut);
    const first = (ends[row] as number) + from;
    const begin = Math.max(first, start);
    const end = Math.min(first + width, stop);
    for (let at = begin; at < end; at++) cut[row * width + at - first] = column[at] as number;
  }
  return cut;
}

/** Columns of covariates [rows, lookback + horizon, columns]; 0 before the series begins and where nothing is known. */
function cutTable(
  frame: SeriesFrame,
  covariates: Readonly<Record<string, Float64Array>>,
  names: readonly string[],
  { series, ends }: WindowRows,
  lookback: number,
  horizon: number,
  ahead?: Exogenous,
): HostTensor | undefined {
  if (names.length === 0) return undefined;
  const length = lookback + horizon;
  const table = new Float32Array(ends.length * length * names.length);
  names.forEach((name, place) => {
    const column = covariates[name] as Float64Array;
    const later = ahead?.[name];
    for (let row = 0; row < ends.length; row++) {
      const own = series[row] as number;
      const [start, stop] = rowsOf(frame, own);
      const first = (ends[row] as number) - lookback;
      for (let at = Math.max(first, start); at < first + length; at++) {
        const value = at < stop ? column[at] : at - stop < horizon ? later?.[own * horizon + at - stop] : 0;
        table[(row * length + at - first) * names.length + place] = value ?? 0;
      }
    }
  });
  return fromData('float32', [ends.length, length, names.length], table);
}

function staticTable(frame: SeriesFrame, names: readonly string[], { series }: WindowRows): HostTensor {
  const table = new Float32Array(series.length * names.length);
  series.forEach((own, row) => {
    names.forEach((name, place) => {
      table[row * names.length + place] = frame.static[name]?.[own] ?? 0;
    });
  });
  return fromData('float32', [series.length, names.length], table);
}

/** Covariates must be there and finite: a missing one is named with its series. */
export function requireCovariates(operation: string, frame: SeriesFrame, columns: CovariateColumns): void {
  for (const role of ['past', 'future', 'static'] as const) {
    for (const name of columns[role]) {
      const values = frame[role][name];
      if (!values)
        throw new ArgumentError(
          operation,
          `the frame has no ${role} covariate '${name}', only ${Object.keys(frame[role]).join(', ') || 'none'}; name it when the frame is made`,
        );
      const bad = values.findIndex((value) => !Number.isFinite(value));
      if (bad < 0) continue;
      const own = role === 'static' ? bad : frame.offsets.findLastIndex((offset) => offset <= bad);
      throw new ArgumentError(
        operation,
        `the ${role} covariate '${name}' of series '${frame.ids[own]}' is ${values[bad]}; fill it before`,
      );
    }
  }
}
