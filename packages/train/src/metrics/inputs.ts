/** What metrics take: columns of numbers, columns of labels, tables of scores. Everything is checked and float64 here. */
import { ArgumentError, hostData, isHostTensor, type Tensor, toNumbers } from '@noosphere/core';

/** A column of numbers: an array, a typed array, or a tensor with data of shape [n] or [n, 1]. */
export type Values = ArrayLike<number | bigint | boolean> | Tensor;
/** A class: a number (`true` is 1, `false` is 0) or a text. */
export type Label = number | string;
/** A column of classes: an array of numbers, booleans or texts, or a tensor with data of shape [n] or [n, 1]. */
export type Labels = ArrayLike<number | bigint | boolean | string> | Tensor;
/** A table of numbers: one array a row, or a tensor with data of shape [n, k]. */
export type Rows = readonly ArrayLike<number>[] | Tensor;

export interface WeightOptions {
  /** How much each row counts, not negative. @default every row counts 1 */
  readonly weights?: Values | undefined;
}

/** Finite numbers in float64. */
export function readValues(operation: string, name: string, values: Values): Float64Array {
  const read = Float64Array.from(columnOf(operation, name, values), Number);
  const wrong = read.findIndex((value) => !Number.isFinite(value));
  if (wrong >= 0) {
    throw new ArgumentError(
      operation,
      `${name}[${wrong}] must be a finite number, got ${read[wrong]}; leave such rows out or fill them first`,
    );
  }
  return read;
}

/** Labels with booleans and bigints as numbers. */
export function readLabels(operation: string, name: string, labels: Labels): Label[] {
  return Array.from(columnOf(operation, name, labels), (label, row) => {
    if (typeof label === 'string') return label;
    const number = Number(label);
    if (Number.isFinite(number)) return number;
    throw new ArgumentError(
      operation,
      `${name}[${row}] must be a text or a finite number, got ${String(label)}; leave such rows out`,
    );
  });
}

/** Two columns of numbers and the weights, equally long, at least one row. */
export function readPair(
  operation: string,
  actual: Values,
  predicted: Values,
  { weights }: WeightOptions = {},
): { actual: Float64Array; predicted: Float64Array; weights: Float64Array | undefined } {
  const left = readValues(operation, 'actual', actual);
  const right = readValues(operation, 'predicted', predicted);
  requireRows(operation, 'actual', left.length, 'predicted', right.length);
  return { actual: left, predicted: right, weights: readWeights(operation, weights, left.length) };
}

/** Weights of so many rows, or `undefined` where all count 1. */
export function readWeights(
  operation: string,
  weights: Values | undefined,
  rows: number,
): Float64Array | undefined {
  if (weights === undefined) return undefined;
  const read = readValues(operation, 'weights', weights);
  requireRows(operation, 'actual', rows, 'weights', read.length);
  const negative = read.findIndex((weight) => weight < 0);
  if (negative >= 0) {
    throw new ArgumentError(operation, `weights[${negative}] must not be negative, got ${read[negative]}`);
  }
  if (!read.some((weight) => weight > 0))
    throw new ArgumentError(operation, 'all weights are 0; give some row a weight, or leave weights out');
  return read;
}

/** Throws where weights are given to a metric that has no weighted form. */
export function requireNoWeights(operation: string, { weights }: WeightOptions = {}): void {
  if (weights !== undefined)
    throw new ArgumentError(operation, 'takes no weights; leave them out, or choose a metric that is a mean');
}

/** The rows of a table in float64; `columns` is what each must have, free rows differ in length. */
export function readRows(
  operation: string,
  name: string,
  table: Rows,
  columns: 'equal' | 'free',
): Float64Array[] {
  const rows = isTensor(table) ? tensorRows(operation, name, table) : Array.from(table);
  const read = rows.map((row, index) => {
    if (typeof row !== 'object' || row === null || typeof row.length !== 'number')
      throw new ArgumentError(operation, `${name}[${index}] must be a row of numbers, got ${String(row)}`);
    return readValues(operation, `${name}[${index}]`, row);
  });
  const width = read[0]?.length ?? 0;
  const odd = columns === 'equal' ? read.findIndex((row) => row.length !== width) : -1;
  if (odd >= 0) {
    throw new ArgumentError(
      operation,
      `${name}[${odd}] has ${read[odd]?.length} columns, expected ${width} as in ${name}[0]`,
    );
  }
  return read;
}

/** Throws unless two columns are equally long and not empty. */
export function requireRows(
  operation: string,
  name: string,
  count: number,
  otherName: string,
  otherCount: number,
): void {
  if (count !== otherCount) {
    throw new ArgumentError(
      operation,
      `${name} has ${count} rows, but ${otherName} has ${otherCount}; they must be the same`,
    );
  }
  if (count === 0)
    throw new ArgumentError(operation, `${name} has no rows, expected at least one; check the split`);
}

function isTensor(value: object): value is Tensor {
  return 'dtype' in value && 'shape' in value && 'origin' in value;
}

function columnOf(
  operation: string,
  name: string,
  column: Labels,
): ArrayLike<number | bigint | boolean | string> {
  if (typeof column !== 'object' || column === null) {
    throw new ArgumentError(operation, `${name} must be an array or a tensor, got ${String(column)}`);
  }
  if (!isTensor(column)) return column;
  const shape = shapeOf(operation, name, column);
  if (shape.length === 1 || (shape.length === 2 && shape[1] === 1))
    return toNumbers(column.dtype, hostData(column));
  throw new ArgumentError(
    operation,
    `${name} must have shape [n] or [n, 1], got [${shape.join(', ')}]; give one column at a time`,
  );
}

function tensorRows(operation: string, name: string, table: Tensor): ArrayLike<number>[] {
  const [count = 0, width = 0, ...more] = shapeOf(operation, name, table);
  if (table.shape.length !== 2 || more.length > 0)
    throw new ArgumentError(operation, `${name} must have shape [n, k], got [${table.shape.join(', ')}]`);
  const numbers = Float64Array.from(toNumbers(table.dtype, hostData(table)), Number);
  return Array.from({ length: count }, (_, row) => numbers.subarray(row * width, (row + 1) * width));
}

function shapeOf(operation: string, name: string, tensor: Tensor): readonly number[] {
  if (isHostTensor(tensor)) return tensor.shape;
  throw new ArgumentError(
    operation,
    `${name} is a tensor that is not computed yet; await ${name}.data() first`,
  );
}
