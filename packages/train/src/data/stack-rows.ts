/** Rows with named fields become batches of tensors. */
import { requireList, requireObject } from '@noosphere/base';
import { ArgumentError, fromData, type HostTensor, hostData } from '@noosphere/core';
import { bytesOf, createData } from '@noosphere/core/operators';

/** A field of a row: a number, a flat list of numbers, or a tensor with data. */
export type Field = number | boolean | ArrayLike<number> | HostTensor;

/**
 * Stacks rows: field by field, the first axis counts the rows.
 *
 * Numbers become float32 [n], booleans bool [n], lists float32 [n, k], tensors of one dtype and shape [n, …shape]. Throws
 * where rows differ in fields, kinds or shapes; `padSequences` makes sequences equally long.
 * @example
 * const { x, y } = stackRows([{ x: [1, 2], y: 0 }, { x: [3, 4], y: 1 }]);
 * console.log(await x.array(), await y.array()); // → [ [ 1, 2 ], [ 3, 4 ] ] [ 0, 1 ]
 */
export function stackRows<Name extends string>(
  rows: readonly Readonly<Record<Name, Field>>[],
): Record<Name, HostTensor> {
  requireList('stackRows', 'rows', rows);
  for (const row of rows) requireObject('stackRows', 'a row', row, '{ x: [1, 2], y: 0 }');
  const [first] = rows;
  if (!first) throw new ArgumentError('stackRows', 'expects at least one row, got none');
  const names = Object.keys(first) as Name[];
  const odd = rows.findIndex((row) => Object.keys(row).sort().join() !== [...names].sort().join());
  if (odd >= 0) {
    const got = Object.keys(rows[odd] ?? {}).join(', ');
    throw new ArgumentError('stackRows', `row ${odd} has the fields ${got}, expected ${names.join(', ')}`);
  }
  const entries = names.map((name) => [
    name,
    stackField(
      name,
      rows.map((row) => asTensor(row[name])),
    ),
  ]);
  return Object.fromEntries(entries);
}

function asTensor(field: Field): HostTensor {
  if (typeof field === 'number') return fromData('float32', [], Float32Array.of(field));
  if (typeof field === 'boolean') return fromData('bool', [], Uint8Array.of(Number(field)));
  return 'dtype' in field ? field : fromData('float32', [field.length], Float32Array.from(field));
}

function stackField(name: string, tensors: readonly HostTensor[]): HostTensor {
  const [first] = tensors;
  if (!first) throw new ArgumentError('stackRows', 'expects at least one row, got none');
  const data = createData(first.dtype, first.size * tensors.length);
  const bytes = bytesOf(data);
  for (const [row, tensor] of tensors.entries()) {
    if (tensor.dtype !== first.dtype || String(tensor.shape) !== String(first.shape)) {
      throw new ArgumentError(
        'stackRows',
        `field '${name}' is ${tensor} in row ${row}, but ${first} in row 0; make them equal, sequences by padSequences`,
      );
    }
    bytes.set(bytesOf(hostData(tensor)), row * first.byteLength);
  }
  return fromData(first.dtype, [tensors.length, ...first.shape], data);
}
