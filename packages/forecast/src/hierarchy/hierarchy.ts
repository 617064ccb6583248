/** Which series add up to which, and frames of all of them. */
import { requireList } from '@noosphere/base';
import { ArgumentError } from '@noosphere/core';
import type { SeriesFrame } from '../frame/frame.js';
import { requireFrame } from '../frame/require-frame.js';
import { concatFrames, rangeOf, takeSeries } from '../frame/slice.js';

/** A series at the bottom, and the groups that it is in. */
export interface BottomSeries {
  readonly id: string;
  readonly groups: Readonly<Record<string, string>>;
}

export interface Hierarchy {
  /** Sums first, level by level, then the bottom series. */
  readonly ids: readonly string[];
  readonly bottomCount: number;
  /** From the top to the bottom: name, and rows in `ids`. */
  readonly levels: readonly HierarchyLevel[];
  /** The summing matrix without its zeros: for each row, the places among the bottom series that it adds up. */
  readonly parts: readonly Uint32Array[];
}

export interface HierarchyLevel {
  /** Its keys joined by `/`; `total` and `bottom` at the ends. */
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

/**
 * A hierarchy, or groups that cross each other, from the keys of each level; `[]` is the total. The bottom comes by itself.
 * A sum's id is its groups' names joined by `/`.
 * @example
 * const { ids, parts } = hierarchyOf(
 *   [{ id: 'a', groups: { land: 'X' } }, { id: 'b', groups: { land: 'X' } }, { id: 'c', groups: { land: 'Y' } }],
 *   [[], ['land']],
 * );
 * console.log(ids, parts[1]); // → [ 'Total', 'X', 'Y', 'a', 'b', 'c' ] Uint32Array(2) [ 0, 1 ]
 */
export function hierarchyOf(
  bottom: readonly BottomSeries[],
  levels: readonly (readonly string[])[],
): Hierarchy {
  requireList('hierarchyOf', 'the bottom series', bottom);
  requireList('hierarchyOf', 'levels', levels);
  if (bottom.length === 0)
    throw new ArgumentError('hierarchyOf', 'expects at least one bottom series, got none');
  const ids: string[] = [];
  const parts: Uint32Array[] = [];
  const placed: HierarchyLevel[] = levels.map((keys) => {
    const rows = new Map<string, number[]>();
    bottom.forEach(({ id, groups }, place) => {
      const names = keys.map((key) => {
        const name = groups[key];
        if (name === undefined) {
          const known = Object.keys(groups).join(', ') || 'none';
          throw new ArgumentError('hierarchyOf', `series '${id}' is in no group '${key}', only ${known}`);
        }
        return name;
      });
      const name = names.join('/') || 'Total';
      const list = rows.get(name);
      if (list) list.push(place);
      else rows.set(name, [place]);
    });
    const start = ids.length;
    for (const [name, places] of rows) {
      ids.push(name);
      parts.push(Uint32Array.from(places));
    }
    return { name: keys.join('/') || 'total', start, end: ids.length };
  });
  placed.push({ name: 'bottom', start: ids.length, end: ids.length + bottom.length });
  bottom.forEach(({ id }, place) => {
    ids.push(id);
    parts.push(Uint32Array.of(place));
  });
  const seen = new Set<string>();
  for (const id of ids) {
    if (seen.has(id))
      throw new ArgumentError('hierarchyOf', `the id '${id}' comes twice; rename a series or a group`);
    seen.add(id);
  }
  return { ids, bottomCount: bottom.length, levels: placed, parts };
}

/** Bottom values, summed up: one array a row of the hierarchy. */
export function sumUp({ parts }: Hierarchy, bottom: readonly Float64Array[]): Float64Array[] {
  return parts.map((places) => {
    const sum = new Float64Array((bottom[0] as Float64Array).length);
    for (const place of places) {
      const values = bottom[place] as Float64Array;
      for (let step = 0; step < sum.length; step++)
        sum[step] = (sum[step] as number) + (values[step] as number);
    }
    return sum;
  });
}

/**
 * The frame of bottom series with the sums before them, in the hierarchy's order; covariates are left out. All series must
 * have the same times.
 */
export function aggregateFrame(frame: SeriesFrame, hierarchy: Hierarchy): SeriesFrame {
  requireFrame('aggregateFrame', frame);
  const own = { ...frame, past: {}, future: {}, static: {} };
  const bottom = takeSeries(own, hierarchy.ids.slice(-hierarchy.bottomCount));
  const values = bottom.ids.map((id, series) => {
    const { start, end } = rangeOf(bottom, series);
    const times = bottom.times.subarray(start, end);
    const first = bottom.times.subarray(0, bottom.offsets[1]);
    if (times.length !== first.length || times.some((time, row) => time !== first[row])) {
      throw new ArgumentError(
        'aggregateFrame',
        `the series '${id}' has other times than '${bottom.ids[0]}'; fill gaps and cut all to the same rows`,
      );
    }
    return bottom.y.subarray(start, end);
  });
  const length = bottom.offsets[1] as number;
  const sums = sumUp(hierarchy, values).slice(0, -hierarchy.bottomCount);
  const y = new Float64Array(sums.length * length);
  const times = new Float64Array(y.length);
  sums.forEach((sum, row) => {
    y.set(sum, row * length);
    times.set(bottom.times.subarray(0, length), row * length);
  });
  const offsets = Uint32Array.from({ length: sums.length + 1 }, (_, row) => row * length);
  return concatFrames([{ ...bottom, ids: hierarchy.ids.slice(0, sums.length), offsets, times, y }, bottom]);
}
