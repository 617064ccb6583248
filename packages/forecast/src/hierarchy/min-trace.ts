/**
 * The coherent forecasts with the least trace of their error covariance: Wickramasuriya, Athanasopoulos & Hyndman 2019.
 * With U' = [I, -A] (A sums bottom series to aggregates), reconciled = ŷ - W U (U' W U)⁻¹ U' ŷ, so what is solved has the
 * size of the sums, not of the series.
 */
import { dot } from '@noosphere/base';
import { ArgumentError } from '@noosphere/core';
import { cholesky, choleskySolve } from '@noosphere/statistics';
import { nonNegativeQuadratic } from '../least-squares/non-negative.js';
import type { Hierarchy } from './hierarchy.js';

/** Covariance of the base errors: a diagonal, or whole rows. */
export type ErrorCovariance =
  | { readonly diagonal: Float64Array }
  | { readonly rows: readonly Float64Array[] };

/** Bottom forecasts [bottom][step] from base forecasts [row][step]. */
export function minTrace(
  hierarchy: Hierarchy,
  base: readonly Float64Array[],
  covariance: ErrorCovariance,
): Float64Array[] {
  const { parts, bottomCount } = hierarchy;
  const sumCount = parts.length - bottomCount;
  const transposed = timesU(hierarchy, covariance);
  const system = Array.from({ length: sumCount }, (_, row) =>
    Float64Array.from({ length: sumCount }, (_, column) =>
      dotU(hierarchy, column, transposed[row] as Float64Array),
    ),
  );
  const factor = cholesky(system);
  if (!factor) refuse();
  const horizon = base[0]?.length ?? 0;
  const bottom = base.slice(sumCount).map((values) => values.slice());
  for (let step = 0; step < horizon; step++) {
    const column = Float64Array.from(base, (values) => values[step] as number);
    const gaps = Float64Array.from({ length: sumCount }, (_, row) => dotU(hierarchy, row, column));
    const shares = choleskySolve(factor, gaps);
    bottom.forEach((values, place) => {
      let change = 0;
      for (let row = 0; row < sumCount; row++)
        change += (shares[row] as number) * ((transposed[row] as Float64Array)[sumCount + place] as number);
      values[step] = (values[step] as number) - change;
    });
  }
  return bottom;
}

/** W U, one row a sum: W times that column of U. */
function timesU({ parts, bottomCount }: Hierarchy, covariance: ErrorCovariance): Float64Array[] {
  const sumCount = parts.length - bottomCount;
  return parts.slice(0, sumCount).map((places, row) => {
    const product = new Float64Array(parts.length);
    const add = (source: number, sign: number) => {
      if ('diagonal' in covariance) {
        product[source] = (product[source] as number) + sign * (covariance.diagonal[source] as number);
        return;
      }
      const line = covariance.rows[source] as Float64Array;
      for (let k = 0; k < line.length; k++) product[k] = (product[k] as number) + sign * (line[k] as number);
    };
    add(row, 1);
    for (const place of places) add(sumCount + place, -1);
    return product;
  });
}

/** One row of U' times a column: a sum, less its parts. */
function dotU({ parts, bottomCount }: Hierarchy, row: number, column: Float64Array): number {
  const sumCount = parts.length - bottomCount;
  let result = column[row] as number;
  for (const place of parts[row] as Uint32Array) result -= column[sumCount + place] as number;
  return result;
}

/**
 * The same among bottom forecasts that are not below zero: where some would be, min (S b - ŷ)' W⁻¹ (S b - ŷ), b ≥ 0, base
 * forecasts below zero counting as zero; steps without any are as they were.
 */
export function nonNegativeMinTrace(
  hierarchy: Hierarchy,
  base: readonly Float64Array[],
  covariance: ErrorCovariance,
): Float64Array[] {
  const { parts, bottomCount } = hierarchy;
  const free = minTrace(hierarchy, base, covariance);
  const isNegative = (step: number) => free.some((values) => (values[step] as number) < 0);
  const horizon = base[0]?.length ?? 0;
  const steps = Array.from({ length: horizon }, (_, step) => step).filter(isNegative);
  if (steps.length === 0) return free;
  const inverted = inverseTimes(covariance);
  const summing = Array.from({ length: bottomCount }, (_, place) =>
    Float64Array.from(parts, (places) => Number(places.includes(place))),
  );
  const weighted = summing.map(inverted);
  const gram = weighted.map((column) => Float64Array.from(summing, (other) => dot(column, other)));
  const bottom = free.map((values) => values.slice());
  for (const step of steps) {
    const column = Float64Array.from(base, (values) => Math.max(0, values[step] as number));
    const right = Float64Array.from(weighted, (weights) => dot(weights, column));
    nonNegativeQuadratic(gram, right, column.slice(-bottomCount)).forEach((value, place) => {
      (bottom[place] as Float64Array)[step] = value;
    });
  }
  return bottom;
}

function inverseTimes(covariance: ErrorCovariance): (column: Float64Array) => Float64Array {
  const variances =
    'diagonal' in covariance
      ? covariance.diagonal
      : Float64Array.from(covariance.rows, (line, row) => line[row] as number);
  // Smaller ones would leave their inverses no digits beside the others.
  const least = 1e-8 * variances.reduce((most, variance) => Math.max(most, variance), 0);
  if ('diagonal' in covariance)
    return (column) =>
      column.map((value, row) => value / Math.max(covariance.diagonal[row] as number, least));
  const factor = cholesky(
    covariance.rows.map((line, row) =>
      line.map((value, column) => (column === row ? Math.max(value, least) : value)),
    ),
  );
  if (!factor) refuse();
  return (column) => choleskySolve(factor, column);
}

function refuse(): never {
  throw new ArgumentError(
    'reconcile',
    'the covariance of the residuals cannot be inverted: fewer rows than series, or series without errors; use wlsVar, wlsStruct or ols',
  );
}
