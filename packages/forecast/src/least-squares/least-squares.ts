/** Linear least squares in double precision, by Householder reflections. */
import { dot, requireNumbers } from '@noosphere/base';
import { ArgumentError } from '@noosphere/core';

/** A plane: y ≈ intercept + Σ weight · x. */
export interface LinearFit {
  readonly weights: Float64Array;
  readonly intercept: number;
}

/**
 * The plane with the least squared error. A column that says nothing new beside those before it gets weight 0.
 * Shapes: x [N, I] row-major, y [N].
 * @param tolerance How little of a column may be new, as a share of its length.
 * @example
 * const { weights, intercept } = leastSquares(Float64Array.of(0, 1, 2), Float64Array.of(1, 3, 5));
 * console.log(weights[0]?.toFixed(3), intercept.toFixed(3)); // → 2.000 1.000
 */
export function leastSquares(x: ArrayLike<number>, y: ArrayLike<number>, tolerance = 1e-12): LinearFit {
  requireNumbers('leastSquares', 'x', x);
  requireNumbers('leastSquares', 'y', y);
  const rows = y.length;
  const inputs = x.length / rows;
  if (!Number.isInteger(inputs) || rows <= inputs) {
    throw new ArgumentError(
      'leastSquares',
      `expects more rows than columns, and whole rows, got ${x.length} inputs for ${rows} targets`,
    );
  }
  // Columns of [1, x], one after the other; centring is done by the constant column.
  const columns = Array.from({ length: inputs + 1 }, (_, column) =>
    Float64Array.from({ length: rows }, (_row, row) =>
      column === 0 ? 1 : (x[row * inputs + column - 1] ?? Number.NaN),
    ),
  );
  const target = Float64Array.from(y);
  const lengths = columns.map((column) => Math.sqrt(dot(column, column)));
  const diagonal = columns.map((column, step) => reflect(column, step, [...columns.slice(step + 1), target]));
  const solution = new Float64Array(inputs + 1);
  for (let step = inputs; step >= 0; step--) {
    let rest = target[step] ?? Number.NaN;
    for (let later = step + 1; later <= inputs; later++) {
      rest -= (columns[later]?.[step] ?? Number.NaN) * (solution[later] ?? Number.NaN);
    }
    const pivot = diagonal[step] ?? 0;
    solution[step] = Math.abs(pivot) > tolerance * (lengths[step] ?? 0) ? rest / pivot : 0;
  }
  return { weights: solution.slice(1), intercept: solution[0] ?? Number.NaN };
}

/** Reflects so that `column` is zero below `step`; returns what stands at `step`. */
function reflect(column: Float64Array, step: number, others: readonly Float64Array[]): number {
  const below = column.subarray(step);
  const norm = Math.sqrt(dot(below, below));
  if (norm === 0) return 0;
  const pivot = (below[0] ?? 0) > 0 ? -norm : norm;
  const normal = Float64Array.from(below);
  normal[0] = (normal[0] ?? 0) - pivot;
  const scale = 2 / dot(normal, normal);
  for (const other of others) {
    const tail = other.subarray(step);
    const factor = scale * dot(normal, tail);
    for (let row = 0; row < tail.length; row++) tail[row] = (tail[row] ?? 0) - factor * (normal[row] ?? 0);
  }
  return pivot;
}
