/** First generations: spread evenly, with the user's start among them. */
import type { Random } from '@noosphere/train';
import type { EngineContext } from './engine-run.js';
import type { SearchSpace } from './variables.js';

/**
 * Writes `count` rows: a Latin hypercube, each variable's range in `count` equal parts with one row in each (McKay, Beckman &
 * Conover 1979). The start, where there is one, is the first row.
 */
export function firstGeneration({ space, random, start }: EngineContext, count: number, rows: Float64Array) {
  const { size } = space;
  for (let place = 0; place < size; place++) {
    const order = random.permutation(count);
    for (let row = 0; row < count; row++)
      rows[row * size + place] = within(space, place, ((order[row] as number) + random.uniform()) / count);
  }
  if (start) rows.set(start, 0);
}

/** Another draw of one coordinate. */
export function drawCoordinate(space: SearchSpace, random: Random, place: number): number {
  return within(space, place, random.uniform());
}

function within(space: SearchSpace, place: number, share: number): number {
  const [low, high] = [space.lower[place] as number, space.upper[place] as number];
  return Math.min(high, low + share * (high - low));
}

/** Whether rows have all but the same coordinates, or the same values. */
export function hasCollapsed(
  space: SearchSpace,
  rows: Float64Array,
  values: Float64Array,
  violations: Float64Array,
  count: number,
  tolerance: number,
): boolean {
  let [low, high, isFeasible] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, true];
  for (let row = 0; row < count; row++) {
    const value = values[row] as number;
    if (value < low) low = value;
    if (value > high) high = value;
    if (violations[row] !== 0) isFeasible = false;
  }
  if (isFeasible && (high === low || high - low <= tolerance + 4e-16 * Math.abs(low))) return true;
  for (let place = 0; place < space.size; place++) {
    const range = (space.upper[place] as number) - (space.lower[place] as number);
    const first = rows[place] as number;
    for (let row = 1; row < count; row++)
      if (Math.abs((rows[row * space.size + place] as number) - first) > 1e-11 * range) return false;
  }
  return true;
}
