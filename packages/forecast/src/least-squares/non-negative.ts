/** Least squares whose weights are not below zero. */

import { dot } from '@noosphere/base';

/**
 * The w ≥ 0 with the least |Σ w[j] column[j] - target|², by Lawson & Hanson's active set (1974, algorithm NNLS).
 * @param columns As long as the target each.
 */
export function nonNegativeLeastSquares(
  columns: readonly Float64Array[],
  target: Float64Array,
): Float64Array {
  const gram = columns.map((a) => Float64Array.from(columns, (b) => dot(a, b)));
  const right = Float64Array.from(columns, (a) => dot(a, target));
  return nonNegativeQuadratic(gram, right);
}

/**
 * The w ≥ 0 with the least ½ wᵀ G w - rᵀ w, G symmetric and positive.
 * @param start Where to begin, no weight below zero: the closer, the sooner done. @default zeros
 */
export function nonNegativeQuadratic(
  gram: readonly Float64Array[],
  right: Float64Array,
  start = new Float64Array(right.length),
): Float64Array {
  const count = right.length;
  const weights = start.slice();
  const isFree = Uint8Array.from(weights, (weight) => Number(weight > 0));
  if (isFree.includes(1)) settle(gram, right, isFree, weights);
  const tolerance = 1e-12 * Math.max(1e-300, ...right.map(Math.abs));
  for (let round = 0; round < 3 * count + 10; round++) {
    const gradient = right.map((value, row) => value - dot(gram[row] as Float64Array, weights));
    let best = -1;
    for (let row = 0; row < count; row++) {
      const slope = gradient[row] as number;
      if (!isFree[row] && slope > tolerance && (best < 0 || slope > (gradient[best] as number))) best = row;
    }
    if (best < 0) break;
    isFree[best] = 1;
    settle(gram, right, isFree, weights);
  }
  return weights;
}

/** Solves on the free weights, freezing those that would fall below zero on the way there. */
function settle(
  gram: readonly Float64Array[],
  right: Float64Array,
  isFree: Uint8Array,
  weights: Float64Array,
): void {
  for (let round = 0; round <= weights.length; round++) {
    const free = Array.from(isFree.keys()).filter((row) => isFree[row]);
    const solution = solveFree(gram, right, free);
    if (free.every((_, place) => (solution[place] as number) > 0)) {
      weights.fill(0);
      free.forEach((row, place) => {
        weights[row] = solution[place] as number;
      });
      return;
    }
    let share = 1;
    free.forEach((row, place) => {
      const [now, next] = [weights[row] as number, solution[place] as number];
      if (next <= 0) share = Math.min(share, now / (now - next || 1));
    });
    free.forEach((row, place) => {
      const now = weights[row] as number;
      weights[row] = now + share * ((solution[place] as number) - now);
      if ((weights[row] as number) <= 1e-15) {
        weights[row] = 0;
        isFree[row] = 0;
      }
    });
  }
}

/** Cholesky on the free rows; a column that says nothing new gets no weight. */
function solveFree(
  gram: readonly Float64Array[],
  right: Float64Array,
  free: readonly number[],
): Float64Array {
  const size = free.length;
  const lower = free.map(() => new Float64Array(size));
  const at = (row: number, column: number) => (lower[row] as Float64Array)[column] as number;
  for (let row = 0; row < size; row++) {
    for (let column = 0; column <= row; column++) {
      let sum = (gram[free[row] as number] as Float64Array)[free[column] as number] as number;
      const diagonal = sum;
      for (let k = 0; k < column; k++) sum -= at(row, k) * at(column, k);
      const pivot = at(column, column);
      if (row === column) (lower[row] as Float64Array)[row] = sum > 1e-12 * diagonal ? Math.sqrt(sum) : 0;
      else (lower[row] as Float64Array)[column] = pivot > 0 ? sum / pivot : 0;
    }
  }
  const solution = Float64Array.from(free, (row) => right[row] as number);
  for (let row = 0; row < size; row++) {
    let sum = solution[row] as number;
    for (let k = 0; k < row; k++) sum -= at(row, k) * (solution[k] as number);
    solution[row] = at(row, row) > 0 ? sum / at(row, row) : 0;
  }
  for (let row = size - 1; row >= 0; row--) {
    let sum = solution[row] as number;
    for (let k = row + 1; k < size; k++) sum -= at(k, row) * (solution[k] as number);
    solution[row] = at(row, row) > 0 ? sum / at(row, row) : 0;
  }
  return solution;
}
