/**
 * The simplex search as J. C. Nash wrote it down, which is R's `optim`: one absolute step for all parameters, no box. It is
 * here for results that were made with it and are to be equal to the last digit; `nelderMead` searches better.
 */
import { knownOptions } from '@noosphere/base';

/** What stands for a value that is not finite. */
const high = 1e35;

export interface NashOptions {
  /** Ends where the values at the corners differ by less than this share of the first one. @default √ε */
  readonly tolerance?: number;
  /** @default 2000 */
  readonly maxEvaluations?: number;
}

/**
 * Minimises from a start: reflection 1, expansion 2, contraction and shrinkage 1/2. The first simplex moves every parameter
 * by a tenth of the largest. Nash 1990, Compact Numerical Methods for Computers, algorithm 19.
 */
export function nashSimplex(
  objective: (point: Float64Array) => number,
  start: readonly number[],
  options: NashOptions = {},
): Float64Array {
  const { tolerance = Math.sqrt(Number.EPSILON), maxEvaluations = 2000 } = knownOptions(
    'nashSimplex',
    options,
    'tolerance maxEvaluations',
  );
  let evaluations = 0;
  const evaluate = (point: Float64Array): Corner => {
    evaluations++;
    const value = objective(point);
    return { point, value: Number.isFinite(value) ? value : high };
  };
  const corners = firstSimplex(start).map(evaluate);
  const limit = tolerance * (Math.abs((corners[0] as Corner).value) + tolerance);
  let size = Number.POSITIVE_INFINITY;
  let low = 0;
  for (;;) {
    low = indexOf(corners, low, (value, best) => value < best);
    const worst = indexOf(corners, low, (value, most) => value > most);
    const [best, last] = [corners[low] as Corner, corners[worst] as Corner];
    if (last.value <= best.value + limit || evaluations > maxEvaluations) return best.point;
    const centroid = centroidWithout(corners, worst);
    const reflected = evaluate(between(centroid, last.point, -1));
    if (reflected.value < best.value) {
      const expanded = evaluate(between(centroid, reflected.point, 2));
      corners[worst] = expanded.value < reflected.value ? expanded : reflected;
      continue;
    }
    const isBetter = reflected.value < last.value;
    if (isBetter) corners[worst] = reflected;
    const from = corners[worst] as Corner;
    const contracted = evaluate(between(centroid, from.point, 0.5));
    if (contracted.value < from.value) corners[worst] = contracted;
    else if (!isBetter) {
      const shrunk = corners.map((corner) => between(best.point, corner.point, 0.5));
      const next = shrunk.reduce((sum, point) => sum + distance(point, best.point), 0);
      // Nothing left to shrink: the corners are as close as numbers can be.
      if (next >= size) return best.point;
      size = next;
      for (const [index, point] of shrunk.entries()) if (index !== low) corners[index] = evaluate(point);
    }
  }
}

interface Corner {
  readonly point: Float64Array;
  readonly value: number;
}

function firstSimplex(start: readonly number[]): Float64Array[] {
  const step = 0.1 * Math.max(...start.map(Math.abs)) || 0.1;
  const moved = start.map((_, index) => {
    const point = Float64Array.from(start);
    point[index] = (point[index] as number) + step;
    return point;
  });
  return [Float64Array.from(start), ...moved];
}

/** The last corner that beats all before it, beginning with the one at `from`. */
function indexOf(
  corners: readonly Corner[],
  from: number,
  beats: (value: number, other: number) => boolean,
): number {
  let found = from;
  for (const [index, { value }] of corners.entries()) {
    if (beats(value, (corners[found] as Corner).value)) found = index;
  }
  return found;
}

function centroidWithout(corners: readonly Corner[], left: number): Float64Array {
  const count = corners.length - 1;
  return new Float64Array(count).map((_, place) => {
    let sum = -((corners[left] as Corner).point[place] as number);
    for (const { point } of corners) sum += point[place] as number;
    return sum / count;
  });
}

/** from + share · (to - from). */
function between(from: Float64Array, to: Float64Array, share: number): Float64Array {
  return from.map((value, index) => (1 - share) * value + share * (to[index] as number));
}

function distance(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, value, index) => sum + Math.abs(value - (b[index] as number)), 0);
}
