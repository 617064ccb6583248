/** Rows of plain values to tensors with a batch in front, checked against a model's inputs, and results back to rows. */
import { ArgumentError, type DType, formatShape, fromData, type HostTensor, hostData } from '@noosphere/core';
import type { RowInput } from './manifest.js';

/** A value of a row: a number or flag, arrays of them at any depth, or the flat data of a tensor. */
export type RowValue = number | boolean | readonly RowValue[] | Float32Array | Int32Array;
/** The inputs of one prediction by name. */
export type Row = Readonly<Record<string, RowValue>>;

/** The numbers of one row, checked: one flat list for each input, in the inputs' order. */
export type RowNumbers = readonly (readonly number[])[];

/** Reads rows of plain values. Throws with the row and the input where a value does not fit. */
export function readRows(
  rows: readonly Row[],
  inputs: Readonly<Record<string, RowInput>>,
): readonly RowNumbers[] {
  return rows.map((row, index) => {
    requireFields(row, index, inputs);
    return Object.entries(inputs).map(([name, input]) => {
      const place = `row ${index}: '${name}'`;
      const value = row[name];
      if (value === undefined)
        throw new ArgumentError('predict', `${place} is missing; every row must give it`);
      const numbers = flatten(value, input.shape, place);
      for (const each of numbers) checkRange(each, input, place);
      return numbers;
    });
  });
}

function requireFields(row: Row, index: number, inputs: Readonly<Record<string, RowInput>>): void {
  const given: unknown = row;
  if (typeof given !== 'object' || given === null)
    throw new ArgumentError(
      'predict',
      `row ${index} must be an object with ${Object.keys(inputs).join(', ')}, got ${String(given)}`,
    );
  const odd = Object.keys(row).find((name) => !(name in inputs));
  if (odd !== undefined)
    throw new ArgumentError(
      'predict',
      `row ${index} has '${odd}', which the model does not take; it takes ${Object.keys(inputs).join(', ')}`,
    );
}

/** Rows side by side: for each input a tensor with the rows in front. */
export function stackNumbers(
  rows: readonly RowNumbers[],
  inputs: Readonly<Record<string, RowInput>>,
): Record<string, HostTensor> {
  return Object.fromEntries(
    Object.entries(inputs).map(([name, { dtype, shape }], place) => {
      const size = shape.reduce((product, dim) => product * dim, 1);
      const data = storage(dtype, rows.length * size);
      rows.forEach((row, index) => {
        data.set(row[place] as readonly number[], index * size);
      });
      return [name, fromData(dtype, [rows.length, ...shape], data as never) as HostTensor];
    }),
  );
}

function storage(dtype: RowInput['dtype'], length: number): Float32Array | Int32Array | Uint8Array {
  if (dtype === 'float32') return new Float32Array(length);
  return dtype === 'int32' ? new Int32Array(length) : new Uint8Array(length);
}

function flatten(value: RowValue, shape: readonly number[], place: string): number[] {
  if (ArrayBuffer.isView(value)) {
    const size = shape.reduce((product, dim) => product * dim, 1);
    if (value.length !== size)
      throw new ArgumentError(
        'predict',
        `${place} must hold ${size} values ${formatShape(shape)}, got ${value.length}`,
      );
    return Array.from(value as Float32Array);
  }
  const [length, ...rest] = shape;
  if (length === undefined) {
    if (typeof value === 'number' || typeof value === 'boolean') return [Number(value)];
    throw new ArgumentError('predict', `${place} must be a number, got ${describe(value)}`);
  }
  if (!Array.isArray(value) || value.length !== length)
    throw new ArgumentError(
      'predict',
      `${place} must have the shape ${formatShape(shape)}, got ${describe(value)}`,
    );
  return value.flatMap((part: RowValue) => flatten(part, rest, place));
}

function describe(value: unknown): string {
  if (Array.isArray(value)) return `an array of ${value.length}`;
  return value === null
    ? 'null'
    : typeof value === 'object'
      ? 'an object'
      : `${typeof value} ${String(value)}`;
}

function checkRange(value: number, { dtype, minimum, maximum }: RowInput, place: string): void {
  if (!Number.isFinite(value))
    throw new ArgumentError(
      'predict',
      `${place} must hold finite numbers, got ${value}; fill or leave out what is missing`,
    );
  if (dtype === 'int32' && !Number.isInteger(value))
    throw new ArgumentError('predict', `${place} must hold whole numbers, got ${value}`);
  if ((minimum !== undefined && value < minimum) || (maximum !== undefined && value > maximum))
    throw new ArgumentError(
      'predict',
      `${place} must lie in [${minimum ?? '-∞'}, ${maximum ?? '∞'}], got ${value}`,
    );
}

/** A result of one row: a number, or arrays in the shape of the output. */
export type PredictedValue = number | readonly PredictedValue[];
export type Prediction = Readonly<Record<string, PredictedValue>>;

/** The results of each row by output; the first axis of every output is the batch. */
export function tensorsToRows(
  outputs: Readonly<Record<string, HostTensor<DType>>>,
  count: number,
): Prediction[] {
  for (const [name, { shape }] of Object.entries(outputs)) {
    if (shape[0] !== count)
      throw new ArgumentError(
        'predict',
        `the output '${name}' has the shape ${formatShape(shape)} for ${count} rows; its first axis must be the batch`,
      );
  }
  const columns = Object.entries(outputs).map(([name, tensor]) => {
    const shape = tensor.shape.slice(1) as number[];
    const size = shape.reduce((product, dim) => product * dim, 1);
    const data = Array.from(hostData(tensor) as ArrayLike<number | bigint>, Number);
    return (row: number) => [name, nest(data.slice(row * size, (row + 1) * size), shape)] as const;
  });
  return Array.from({ length: count }, (_, row) => Object.fromEntries(columns.map((column) => column(row))));
}

function nest(data: readonly number[], [length, ...rest]: readonly number[]): PredictedValue {
  if (length === undefined) return data[0] as number;
  const size = data.length / Math.max(1, length);
  return Array.from({ length }, (_, index) => nest(data.slice(index * size, (index + 1) * size), rest));
}
