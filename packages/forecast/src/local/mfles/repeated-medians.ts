/** A line that medians make robust. */

import { medianInPlace } from '@noosphere/base';

/**
 * Siegel's line over 0 … n - 1 (1982): slope is the median of the median slopes at each value, intercept the median of the
 * intercepts that these slopes have at their values.
 *
 * Both are found without most of the n² slopes: how many slopes at a value lie below a candidate is told for all values at once
 * by sorting them along it, so that a few exact medians and a few sortings close in on the median of all. Matoušek, Mount and
 * Netanyahu 1998 prove such a search to take n log n steps.
 */
export function repeatedMediansLine(y: Float64Array): Float64Array {
  const lines = new LinesThrough(y);
  const slope = medianOfAll(lines.slopes());
  const intercept = medianOfAll(lines.intercepts());
  return y.map((_, at) => intercept + slope * at);
}

/** A value at each place, of which the median is wanted. */
interface Values {
  readonly count: number;
  /** The value at a place, exact. */
  at(place: number): number;
  /** By place, where the value lies beside a candidate: -1 surely below, 1 surely above, 0 near it. */
  beside(candidate: number): Int8Array;
  /** Candidates closer than this are the same for the rounding of sums. */
  readonly tolerance: number;
}

/** Lines through a value and each of the others. */
class LinesThrough {
  readonly #y: Float64Array;
  readonly #inverse: Float64Array;
  readonly #medians: Float64Array;
  readonly #slopes: Float64Array;
  readonly #tolerance: number;

  constructor(y: Float64Array) {
    this.#y = y;
    this.#inverse = y.map((_, distance) => 1 / distance);
    this.#medians = new Float64Array(y.length).fill(Number.NaN);
    this.#slopes = new Float64Array(y.length - 1);
    this.#tolerance = 1e-12 * y.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  }

  /** The median slope at each value. */
  slopes(): Values {
    return {
      count: this.#y.length,
      tolerance: this.#tolerance,
      at: (place) => this.#median(place),
      beside: (slope) => this.#sides(this.#y.map((value, at) => value - slope * at)),
    };
  }

  /** The intercept of the median slope at each value. */
  intercepts(): Values {
    const y = this.#y;
    return {
      count: y.length,
      tolerance: this.#tolerance,
      at: (place) => (y[place] as number) - this.#median(place) * place,
      beside: (intercept) => {
        const rise = (value: number) =>
          value > intercept ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
        const sides = this.#sides(y.map((value, at) => (at === 0 ? rise(value) : (value - intercept) / at)));
        // A steeper line through a value starts lower; the one through the first starts at it.
        const [first = 0] = y;
        sides.forEach((side, at) => {
          sides[at] = at === 0 ? Math.sign(first - intercept) : -side;
        });
        return sides;
      },
    };
  }

  /** The median of the slopes from a value to all others. */
  #median(at: number): number {
    const known = this.#medians[at] as number;
    if (!Number.isNaN(known)) return known;
    const [y, inverse, slopes] = [this.#y, this.#inverse, this.#slopes];
    const value = y[at] as number;
    for (let other = 0; other < at; other++)
      slopes[other] = (value - (y[other] as number)) * (inverse[at - other] as number);
    for (let other = at + 1; other < y.length; other++)
      slopes[other - 1] = ((y[other] as number) - value) * (inverse[other - at] as number);
    const median = medianInPlace(slopes);
    this.#medians[at] = median;
    return median;
  }

  /**
   * Where the median slope at each value lies beside a candidate: a later value whose key is lower lies on a flatter line, and so
   * does an earlier one whose key is higher.
   */
  #sides(keys: Float64Array): Int8Array {
    const flatter = inversionsOf(keys);
    const others = keys.length - 1;
    // Of an even number both middle slopes have to be on one side.
    const [atLeast, atMost] = [Math.floor(others / 2) + 1, Math.ceil(others / 2) - 1];
    return Int8Array.from(flatter, (count) => (count >= atLeast ? -1 : count <= atMost ? 1 : 0));
  }
}

const sampleSize = 31;
/** Places on either side of the wanted rank in a sample. */
const margin = 5;
/** So few values are computed one by one. */
const fewValues = 96;

/** The median of values of which most are never computed. */
function medianOfAll(values: Values): number {
  const { count, tolerance } = values;
  const [lower, upper] = [(count - 1) >> 1, count >> 1];
  let places: readonly number[] = Array.from({ length: count }, (_, place) => place);
  let below = 0;
  while (places.length > fewValues) {
    const sample = sorted(evenly(places, sampleSize).map((place) => values.at(place)));
    const rank = Math.round(((lower - below + 0.5) / places.length) * sampleSize);
    const least = sample[Math.max(0, rank - margin)] as number;
    const most = sample[Math.min(sampleSize - 1, rank + margin)] as number;
    const [atLeast, atMost] = [values.beside(least - tolerance), values.beside(most + tolerance)];
    const isLow = (place: number) => atLeast[place] === -1;
    const isHigh = (place: number) => atMost[place] === 1;
    const left = places.filter((place) => !isLow(place) && !isHigh(place));
    const before = below + places.filter(isLow).length;
    const holds = before <= lower && upper < before + left.length;
    if (holds && most - least <= tolerance) return least;
    // A sample that missed, or told too little: all that are left are computed.
    if (!holds || left.length > 0.8 * places.length) break;
    places = left;
    below = before;
  }
  const exact = sorted(places.map((place) => values.at(place)));
  return ((exact[lower - below] as number) + (exact[upper - below] as number)) / 2;
}

function sorted(values: readonly number[]): Float64Array {
  return Float64Array.from(values).sort();
}

function evenly(places: readonly number[], count: number): number[] {
  return Array.from(
    { length: count },
    (_, index) => places[Math.floor(((index + 0.5) * places.length) / count)] as number,
  );
}

/** For each key how many later ones are lower and earlier ones higher, counted while they are sorted by merging. */
function inversionsOf(keys: Float64Array): Uint32Array {
  const count = keys.length;
  const inversions = new Uint32Array(count);
  let [from, to] = [Uint32Array.from(keys, (_, index) => index), new Uint32Array(count)];
  for (let width = 1; width < count; width *= 2) {
    for (let start = 0; start < count; start += 2 * width) {
      const [middle, end] = [Math.min(start + width, count), Math.min(start + 2 * width, count)];
      let [left, right] = [start, middle];
      for (let place = start; place < end; place++) {
        const a = from[left] as number;
        const b = from[right] as number;
        if (left < middle && (right >= end || (keys[a] as number) <= (keys[b] as number))) {
          inversions[a] = (inversions[a] as number) + right - middle;
          to[place] = a;
          left++;
        } else {
          inversions[b] = (inversions[b] as number) + middle - left;
          to[place] = b;
          right++;
        }
      }
    }
    [from, to] = [to, from];
  }
  return inversions;
}
