/** Parts of frames: some series, some rows of each, several frames in one. Columns are copied. */

import { knownOptions, requireList } from '@noosphere/base';
import { ArgumentError } from '@noosphere/core';
import type { SeriesFrame } from './frame.js';
import { requireFrame } from './require-frame.js';
import { gridOf } from './time-grid.js';

/** Rows of one series, from the first to before the end. */
export interface RowRange {
  readonly series: number;
  readonly start: number;
  readonly end: number;
}

/** Rows of a series in its frame. */
export function rangeOf({ offsets }: SeriesFrame, series: number): RowRange {
  return { series, start: offsets[series] as number, end: offsets[series + 1] as number };
}

/**
 * The series with these ids, in that order.
 * @example
 * const frame = frameOf({ unique_id: ['A', 'B', 'C'], ds: [1, 1, 1], y: [1, 2, 3] });
 * console.log(takeSeries(frame, ['C', 'A']).y); // → Float64Array(2) [ 3, 1 ]
 */
export function takeSeries<F extends SeriesFrame>(frame: F, ids: readonly string[]): F {
  requireFrame('takeSeries', frame);
  requireList('takeSeries', 'ids', ids);
  const places = new Map(frame.ids.map((id, series) => [id, series]));
  const ranges = ids.map((id) => {
    const series = places.get(id);
    if (series === undefined)
      throw new ArgumentError(
        'takeSeries',
        `there is no series '${id}' among the ${frame.ids.length} of the frame`,
      );
    return rangeOf(frame, series);
  });
  return copyRanges(frame, ranges);
}

/** The first rows of each series, all of them where it has fewer. */
export function headRows<F extends SeriesFrame>(frame: F, count: number): F {
  return mapRanges(frame, 'headRows', count, ({ start, end }) => [start, Math.min(end, start + count)]);
}

/**
 * The last rows of each series, all of them where it has fewer.
 * @example
 * const frame = frameOf({ unique_id: ['A', 'A', 'B', 'B'], ds: [1, 2, 1, 2], y: [1, 2, 3, 4] });
 * console.log(tailRows(frame, 1).y, headRows(frame, 1).y); // → Float64Array(2) [ 2, 4 ] Float64Array(2) [ 1, 3 ]
 */
export function tailRows<F extends SeriesFrame>(frame: F, count: number): F {
  return mapRanges(frame, 'tailRows', count, ({ start, end }) => [Math.max(start, end - count), end]);
}

/** All rows but the last ones of each series: what may be known at that origin. */
export function dropTail<F extends SeriesFrame>(frame: F, count: number): F {
  return mapRanges(frame, 'dropTail', count, ({ start, end }) => [start, Math.max(start, end - count)]);
}

/** Rows whose time is from `from` to before `to`: milliseconds in UTC or steps. Series without any are left out. */
export function sliceTimes<F extends SeriesFrame>(frame: F, options: { from?: number; to?: number }): F {
  const { from = Number.NEGATIVE_INFINITY, to = Number.POSITIVE_INFINITY } = knownOptions(
    'sliceTimes',
    options,
    'from to',
  );
  requireFrame('sliceTimes', frame);
  const ranges = frame.ids.map((_, series) => {
    const { start, end } = rangeOf(frame, series);
    return {
      series,
      start: lowerBound(frame.times, from, start, end),
      end: lowerBound(frame.times, to, start, end),
    };
  });
  return copyRanges(
    frame,
    ranges.filter(({ start, end }) => end > start),
  );
}

/** Frames of the same kind behind one another; no id may come twice. */
export function concatFrames<F extends SeriesFrame>(frames: readonly F[]): F {
  const [first] = frames;
  if (!first) throw new ArgumentError('concatFrames', 'expects at least one frame, got none');
  const ids = frames.flatMap((frame) => frame.ids);
  const twice = ids.find((id, index) => new Set(ids).size < ids.length && ids.indexOf(id) !== index);
  if (twice !== undefined)
    throw new ArgumentError('concatFrames', `the series '${twice}' is in two frames; rename one`);
  const shapeOf = (frame: SeriesFrame) =>
    [
      frame.timeKind,
      frame.timeZone?.name,
      gridOf(frame.frequency).name,
      ...['past', 'future', 'static'].map((role) => Object.keys(frame[role as 'past'])),
    ].join('; ');
  const other = frames.find((frame) => shapeOf(frame) !== shapeOf(first));
  if (other) {
    throw new ArgumentError(
      'concatFrames',
      `expects frames of one frequency with the same covariates, got ${shapeOf(first)} and ${shapeOf(other)}`,
    );
  }
  const offsets = new Uint32Array(ids.length + 1);
  let [series, row] = [0, 0];
  for (const frame of frames) {
    for (let index = 0; index < frame.ids.length; index++)
      offsets[++series] = row + (frame.offsets[index + 1] as number);
    row += frame.y.length;
  }
  const join = (columnOf: (frame: SeriesFrame) => Float64Array) => {
    const parts = frames.map(columnOf);
    const all = new Float64Array(parts.reduce((sum, part) => sum + part.length, 0));
    let place = 0;
    for (const part of parts) {
      all.set(part, place);
      place += part.length;
    }
    return all;
  };
  const joinRole = (role: 'past' | 'future' | 'static') =>
    Object.fromEntries(
      Object.keys(first[role]).map((name) => [name, join((frame) => frame[role][name] as Float64Array)]),
    );
  return {
    ...first,
    ids,
    offsets,
    times: join(({ times }) => times),
    y: join(({ y }) => y),
    past: joinRole('past'),
    future: joinRole('future'),
    static: joinRole('static'),
  };
}

function mapRanges<F extends SeriesFrame>(
  frame: F,
  operation: string,
  count: number,
  part: (range: RowRange) => readonly [start: number, end: number],
): F {
  if (!Number.isSafeInteger(count) || count < 0)
    throw new ArgumentError(operation, `expects a whole number of rows from 0, got ${count}`);
  const ranges = frame.ids.map((_, series) => {
    const [start, end] = part(rangeOf(frame, series));
    return { series, start, end };
  });
  return copyRanges(frame, ranges);
}

function copyRanges<F extends SeriesFrame>(frame: F, ranges: readonly RowRange[]): F {
  const offsets = new Uint32Array(ranges.length + 1);
  ranges.forEach(({ start, end }, index) => {
    offsets[index + 1] = (offsets[index] as number) + end - start;
  });
  const copy = (values: Float64Array) => {
    const copied = new Float64Array(offsets[ranges.length] as number);
    ranges.forEach(({ start, end }, index) => {
      copied.set(values.subarray(start, end), offsets[index]);
    });
    return copied;
  };
  const copyAll = (columns: Readonly<Record<string, Float64Array>>) =>
    Object.fromEntries(Object.entries(columns).map(([name, values]) => [name, copy(values)]));
  const statics = Object.entries(frame.static).map(([name, values]) => [
    name,
    Float64Array.from(ranges, ({ series }) => values[series] as number),
  ]);
  return {
    ...frame,
    ids: ranges.map(({ series }) => frame.ids[series] as string),
    offsets,
    times: copy(frame.times),
    y: copy(frame.y),
    past: copyAll(frame.past),
    future: copyAll(frame.future),
    static: Object.fromEntries(statics),
  };
}

/** First place in [start, end) whose value is at least the limit; `end` where there is none. */
function lowerBound(values: Float64Array, limit: number, start: number, end: number): number {
  let [low, high] = [start, end];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((values[middle] as number) < limit) low = middle + 1;
    else high = middle;
  }
  return low;
}
