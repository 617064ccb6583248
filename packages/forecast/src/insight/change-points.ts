/** Change points: where a series becomes another one. */
import { knownOptions, medianOf, requireValues, requireWhole } from '@noosphere/base';
import { ArgumentError } from '@noosphere/core';

export interface ChangePointOptions {
  /**
   * What makes a segment: its mean, with errors of one variance ('mean'), or its mean and its variance ('normal').
   * @default 'mean'
   */
  readonly cost?: 'mean' | 'normal';
  /** Cost of one more change. @default BIC: 2 σ² log n for means, σ being that of the steps; 3 log n for 'normal' */
  readonly penalty?: number;
  /** Values in a segment at least. @default 2, and 5 for 'normal' */
  readonly minimumLength?: number;
}

export interface ChangePoints {
  /** First values of the new segments, rising. */
  readonly places: readonly number[];
  /** Segments between them. */
  readonly segments: readonly Segment[];
  readonly penalty: number;
  /** Σ cost of the segments, without penalties. */
  readonly cost: number;
}

export interface Segment {
  readonly from: number;
  /** Behind the last value. */
  readonly to: number;
  readonly mean: number;
  readonly deviation: number;
}

/**
 * The segmentation with the least Σ cost + penalty × changes, exactly, by PELT: Killick, Fearnhead & Eckley 2012. The cost of a
 * segment is Σ (y - mean)², or n log variance for 'normal': `l2` and `normal` in Python's ruptures.
 * @example
 * const y = Float64Array.from({ length: 60 }, (_, t) => (t < 25 ? 0 : 3) + Math.sin(t * t) / 2);
 * console.log(changePoints(y).places); // → [ 25 ]
 */
export function changePoints(y: Float64Array, options: ChangePointOptions = {}): ChangePoints {
  const { cost: kind = 'mean' } = knownOptions('changePoints', options, 'cost penalty minimumLength');
  if (kind !== 'mean' && kind !== 'normal') {
    throw new ArgumentError('changePoints', `cost must be 'mean' or 'normal', got '${String(kind)}'`);
  }
  const { minimumLength = kind === 'mean' ? 2 : 5 } = options;
  requireWhole('changePoints', 'minimumLength', minimumLength, kind === 'mean' ? 1 : 2);
  requireValues('changePoints', 'the series', y, 2 * minimumLength);
  const { penalty = defaultPenalty(y, kind) } = options;
  if (!(penalty >= 0)) {
    throw new ArgumentError('changePoints', `penalty must be zero or more, got ${penalty}`);
  }
  const costs = new SegmentCosts(y, kind);
  const places = pelt(costs, y.length, penalty, minimumLength);
  const edges = [0, ...places, y.length];
  const segments = edges.slice(1).map((to, index) => costs.segment(edges[index] as number, to));
  return {
    places,
    segments,
    penalty,
    cost: segments.reduce((sum, { from, to }) => sum + costs.of(from, to), 0),
  };
}

/** σ of independent errors shows in the steps, whose median a few changes do not move. */
function defaultPenalty(y: Float64Array, kind: 'mean' | 'normal'): number {
  if (kind === 'normal') return 3 * Math.log(y.length);
  const steps = y.subarray(1).map((value, index) => Math.abs(value - (y[index] as number)));
  const sigma = (1.482602218505602 * medianOf(steps)) / Math.SQRT2;
  return 2 * sigma * sigma * Math.log(y.length);
}

/** Costs of segments out of running sums; values are centred first, so that squares keep their digits. */
class SegmentCosts {
  readonly #center: number;
  readonly #sums: Float64Array;
  readonly #squares: Float64Array;
  readonly #kind: 'mean' | 'normal';
  /** Variances below are rounding. */
  readonly #floor: number;

  constructor(y: Float64Array, kind: 'mean' | 'normal') {
    this.#kind = kind;
    this.#center = medianOf(y);
    this.#sums = new Float64Array(y.length + 1);
    this.#squares = new Float64Array(y.length + 1);
    for (const [row, value] of y.entries()) {
      const rest = value - this.#center;
      this.#sums[row + 1] = (this.#sums[row] as number) + rest;
      this.#squares[row + 1] = (this.#squares[row] as number) + rest * rest;
    }
    this.#floor = Math.max(Number.MIN_VALUE, 1e-12 * ((this.#squares[y.length] as number) / y.length));
  }

  of(from: number, to: number): number {
    const left = this.#left(from, to);
    return this.#kind === 'mean' ? left : (to - from) * Math.log(Math.max(left / (to - from), this.#floor));
  }

  segment(from: number, to: number): Segment {
    const sum = (this.#sums[to] as number) - (this.#sums[from] as number);
    return {
      from,
      to,
      mean: this.#center + sum / (to - from),
      deviation: Math.sqrt(this.#left(from, to) / (to - from)),
    };
  }

  #left(from: number, to: number): number {
    const sum = (this.#sums[to] as number) - (this.#sums[from] as number);
    const squares = (this.#squares[to] as number) - (this.#squares[from] as number);
    return Math.max(0, squares - (sum * sum) / (to - from));
  }
}

/** Best last change for every end; starts that can never be best again are dropped. */
function pelt(costs: SegmentCosts, count: number, penalty: number, minimum: number): number[] {
  const best = new Float64Array(count + 1).fill(Number.POSITIVE_INFINITY);
  const last = new Int32Array(count + 1);
  best[0] = -penalty;
  let starts: { readonly at: number; endsBefore: number }[] = [];
  for (let end = minimum; end <= count; end++) {
    const fresh = end - minimum;
    if (fresh === 0 || fresh >= minimum) starts.push({ at: fresh, endsBefore: Number.POSITIVE_INFINITY });
    starts = starts.filter(({ endsBefore }) => end < endsBefore);
    const totals = starts.map(({ at }) => (best[at] as number) + costs.of(at, end));
    for (const [index, total] of totals.entries()) {
      if (total + penalty < (best[end] as number)) {
        best[end] = total + penalty;
        last[end] = starts[index]?.at as number;
      }
    }
    // A start that is dearer than a change here is of no use, once a whole segment fits behind the change.
    for (const [index, start] of starts.entries()) {
      if ((totals[index] as number) > (best[end] as number)) {
        start.endsBefore = Math.min(start.endsBefore, end + minimum);
      }
    }
  }
  const places: number[] = [];
  for (let end = last[count] as number; end > 0; end = last[end] as number) places.unshift(end);
  return places;
}
