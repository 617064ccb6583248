/** What a search chooses: real numbers, whole numbers, yes or no, one of several, an order. */
import { requireList } from '@noosphere/base';
import { ArgumentError } from '@noosphere/core';

/**
 * One variable. `[lower, upper]` is a real number between both. A categorical variable is a place from 0 below `count`; a
 * permutation takes `size` numbers of the point, the places from 0 below `size` in some order.
 */
export type SearchVariable =
  | readonly [lower: number, upper: number]
  | { readonly kind: 'real'; readonly lower: number; readonly upper: number }
  | { readonly kind: 'integer'; readonly lower: number; readonly upper: number }
  | { readonly kind: 'binary' }
  | { readonly kind: 'categorical'; readonly count: number }
  | { readonly kind: 'permutation'; readonly size: number };

/** How a coordinate may be varied: by any amount, by whole steps, or only by another draw. */
export type CoordinateKind = 'real' | 'ordered' | 'nominal';

/**
 * The box in which methods move. A whole number k is the interval [k - ½, k + ½), so that all are equally likely; a permutation
 * is the order of its coordinates in [0, 1] (random keys, Bean 1994).
 */
export class SearchSpace {
  readonly lower: Float64Array;
  readonly upper: Float64Array;
  readonly kinds: readonly CoordinateKind[];
  /** Whether a point is its coordinates. */
  readonly isReal: boolean;
  readonly #permutations: readonly { readonly start: number; readonly size: number }[];

  constructor(operation: string, variables: readonly SearchVariable[]) {
    requireList(operation, 'bounds', variables);
    if (variables.length === 0)
      throw new ArgumentError(operation, 'bounds are empty; give one variable at least');
    const [lower, upper, kinds] = [[] as number[], [] as number[], [] as CoordinateKind[]];
    const permutations: { start: number; size: number }[] = [];
    for (const [place, variable] of variables.entries()) {
      const { low, high, kind, count, isPermutation } = coordinatesOf(operation, variable, place);
      if (isPermutation) permutations.push({ start: lower.length, size: count });
      for (let copy = 0; copy < count; copy++) {
        lower.push(low);
        upper.push(high);
        kinds.push(kind);
      }
    }
    this.lower = Float64Array.from(lower);
    this.upper = Float64Array.from(upper);
    this.kinds = kinds;
    this.#permutations = permutations;
    this.isReal = permutations.length === 0 && kinds.every((kind) => kind === 'real');
  }

  /** Numbers of a point. */
  get size(): number {
    return this.lower.length;
  }

  /** Writes the point that coordinates, `size` numbers from `offset`, stand for. */
  decode(coordinates: Float64Array, offset: number, point: Float64Array): void {
    for (let place = 0; place < point.length; place++) {
      const value = coordinates[offset + place] as number;
      if (this.kinds[place] === 'real') point[place] = value;
      else point[place] = roundWithin(value, this.lower[place] as number, this.upper[place] as number);
    }
    for (const { start, size } of this.#permutations) {
      const keys = point.slice(start, start + size);
      const order = Array.from(keys.keys()).sort((a, b) => (keys[a] as number) - (keys[b] as number));
      point.set(order, start);
    }
  }

  /** Writes coordinates, from `offset`, that stand for a point. Throws where the point is not one of this space. */
  encode(operation: string, point: ArrayLike<number>, coordinates: Float64Array, offset: number): void {
    if (point.length !== this.size)
      throw new ArgumentError(operation, `a point has ${this.size} numbers, got ${point.length}`);
    for (let place = 0; place < this.size; place++) coordinates[offset + place] = point[place] as number;
    for (const { start, size } of this.#permutations) {
      for (let rank = 0; rank < size; rank++)
        coordinates[offset + start + (point[start + rank] as number)] = (rank + 0.5) / size;
    }
    for (let place = 0; place < this.size; place++) {
      const value = coordinates[offset + place] as number;
      if (!(value >= (this.lower[place] as number) && value <= (this.upper[place] as number)))
        throw new ArgumentError(
          operation,
          `the start must lie in the bounds, got ${point[place]} at place ${place}`,
        );
    }
  }
}

function roundWithin(value: number, lower: number, upper: number): number {
  return Math.min(upper - 0.5, Math.max(lower + 0.5, Math.round(value)));
}

interface Coordinates {
  readonly low: number;
  readonly high: number;
  readonly kind: CoordinateKind;
  readonly count: number;
  readonly isPermutation?: boolean;
}

function coordinatesOf(operation: string, variable: SearchVariable, place: number): Coordinates {
  if (!('kind' in variable)) return realCoordinate(operation, variable[0], variable[1], place);
  switch (variable.kind) {
    case 'real':
      return realCoordinate(operation, variable.lower, variable.upper, place);
    case 'integer': {
      const { lower, upper } = variable;
      if (!Number.isSafeInteger(lower) || !Number.isSafeInteger(upper) || lower > upper)
        throw new ArgumentError(
          operation,
          `the bounds of integer variable ${place} must be whole numbers, lower ≤ upper, got [${lower}, ${upper}]`,
        );
      return { low: lower - 0.5, high: upper + 0.5, kind: 'ordered', count: 1 };
    }
    case 'binary':
      return { low: -0.5, high: 1.5, kind: 'nominal', count: 1 };
    case 'categorical':
      return {
        low: -0.5,
        high: requireCount(operation, variable.count, place) - 0.5,
        kind: 'nominal',
        count: 1,
      };
    case 'permutation': {
      const count = requireCount(operation, variable.size, place);
      return { low: 0, high: 1, kind: 'real', count, isPermutation: true };
    }
    default:
      variable satisfies never;
      throw new ArgumentError(operation, `variable ${place} has an unknown kind`);
  }
}

function realCoordinate(operation: string, low: number, high: number, place: number): Coordinates {
  if (!Number.isFinite(low) || !Number.isFinite(high) || !(low < high) || !Number.isFinite(high - low))
    throw new ArgumentError(
      operation,
      `bounds of variable ${place} must be finite, lower < upper, got [${low}, ${high}]; leave out what is fixed`,
    );
  return { low, high, kind: 'real', count: 1 };
}

function requireCount(operation: string, count: number, place: number): number {
  if (!Number.isSafeInteger(count) || count < 1)
    throw new ArgumentError(operation, `variable ${place} needs a whole number from 1, got ${count}`);
  return count;
}
