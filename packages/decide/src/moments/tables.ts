/** Checks of tables of returns: one typed array an asset, all of one length. */
import { ArgumentError, requireColumns, requireNumbers } from '@noosphere/base';
import { requirePositiveSemidefinite } from './positive-semidefinite.js';
import { mostReturn } from './returns.js';

/** Number of rows; refuses columns of different lengths, and values that are not finite unless gaps are allowed. */
export function requireTable(
  operation: string,
  columns: readonly Float64Array[],
  { minimum = 2, allowGaps = false, name = 'returns' } = {},
): number {
  requireColumns(operation, name, columns);
  const first = columns[0];
  if (first === undefined)
    throw new ArgumentError(operation, `${name}: expected at least one asset, got none`);
  const rows = first.length;
  if (rows < minimum) {
    throw new ArgumentError(operation, `${name}: expected at least ${minimum} rows, got ${rows}`);
  }
  for (const [asset, column] of columns.entries()) {
    if (column.length !== rows) {
      throw new ArgumentError(
        operation,
        `${name}: asset 0 has ${rows} rows, asset ${asset} has ${column.length}; align them on one calendar`,
      );
    }
    const at = column.findIndex(
      (value) => !(Math.abs(value) < mostReturn || (allowGaps && Number.isNaN(value))),
    );
    if (at >= 0) {
      throw new ArgumentError(
        operation,
        `${name}[${asset}][${at}] must be finite, got ${column[at]}; drop the row or fill the gap`,
      );
    }
  }
  return rows;
}

/** Number of assets; refuses what no covariance can be: not square, not finite, not symmetric, or with negative variances of portfolios. */
export function requireCovariance(
  operation: string,
  covariance: readonly Float64Array[],
  names?: readonly string[],
): number {
  const size = requireSymmetric(operation, covariance);
  requirePositiveSemidefinite(operation, covariance, (asset) => names?.[asset] ?? `asset ${asset}`);
  return size;
}

/** Number of assets; refuses a matrix that is not square, not finite or not symmetric, and negative variances of assets. */
export function requireSymmetric(operation: string, covariance: readonly Float64Array[]): number {
  requireColumns(operation, 'covariance', covariance);
  const size = covariance.length;
  if (size === 0) throw new ArgumentError(operation, 'covariance: expected at least one asset, got none');
  for (const [row, values] of covariance.entries()) {
    if (values.length !== size) {
      throw new ArgumentError(
        operation,
        `covariance: expected [${size}, ${size}], got ${values.length} values in row ${row}`,
      );
    }
    for (const [column, value] of values.entries()) {
      const mirrored = covariance[column]?.[row] ?? Number.NaN;
      const isSymmetric = Math.abs(value - mirrored) <= 1e-8 * (Math.abs(value) + Math.abs(mirrored));
      if (!Number.isFinite(value) || !isSymmetric) {
        throw new ArgumentError(
          operation,
          `covariance[${row}][${column}] is ${value} and [${column}][${row}] is ${mirrored}: expected finite and equal`,
        );
      }
    }
    if ((values[row] as number) < 0) {
      throw new ArgumentError(
        operation,
        `covariance[${row}][${row}] is a variance and must not be negative, got ${values[row]}`,
      );
    }
  }
  return size;
}

/** Refuses a list of another length, or with a value that is not finite. */
export function requireList(
  operation: string,
  name: string,
  values: ArrayLike<number>,
  length: number,
): Float64Array {
  requireNumbers(operation, name, values);
  const list = Float64Array.from(values);
  if (list.length !== length) {
    throw new ArgumentError(
      operation,
      `${name}: expected ${length} values, one an asset, got ${list.length}`,
    );
  }
  const at = list.findIndex((value) => !Number.isFinite(value));
  if (at >= 0) throw new ArgumentError(operation, `${name}[${at}] must be finite, got ${list[at]}`);
  return list;
}
