/** Quasi-Newton search in a box: smooth objectives of a few parameters, gradients by differences. */

import { dot, knownOptions } from '@noosphere/base';

export interface BfgsOptions {
  /** @default -∞ */
  readonly lower?: ArrayLike<number>;
  /** @default ∞ */
  readonly upper?: ArrayLike<number>;
  /** @default 200 */
  readonly maxIterations?: number;
  /** Ends where a step improves the value by less than this share of |value| + 1e-3, twice running. @default 1e-10 */
  readonly tolerance?: number;
}

export interface BfgsMinimum {
  readonly point: Float64Array;
  readonly value: number;
  readonly iterations: number;
  /** Whether the search ended by its tolerance. */
  readonly isConverged: boolean;
}

/** Share of a coordinate, and least move, of one-sided and of central differences. */
const oneSidedStep = 1e-7;
const centralStep = 1e-5;
const sufficientDecrease = 1e-4;

/**
 * Minimises f over a box, from a start where f is finite. Steps that leave the box end at its border; a coordinate on a border
 * that the gradient presses against rests. Points where f is infinite or NaN are stepped back from.
 * Broyden, Fletcher, Goldfarb & Shanno 1970; the projection is Bertsekas' (1982).
 */
export function bfgs(
  objective: (point: Float64Array) => number,
  start: ArrayLike<number>,
  options: BfgsOptions = {},
): BfgsMinimum {
  const { maxIterations = 200, tolerance = 1e-10 } = knownOptions(
    'bfgs',
    options,
    'lower upper maxIterations tolerance',
  );
  const search = new QuasiNewton(objective, start, options);
  let small = 0;
  let iterations = 0;
  for (; iterations < maxIterations && small < 2; iterations++) {
    const before = search.value;
    if (!search.step()) {
      // Nothing is lower: with one-sided gradients or an old curvature that may be their fault.
      if (search.isCentral && search.isFresh) return { ...search.minimum, iterations, isConverged: true };
      search.restart();
      continue;
    }
    const isSmall = before - search.value < tolerance * (Math.abs(search.value) + 1e-3);
    if (isSmall) search.differCentrally();
    small = isSmall ? small + 1 : 0;
  }
  return { ...search.minimum, iterations, isConverged: small >= 2 };
}

class QuasiNewton {
  readonly #objective: (point: Float64Array) => number;
  readonly #lower: Float64Array;
  readonly #upper: Float64Array;
  readonly #size: number;
  #point: Float64Array;
  #gradient: Float64Array;
  /** Rows of the inverse of the curvature. */
  readonly #inverse: Float64Array;
  value: number;
  /** Whether the curvature is still the identity. */
  isFresh = true;
  /** Whether gradients are central differences: those near the end are. */
  isCentral = false;

  constructor(
    objective: (point: Float64Array) => number,
    start: ArrayLike<number>,
    { lower, upper }: BfgsOptions,
  ) {
    this.#size = start.length;
    this.#lower = lower
      ? Float64Array.from(lower)
      : new Float64Array(this.#size).fill(Number.NEGATIVE_INFINITY);
    this.#upper = upper
      ? Float64Array.from(upper)
      : new Float64Array(this.#size).fill(Number.POSITIVE_INFINITY);
    this.#objective = (point) => {
      const value = objective(point);
      return Number.isNaN(value) ? Number.POSITIVE_INFINITY : value;
    };
    this.#point = this.#clamped(Float64Array.from(start));
    this.value = this.#objective(this.#point);
    this.#gradient = this.#differences();
    this.#inverse = new Float64Array(this.#size ** 2);
    this.#forget();
  }

  get minimum(): { readonly point: Float64Array; readonly value: number } {
    return { point: this.#point.slice(), value: this.value };
  }

  /** From here on gradients are exact enough for the last digits, at twice the price. */
  differCentrally(): void {
    if (this.isCentral) return;
    this.isCentral = true;
    this.#gradient = this.#differences();
  }

  /** Begins anew from here. */
  restart(): void {
    this.differCentrally();
    this.#forget();
  }

  #forget(): void {
    this.#inverse.fill(0);
    for (let index = 0; index < this.#size; index++) this.#inverse[index * (this.#size + 1)] = 1;
    this.isFresh = true;
  }

  /** One step down; false where there is none. */
  step(): boolean {
    const direction = this.#direction();
    const slope = dot(direction, this.#gradient);
    if (!(slope < 0)) return false;
    // The first step has no scale of its own.
    let share = this.isFresh ? Math.min(1, 1 / Math.sqrt(dot(direction, direction))) : 1;
    for (let attempt = 0; attempt < 40; attempt++, share *= 0.3) {
      const next = this.#clamped(
        this.#point.map((value, index) => value + share * (direction[index] as number)),
      );
      const value = this.#objective(next);
      const gain = this.#point.reduce(
        (sum, from, index) => sum + (this.#gradient[index] as number) * ((next[index] as number) - from),
        0,
      );
      if (value < this.value && value <= this.value + sufficientDecrease * gain) {
        this.#moveTo(next, value);
        return true;
      }
    }
    return false;
  }

  /** -H g over the coordinates that may move. */
  #direction(): Float64Array {
    const [gradient, size] = [this.#gradient, this.#size];
    const rests = this.#point.map((value, index) => {
      const slope = gradient[index] as number;
      const low = value <= (this.#lower[index] as number) && slope > 0;
      const high = value >= (this.#upper[index] as number) && slope < 0;
      return low || high ? 1 : 0;
    });
    const direction = new Float64Array(size);
    for (let row = 0; row < size; row++) {
      if (rests[row]) continue;
      let sum = 0;
      for (let column = 0; column < size; column++) {
        if (!rests[column])
          sum -= (this.#inverse[row * size + column] as number) * (gradient[column] as number);
      }
      direction[row] = sum;
    }
    return direction;
  }

  #moveTo(next: Float64Array, value: number): void {
    const step = next.map((to, index) => to - (this.#point[index] as number));
    const before = this.#gradient;
    this.#point = next;
    this.value = value;
    this.#gradient = this.#differences();
    const bend = this.#gradient.map((slope, index) => slope - (before[index] as number));
    this.#updateCurvature(step, bend);
  }

  /** H += (1 + yᵀHy / sᵀy) s sᵀ / sᵀy - (H y sᵀ + s yᵀH) / sᵀy. */
  #updateCurvature(step: Float64Array, bend: Float64Array): void {
    const curvature = dot(step, bend);
    if (!(curvature > 1e-14 * Math.sqrt(dot(step, step) * dot(bend, bend)))) return;
    const [inverse, size] = [this.#inverse, this.#size];
    if (this.isFresh)
      inverse.forEach((each, index) => {
        inverse[index] = (each * curvature) / dot(bend, bend);
      });
    this.isFresh = false;
    const bent = new Float64Array(size);
    for (let row = 0; row < size; row++)
      bent[row] = dot(inverse.subarray(row * size, (row + 1) * size), bend);
    const factor = (1 + dot(bend, bent) / curvature) / curvature;
    for (let row = 0; row < size; row++) {
      for (let column = 0; column < size; column++) {
        const [a, b] = [step[row] as number, step[column] as number];
        const at = row * size + column;
        const cross = (bent[row] as number) * b + a * (bent[column] as number);
        inverse[at] = (inverse[at] as number) + factor * a * b - cross / curvature;
      }
    }
  }

  /** Where the box or the objective has an end, central differences are one-sided, too. */
  #differences(): Float64Array {
    const probe = this.#point.slice();
    return this.#point.map((value, index) => {
      const move = (this.isCentral ? centralStep : oneSidedStep) * Math.max(1, Math.abs(value));
      if (!this.isCentral && value + move <= (this.#upper[index] as number)) {
        probe[index] = value + move;
        const ahead = this.#objective(probe);
        probe[index] = value;
        if (ahead < Number.POSITIVE_INFINITY) return (ahead - this.value) / move;
      }
      const high = Math.min(this.#upper[index] as number, value + move);
      const low = Math.max(this.#lower[index] as number, value - move);
      probe[index] = high;
      const above = this.#objective(probe);
      probe[index] = low;
      const below = this.#objective(probe);
      probe[index] = value;
      if (above < Number.POSITIVE_INFINITY && below < Number.POSITIVE_INFINITY)
        return high > low ? (above - below) / (high - low) : 0;
      if (above < Number.POSITIVE_INFINITY) return (above - this.value) / (high - value);
      return below < Number.POSITIVE_INFINITY ? (this.value - below) / (value - low) : 0;
    });
  }

  #clamped(point: Float64Array): Float64Array {
    return point.map((value, index) =>
      Math.min(this.#upper[index] as number, Math.max(this.#lower[index] as number, value)),
    );
  }
}
