/** What is missing in a frame, and ways to fill it. */

import { knownOptions } from '@noosphere/base';
import { ArgumentError } from '@noosphere/core';
import type { SeriesFrame } from './frame.js';
import { requireFrame } from './require-frame.js';
import { rangeOf } from './slice.js';
import { gridOf } from './time-grid.js';

/** Missing values of one series. */
export interface SeriesGaps {
  readonly id: string;
  /** Rows that are there without a value. */
  readonly emptyCount: number;
  /** Times between the first and last row at which there is no row. */
  readonly missingCount: number;
  /** Longest run of either kind, in steps. */
  readonly longest: number;
  /** First time without a value: milliseconds in UTC or a step. */
  readonly firstTime: number;
}

export interface GapReport {
  readonly rowCount: number;
  readonly emptyCount: number;
  readonly missingCount: number;
  /** Series that have any, in the frame's order. */
  readonly series: readonly SeriesGaps[];
}

/**
 * What a frame lacks: rows without a value, and times without a row, by its frequency or calendar.
 * @example
 * const frame = frameOf({ ds: [1, 2, 5], y: [1, null, 3] }, { frequency: 'step' });
 * const { emptyCount, missingCount, series } = gapReport(frame);
 * console.log(emptyCount, missingCount, series[0]?.longest); // → 1 2 3
 */
export function gapReport(frame: SeriesFrame): GapReport {
  requireFrame('gapReport', frame);
  const series = frame.ids.flatMap((_, index) => seriesGaps(frame, index) ?? []);
  const total = (of: 'emptyCount' | 'missingCount') => series.reduce((sum, each) => sum + each[of], 0);
  return {
    rowCount: frame.y.length,
    emptyCount: total('emptyCount'),
    missingCount: total('missingCount'),
    series,
  };
}

/** Gaps of one series, `undefined` where it has none. */
export function seriesGaps(frame: SeriesFrame, series: number): SeriesGaps | undefined {
  const { start, end } = rangeOf(frame, series);
  const grid = gridOf(frame.frequency, frame.timeZone);
  let [emptyCount, missingCount, longest, run, firstTime] = [0, 0, 0, 0, Number.NaN];
  for (let row = start; row < end; row++) {
    const time = frame.times[row] as number;
    if (row > start) {
      const before = frame.times[row - 1] as number;
      const missing = grid.stepsBetween(before, time) - 1;
      if (missing > 0 && Number.isNaN(firstTime)) firstTime = grid.shift(before, 1);
      missingCount += missing;
      run += missing;
    }
    const isEmpty = Number.isNaN(frame.y[row] as number);
    if (isEmpty) {
      emptyCount += 1;
      run += 1;
      if (Number.isNaN(firstTime)) firstTime = time;
    }
    longest = Math.max(longest, run);
    if (!isEmpty) run = 0;
  }
  if (emptyCount + missingCount === 0) return undefined;
  return { id: frame.ids[series] as string, emptyCount, missingCount, longest, firstTime };
}

/**
 * `forward`: the last value before; `linear`: a line between the neighbours; `zero`; `mean` of the series' values; `none`:
 * NaN, so that only the rows are added.
 */
export type FillMethod = 'forward' | 'linear' | 'zero' | 'mean' | 'none';
const fillMethods: readonly FillMethod[] = ['forward', 'linear', 'zero', 'mean', 'none'];

export interface FillOptions {
  /** How covariates of added rows, and their own gaps, are filled. @default the method of `y` */
  readonly covariates?: Readonly<Record<string, FillMethod>>;
}

/**
 * The frame with a row at every time between each series' first and last, and values for those that are missing. A gap
 * before the first value stays one under `forward`, and takes the nearest value under `linear`, as does one after the last.
 * `mean` and `linear` use values after the gap: fill before a split only where that is meant.
 * @example
 * const frame = frameOf({ ds: [1, 2, 5], y: [1, null, 4] }, { frequency: 'step' });
 * console.log(fillGaps(frame, 'linear').y); // → Float64Array(5) [ 1, 1.75, 2.5, 3.25, 4 ]
 * console.log(fillGaps(frame, 'forward').y); // → Float64Array(5) [ 1, 1, 1, 1, 4 ]
 */
export function fillGaps<F extends SeriesFrame>(frame: F, method: FillMethod, options: FillOptions = {}): F {
  knownOptions('fillGaps', options, 'covariates');
  requireFrame('fillGaps', frame);
  const methods = options.covariates ?? {};
  const known = { ...frame.past, ...frame.future };
  for (const [name, each] of [['y', method], ...Object.entries(methods)] as const) {
    if (!fillMethods.includes(each as FillMethod))
      throw new ArgumentError('fillGaps', `expected ${fillMethods.join(', ')} for '${name}', got '${each}'`);
    if (name !== 'y' && !(name in known))
      throw new ArgumentError(
        'fillGaps',
        `there is no covariate '${name}', only ${Object.keys(known).join(', ') || 'none'}`,
      );
  }
  const { offsets, times, source } = spread(frame);
  const fill = (values: Float64Array, how: FillMethod) => {
    const filled = Float64Array.from(source, (row) => (row < 0 ? Number.NaN : (values[row] as number)));
    for (let series = 0; series < frame.ids.length; series++)
      fillSeries(filled.subarray(offsets[series], offsets[series + 1]), how);
    return filled;
  };
  const fillAll = (columns: Readonly<Record<string, Float64Array>>) =>
    Object.fromEntries(
      Object.entries(columns).map(([name, values]) => [name, fill(values, methods[name] ?? method)]),
    );
  return {
    ...frame,
    offsets,
    times,
    y: fill(frame.y, method),
    past: fillAll(frame.past),
    future: fillAll(frame.future),
  };
}

/** The complete times, and the row that each comes from, -1 where there is none. */
function spread(frame: SeriesFrame): { offsets: Uint32Array; times: Float64Array; source: Int32Array } {
  const grid = gridOf(frame.frequency, frame.timeZone);
  const offsets = new Uint32Array(frame.ids.length + 1);
  frame.ids.forEach((_, series) => {
    const { start, end } = rangeOf(frame, series);
    const count =
      end > start ? 1 + grid.stepsBetween(frame.times[start] as number, frame.times[end - 1] as number) : 0;
    offsets[series + 1] = (offsets[series] as number) + count;
  });
  const total = offsets[frame.ids.length] as number;
  if (total > 100 * frame.y.length + 1e6) {
    throw new ArgumentError(
      'fillGaps',
      `${frame.y.length} rows would become ${total}; is the frequency ${grid.name} the right one?`,
    );
  }
  const times = new Float64Array(total);
  const source = new Int32Array(total).fill(-1);
  frame.ids.forEach((_, series) => {
    const { start, end } = rangeOf(frame, series);
    let place = offsets[series] as number;
    for (let row = start; row < end; row++) {
      const time = frame.times[row] as number;
      while (row > start && place < total && grid.shift(times[place - 1] as number, 1) !== time) {
        times[place] = grid.shift(times[place - 1] as number, 1);
        place += 1;
      }
      times[place] = time;
      source[place++] = row;
    }
  });
  return { offsets, times, source };
}

function fillSeries(values: Float64Array, method: FillMethod): void {
  if (method === 'none') return;
  if (method === 'linear') {
    fillLinear(values);
    return;
  }
  const known = values.filter((value) => !Number.isNaN(value));
  let last = method === 'mean' ? known.reduce((sum, value) => sum + value, 0) / known.length : 0;
  if (method === 'forward') last = Number.NaN;
  values.forEach((value, index) => {
    if (Number.isNaN(value)) values[index] = last;
    else if (method === 'forward') last = value;
  });
}

function fillLinear(values: Float64Array): void {
  let before = -1;
  for (let index = 0; index <= values.length; index++) {
    if (index < values.length && Number.isNaN(values[index] as number)) continue;
    for (let gap = before + 1; gap < index; gap++) {
      const share = (gap - before) / (index - before);
      const [left, right] = [values[before], values[index]];
      if (left === undefined) values[gap] = right ?? Number.NaN;
      else values[gap] = right === undefined ? left : left + (right - left) * share;
    }
    before = index;
  }
}
