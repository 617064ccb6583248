/** Rows of plain values to tensors with a batch in front, checked against a model's inputs, and results back to rows. */
import {
  type AnyData,
  ArgumentError,
  type DType,
  formatShape,
  fromData,
  fromNumbers,
  type HostTensor,
  hostData,
  isFloat,
  toNumbers,
} from '@noosphere/core';
import { createData } from '@noosphere/core/operators';
import type { RowInput, RowInputs } from './manifest.js';

/**
 * A value of a row: a number, big integer or flag, arrays of them at any depth, or the flat elements of an input in a typed array.
 * Text is for models with processing in front, and null for a value that may be missing.
 */
export type RowValue =
  | number
  | bigint
  | boolean
  | string
  | null
  | readonly RowValue[]
  | Exclude<ArrayBufferView & ArrayLike<number | bigint>, DataView>;
/** The inputs of one prediction by name. */
export type Row = Readonly<Record<string, RowValue>>;

/** One row, checked: a tensor for each input, in the inputs' order. */
export type RowTensors = readonly HostTensor[];

/** Reads a row of plain values. Throws with the row and the input where a value does not fit. */
export function readRow(row: Row, index: number, inputs: RowInputs): RowTensors {
  const given: unknown = row;
  const known = Object.keys(inputs).join(', ');
  if (typeof given !== 'object' || given === null)
    throw new ArgumentError(
      'predict',
      `row ${index} must be an object with ${known}, got ${describe(given)}; the model takes ${known}`,
    );
  const odd = Object.keys(row).find((name) => !Object.hasOwn(inputs, name));
  if (odd !== undefined)
    throw new ArgumentError(
      'predict',
      `row ${index} has '${odd}', which the model does not take; it takes ${known}`,
    );
  const sizes = new Map<string, number>();
  return Object.entries(inputs).map(([name, input]) => {
    const place = `row ${index}: '${name}'`;
    const value = row[name];
    if (value === undefined)
      throw new ArgumentError('predict', `${place} is missing; every row must give it`);
    return readValue(value, input, sizes, place);
  });
}

/** @param sizes Of the row's named dimensions, as far as they are known. */
function readValue(value: RowValue, input: RowInput, sizes: Map<string, number>, place: string): HostTensor {
  const refuse = (message: string): never => {
    throw new ArgumentError('predict', `${place} ${message}`);
  };
  const elements: (number | bigint)[] = [];
  const sizeOf = (dim: number | string, found: number): number => {
    const size = typeof dim === 'number' ? dim : (sizes.get(dim) ?? found);
    if (typeof dim === 'string') sizes.set(dim, size);
    return size;
  };
  const flatten = (part: RowValue, axis: number): void => {
    const dim = input.shape[axis];
    if (dim === undefined) {
      const isNumber = ['number', 'bigint', 'boolean'].includes(typeof part);
      if (!isNumber && !(part === null && input.mayBeMissing))
        refuse(`must be a number, got ${describe(part)}`);
      elements.push(elementOf(part as number | bigint | boolean | null, input, refuse));
      return;
    }
    const isList = Array.isArray(part);
    if (!isList || part.length !== sizeOf(dim, part.length)) {
      const why = isList && typeof dim === 'string' ? ` with ${dim} = ${sizes.get(dim)} in this row` : '';
      refuse(`must have the shape ${formatShape(input.shape)}${why}, got ${describe(part)}`);
    }
    for (const each of part as readonly RowValue[]) flatten(each, axis + 1);
  };
  if (ArrayBuffer.isView(value)) readFlat(value as ArrayLike<number | bigint>);
  else flatten(value, 0);
  const shape = input.shape.map((dim) => (typeof dim === 'number' ? dim : (sizes.get(dim) ?? 0)));
  return fromNumbers(input.dtype, shape, elements as number[]) as HostTensor;

  function readFlat(flat: ArrayLike<number | bigint>): void {
    const open = input.shape.filter((dim) => typeof dim === 'string' && !sizes.has(dim));
    const sizesKnown = input.shape.map((dim) => (typeof dim === 'number' ? dim : (sizes.get(dim) ?? 1)));
    const known = sizesKnown.reduce((product, size) => product * size, 1);
    const [name] = open;
    if (typeof name === 'string' && open.length === 1 && flat.length % known === 0)
      sizes.set(name, flat.length / known);
    else if (open.length > 0)
      refuse(`${formatShape(input.shape)} does not follow from ${flat.length} values; give nested arrays`);
    else if (flat.length !== known)
      refuse(`must hold ${known} values ${formatShape(input.shape)}, got ${flat.length}`);
    for (let index = 0; index < flat.length; index++)
      elements.push(elementOf(flat[index] as number, input, refuse));
  }
}

/** Integers' first and last; flags count as 0 and 1. */
const ranges: { readonly [D in DType]?: readonly [bigint, bigint] } = {
  bool: [0n, 1n],
  ...Object.fromEntries(
    [8n, 16n, 32n, 64n].flatMap((bits) => [
      [`int${bits}`, [-(2n ** (bits - 1n)), 2n ** (bits - 1n) - 1n]],
      [`uint${bits}`, [0n, 2n ** bits - 1n]],
    ]),
  ),
};
/** The first and last value of an integer type; `undefined` for floats. */
export const integerRange = (dtype: DType): readonly [bigint, bigint] | undefined => ranges[dtype];
const greatest = { float16: 65_504, float32: 3.402_823_466_385_288_6e38, float64: Number.MAX_VALUE } as const;

function elementOf(
  given: number | bigint | boolean | null,
  { dtype, minimum = -Infinity, maximum = Infinity, mayBeMissing }: RowInput,
  refuse: (message: string) => never,
): number | bigint {
  const value = typeof given === 'boolean' ? Number(given) : (given ?? Number.NaN);
  if (mayBeMissing && Number.isNaN(value)) return Number.NaN;
  if (typeof value === 'number' && !Number.isFinite(value))
    refuse(`must hold finite numbers, got ${value}; fill or leave out what is missing`);
  const range = ranges[dtype];
  if (range && typeof value === 'number' && !Number.isInteger(value))
    refuse(`must hold whole numbers, got ${value}`);
  const wide = dtype === 'int64' || dtype === 'uint64';
  if (wide && typeof value === 'number' && !Number.isSafeInteger(value))
    refuse(`holds ${value}, which a number may not hold exactly; give a bigint`);
  const [least, most] = range ?? (isFloat(dtype) ? [-greatest[dtype], greatest[dtype]] : [0, 0]);
  if (value < least || value > most) refuse(`holds ${value}, outside ${dtype}: [${least}, ${most}]`);
  if (value < minimum || value > maximum)
    refuse(`must lie in [${minimum}, ${maximum}], got ${value}`.replaceAll('Infinity', '∞'));
  return wide ? value : Number(value);
}

/** Rows of one shape side by side: for each input a tensor with the rows in front. */
export function stackRows(rows: readonly RowTensors[]): HostTensor[] {
  const [first = []] = rows;
  return first.map(({ dtype, shape, size }, place) => {
    const data: AnyData = createData(dtype, rows.length * Number(size));
    rows.forEach((row, index) => {
      data.set(hostData(row[place] as HostTensor) as never, index * Number(size));
    });
    return fromData(dtype, [rows.length, ...(shape as number[])], data as never) as HostTensor;
  });
}

/** A result of one row: a number or flag, or arrays in the shape of the output; or what processing makes of it. */
export type PredictedValue =
  | number
  | bigint
  | boolean
  | string
  | null
  | readonly PredictedValue[]
  | { readonly [name: string]: PredictedValue };
export type Prediction = Readonly<Record<string, PredictedValue>>;

/** The results of each row by output; the first axis of every output is the batch. 64-bit integers are numbers where these are exact. */
export function tensorsToRows(outputs: Readonly<Record<string, HostTensor>>, count: number): Prediction[] {
  const columns = Object.entries(outputs).map(([name, tensor]) => {
    const { shape, dtype } = tensor;
    if (shape[0] !== count)
      throw new ArgumentError(
        'predict',
        `the output '${name}' has the shape ${formatShape(shape)} for ${count} rows; its first axis must be the batch`,
      );
    const inner = shape.slice(1) as number[];
    const size = inner.reduce((product, dim) => product * dim, 1);
    const raw = hostData(tensor) as AnyData;
    const data =
      raw instanceof BigInt64Array || raw instanceof BigUint64Array
        ? Array.from(raw, (each) => (Number.isSafeInteger(Number(each)) ? Number(each) : each))
        : Array.from(toNumbers(dtype, raw));
    return (row: number) => [name, nest(data.slice(row * size, (row + 1) * size), inner)] as const;
  });
  return Array.from({ length: count }, (_, row) => Object.fromEntries(columns.map((column) => column(row))));
}

function nest(data: readonly (number | bigint | boolean)[], shape: readonly number[]): PredictedValue {
  const [length, ...rest] = shape;
  if (length === undefined) return data[0] as number;
  const size = data.length / Math.max(1, length);
  return Array.from({ length }, (_, index) => nest(data.slice(index * size, (index + 1) * size), rest));
}

function describe(value: unknown): string {
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (typeof value === 'object') return value === null ? 'null' : 'an object';
  return value === undefined ? 'undefined' : `${typeof value} ${String(value)}`;
}
