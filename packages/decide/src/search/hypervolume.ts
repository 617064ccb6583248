/** The size of what a front dominates: one number for how good it is. */
import { requireColumns, requireNumbers } from '@noosphere/base';
import { ArgumentError } from '@noosphere/core';

/**
 * Volume that points dominate, up to a reference that is worse in each objective (all minimised); points beyond the reference
 * count nothing. Exact, by slices: n log n for two objectives, n^(m-1) for m. Zitzler & Thiele 1998; slicing: While et al. 2006.
 *
 * @throws ArgumentError where a point and the reference differ in length, or a number is NaN.
 * @example
 * console.log(hypervolume([[1, 3], [2, 2], [3, 1]], [4, 4])); // → 6
 */
export function hypervolume(points: readonly ArrayLike<number>[], reference: ArrayLike<number>): number {
  requireNumbers('hypervolume', 'the reference', reference);
  requireColumns('hypervolume', 'points', points);
  const bounds = Array.from(reference);
  if (bounds.length === 0) throw new ArgumentError('hypervolume', 'the reference has no number');
  const inside: number[][] = [];
  for (const [place, point] of points.entries()) {
    const values = Array.from(point);
    if (values.length !== bounds.length || values.concat(bounds).some(Number.isNaN))
      throw new ArgumentError(
        'hypervolume',
        `point ${place} must have the reference's ${bounds.length} numbers, none NaN, got [${values}]`,
      );
    if (values.every((value, k) => value < (bounds[k] as number))) inside.push(values);
  }
  return volume(inside, bounds, bounds.length);
}

/** The volume in the first `axes` objectives: slices along the last one. */
function volume(points: readonly number[][], reference: readonly number[], axes: number): number {
  const last = axes - 1;
  const at = (point: readonly number[]) => point[last] as number;
  if (axes === 1)
    return points.reduce((most, point) => Math.max(most, (reference[0] as number) - at(point)), 0);
  const sorted = points.toSorted((a, b) => at(a) - at(b));
  let sum = 0;
  if (axes === 2) {
    // Slices of growing width: the least first objective so far.
    let least = reference[0] as number;
    for (const [place, point] of sorted.entries()) {
      least = Math.min(least, point[0] as number);
      const next = sorted[place + 1];
      sum += ((reference[0] as number) - least) * ((next ? at(next) : (reference[1] as number)) - at(point));
    }
    return sum;
  }
  for (const [place, point] of sorted.entries()) {
    const next = sorted[place + 1];
    const height = (next ? at(next) : (reference[last] as number)) - at(point);
    if (height > 0) sum += height * volume(sorted.slice(0, place + 1), reference, last);
  }
  return sum;
}
