/** A season as a sum of sine waves, fitted by least squares: of all values at one place of the season only their sum counts. */

import { dot } from '@noosphere/base';

/** How many waves a season of this many values has by default. */
export function defaultWaves(season: number): number {
  if (season < 10) return 5;
  return season < 70 ? 10 : 15;
}

/** The last smoothers that were made: the series of a frame mostly have one length, and one takes longer to make than to use. */
const recent = new Map<string, FourierSeason>();
const kept = 16;

/** The smoother of a season for series of one length. */
export function fourierSeason(count: number, season: number, waves: number): FourierSeason {
  const key = `${count} ${season} ${waves}`;
  const made = recent.get(key) ?? new FourierSeason(count, season, waves);
  recent.delete(key);
  recent.set(key, made);
  for (const oldest of recent.keys()) {
    if (recent.size <= kept) break;
    recent.delete(oldest);
  }
  return made;
}

/** Least squares of K waves, cos and sin of 2π k t / season, without a constant, to series of one length. */
class FourierSeason {
  readonly #season: number;
  /** Values at each place, the root of their number. */
  readonly #roots: Float64Array;
  /** Orthonormal columns over the places, each weighted by its root. */
  readonly #basis: readonly Float64Array[];

  constructor(count: number, season: number, waves: number) {
    this.#season = season;
    this.#roots = Float64Array.from({ length: season }, (_, place) =>
      Math.sqrt(Math.max(0, Math.ceil((count - place) / season))),
    );
    const columns = [Math.cos, Math.sin].flatMap((wave) =>
      Array.from({ length: waves }, (_, k) =>
        this.#roots.map((root, place) => root * wave((2 * Math.PI * (k + 1) * (place + 1)) / season)),
      ),
    );
    this.#basis = orthonormal(columns);
  }

  /** The fitted season at each of its places, from that of the first value on. */
  fit(values: Float64Array): Float64Array {
    const sums = new Float64Array(this.#season);
    let place = 0;
    for (let index = 0; index < values.length; index++) {
      sums[place] = (sums[place] as number) + (values[index] as number);
      place = place + 1 === sums.length ? 0 : place + 1;
    }
    const roots = this.#roots;
    const scaled = sums.map((sum, at) => ((roots[at] as number) > 0 ? sum / (roots[at] as number) : 0));
    const projected = new Float64Array(this.#season);
    for (const column of this.#basis) addTimes(projected, column, dot(column, scaled));
    return projected.map((value, at) => ((roots[at] as number) > 0 ? value / (roots[at] as number) : 0));
  }
}

/** Gram and Schmidt, twice each; columns that say nothing new, such as waves faster than half the season, fall away. */
function orthonormal(columns: readonly Float64Array[]): Float64Array[] {
  const basis: Float64Array[] = [];
  // A sine of half a season is zero but for rounding: its own length would be no measure.
  const longest = Math.sqrt(Math.max(...columns.map((column) => dot(column, column))));
  for (const column of columns) {
    const rest = column.slice();
    for (let pass = 0; pass < 2; pass++) {
      for (const done of basis) addTimes(rest, done, -dot(done, rest));
    }
    const left = Math.sqrt(dot(rest, rest));
    if (left > 1e-9 * longest) basis.push(rest.map((value) => value / left));
  }
  return basis;
}

function addTimes(target: Float64Array, values: Float64Array, factor: number): void {
  for (let index = 0; index < target.length; index++) {
    target[index] = (target[index] as number) + factor * (values[index] as number);
  }
}
