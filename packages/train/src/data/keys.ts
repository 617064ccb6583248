/** Columns of classes, groups and times that rows are split by. */
import { ArgumentError, type HostTensor, hostData, toNumbers } from '@noosphere/core';

/** A column of numbers or texts, or a tensor [n]. */
export type Keys = ArrayLike<number | string | bigint | boolean> | HostTensor;

/** The distinct keys, and the place of each row's key among them. */
export interface EncodedKeys {
  readonly codes: Uint32Array;
  readonly names: readonly (number | string | bigint | boolean)[];
}

/** Numbers the distinct keys, in the order they occur or sorted. */
export function encodeKeys(
  operation: string,
  name: string,
  keys: Keys,
  order: 'occurrence' | 'sorted' = 'occurrence',
): EncodedKeys {
  const column = columnOf(operation, name, keys);
  const distinct = [...new Set(Array.from(column))];
  const empty = distinct.find((key) => key === undefined || key === null || Number.isNaN(key));
  if (empty !== undefined || column.length === 0 || distinct.includes(undefined as never)) {
    const what =
      column.length === 0 ? 'it has no rows' : `row ${Array.from(column).indexOf(empty as never)} has none`;
    throw new ArgumentError(operation, `${name} must give every row a number or a text, but ${what}`);
  }
  if (order === 'sorted') distinct.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  const codeOf = new Map(distinct.map((key, code) => [key, code]));
  return { codes: Uint32Array.from(column, (key) => codeOf.get(key) ?? 0), names: distinct };
}

function columnOf(
  operation: string,
  name: string,
  keys: Keys,
): ArrayLike<number | string | bigint | boolean> {
  if (typeof keys !== 'object' || keys === null)
    throw new ArgumentError(
      operation,
      `${name} must be an array or a tensor of shape [n], got ${String(keys)}`,
    );
  if (!('shape' in keys)) return keys;
  if (keys.shape.length === 1) return toNumbers(keys.dtype, hostData(keys));
  throw new ArgumentError(operation, `${name} must have shape [n], got [${keys.shape.join(', ')}]`);
}
