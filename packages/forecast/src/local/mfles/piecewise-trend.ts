/** A trend of straight pieces, as few as the lasso leaves: MFLES's changepoints. */

import { dot } from '@noosphere/base';

/** One column: from 0 over `length` values up to `peak`, then straight on to `end` at the last value. */
interface Hinge {
  readonly length: number;
  readonly peak: number;
  readonly end: number;
}

/**
 * Fits Σ w · hinge + w₀ by the lasso, min |y - Xw|² / 2n + penalty Σ |w|, with one hinge a changepoint; the changepoints lie
 * evenly, and each hinge goes on towards the last value the less, the larger it is.
 */
export function piecewiseTrend(y: Float64Array, changepoints: number, penalty: number): Float64Array {
  if (changepoints < 1) return lasso([y.map((_, index) => index)], y, penalty);
  const hinges = hingesOf(y, changepoints);
  // Most residuals are too small for any weight: their sums tell so without a matrix.
  const limit = penalty * y.length;
  const sums = new PrefixSums(y);
  if (
    Math.abs(sums.of(0, y.length)) <= limit &&
    hinges.every((hinge) => Math.abs(sums.times(hinge)) <= limit)
  ) {
    return new Float64Array(y.length);
  }
  return lasso([...hinges.map((hinge) => column(hinge, y.length)), y.map(() => 1)], y, penalty);
}

function hingesOf(y: Float64Array, changepoints: number): Hinge[] {
  const first = y[0] as number;
  const last = (y[y.length - 1] as number) - first;
  const mean = y.reduce((sum, value) => sum + value, 0) / y.length - first;
  let length = 0;
  return Array.from({ length: changepoints }, (_, index) => {
    length += Math.floor((y.length - length) / (changepoints - index));
    const peak = (y[length - 1] as number) - first;
    const size = mean === 0 ? peak * peak : (peak * peak) / (mean * mean);
    const decay = Math.min(Math.max(size, 0.001), 0.99);
    return { length, peak, end: peak - (peak - last) * (1 - decay) };
  });
}

function column({ length, peak, end }: Hinge, count: number): Float64Array {
  return Float64Array.from({ length: count }, (_, index) =>
    index < length
      ? length > 1
        ? (peak * index) / (length - 1)
        : 0
      : peak + ((end - peak) * (index - length + 1)) / (count - length),
  );
}

/** Σ y and Σ t y of any stretch, and with them the product of a hinge and y. */
class PrefixSums {
  readonly #values: Float64Array;
  readonly #moments: Float64Array;

  constructor(y: Float64Array) {
    this.#values = new Float64Array(y.length + 1);
    this.#moments = new Float64Array(y.length + 1);
    for (let index = 0; index < y.length; index++) {
      this.#values[index + 1] = (this.#values[index] as number) + (y[index] as number);
      this.#moments[index + 1] = (this.#moments[index] as number) + index * (y[index] as number);
    }
  }

  of(from: number, to: number): number {
    return (this.#values[to] as number) - (this.#values[from] as number);
  }

  times({ length, peak, end }: Hinge): number {
    const count = this.#values.length - 1;
    const rising = length > 1 ? (peak / (length - 1)) * (this.#moments[length] as number) : 0;
    if (length === count) return rising;
    const rest = this.of(length, count);
    const moment = (this.#moments[count] as number) - (this.#moments[length] as number);
    return rising + peak * rest + ((end - peak) / (count - length)) * (moment - (length - 1) * rest);
  }
}

/**
 * Coordinate descent, to a duality gap of a thousandth of Σ y²; gives the fit. A column's products with the others are made when
 * its weight first changes; rounds then cost no passes over the rows. Friedman et al. 2010, scikit-learn's stop.
 */
function lasso(columns: readonly Float64Array[], y: Float64Array, penalty: number): Float64Array {
  const [tolerance, maxRounds] = [1e-3, 10_000];
  const threshold = penalty * y.length;
  const norms = columns.map((each) => dot(each, each));
  const weights = new Float64Array(columns.length);
  const start = Float64Array.from(columns, (each) => dot(each, y));
  /** Products of the columns and what is left of y. */
  const slopes = start.slice();
  const grams = new Map<number, Float64Array>();
  const squares = dot(y, y);
  for (let round = 0; round < maxRounds; round++) {
    let [largest, change] = [0, 0];
    for (let index = 0; index < columns.length; index++) {
      const norm = norms[index] as number;
      if (norm === 0) continue;
      const before = weights[index] as number;
      const product = (slopes[index] as number) + before * norm;
      const after = (Math.sign(product) * Math.max(Math.abs(product) - threshold, 0)) / norm;
      if (after !== before) {
        const gram =
          grams.get(index) ?? Float64Array.from(columns, (each) => dot(each, columns[index] as Float64Array));
        grams.set(index, gram);
        for (let other = 0; other < slopes.length; other++)
          slopes[other] = (slopes[other] as number) - (after - before) * (gram[other] as number);
        weights[index] = after;
      }
      largest = Math.max(largest, Math.abs(after));
      change = Math.max(change, Math.abs(after - before));
    }
    if (largest === 0 || change / largest < tolerance) {
      if (dualityGap(weights, slopes, start, squares, threshold) < tolerance * squares) break;
    }
  }
  const fit = new Float64Array(y.length);
  columns.forEach((column, index) => {
    const weight = weights[index] as number;
    if (weight === 0) return;
    for (let row = 0; row < fit.length; row++)
      fit[row] = (fit[row] as number) + weight * (column[row] as number);
  });
  return fit;
}

/** From products alone: Σ rest y = Σ y² - Σ w Xᵀy, and Σ rest² = Σ rest y - Σ w Xᵀrest. */
function dualityGap(
  weights: Float64Array,
  slopes: Float64Array,
  start: Float64Array,
  squares: number,
  threshold: number,
): number {
  const steepest = slopes.reduce((most, slope) => Math.max(most, Math.abs(slope)), 0);
  const scale = steepest > threshold ? threshold / steepest : 1;
  const withY = squares - dot(weights, start);
  const left = withY - dot(weights, slopes);
  const size = weights.reduce((sum, weight) => sum + Math.abs(weight), 0);
  return (left * (1 + scale * scale)) / 2 + threshold * size - scale * withY;
}
