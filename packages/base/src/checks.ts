/** Arguments, refused by name before anything is computed from them. */
import { ArgumentError } from './errors/index.js';

/**
 * A whole number from `least` on, up to `most` where that is given.
 * @throws {@link ArgumentError}
 * @example
 * requireWhole('movingAverage', 'window', 3); // nothing happens
 * try {
 *   requireWhole('movingAverage', 'window', 0);
 * } catch (error) {
 *   console.log(String(error)); // → ArgumentError: movingAverage: window must be a whole number from 1, got 0
 * }
 */
export function requireWhole(operation: string, name: string, value: number, least = 1, most?: number): void {
  if (Number.isSafeInteger(value) && value >= least && value <= (most ?? value)) return;
  const range = most === undefined ? `from ${least}` : `from ${least} to ${most}`;
  throw new ArgumentError(operation, `${name} must be a whole number ${range}, got ${String(value)}`);
}

/** A number that is neither infinite nor NaN. */
export function requireNumber(operation: string, name: string, value: number): void {
  if (!Number.isFinite(value)) throw new ArgumentError(operation, `${name} must be finite, got ${value}`);
}

/** A finite number above 0. */
export function requirePositive(operation: string, name: string, value: number): void {
  if (!(value > 0 && Number.isFinite(value)))
    throw new ArgumentError(operation, `${name} must be above 0 and finite, got ${value}`);
}

/** A finite number from 0 on. */
export function requireFromZero(operation: string, name: string, value: number): void {
  if (!(value >= 0 && Number.isFinite(value)))
    throw new ArgumentError(operation, `${name} must be a finite number from 0, got ${value}`);
}

/** A number in [0, 1), such as a rate of dropout or the decay of a mean. */
export function requireRate(operation: string, name: string, value: number): void {
  if (!(value >= 0 && value < 1))
    throw new ArgumentError(operation, `${name} must lie in [0, 1), got ${value}`);
}

/** A number in (0, 1), such as a confidence of 0.95. */
export function requireShare(operation: string, name: string, value: number): void {
  if (!(value > 0 && value < 1))
    throw new ArgumentError(operation, `${name} lies between 0 and 1, such as 0.95, got ${value}`);
}

/** Values that are all finite; the first that is not is named by its place. */
export function requireFinite(operation: string, name: string, values: ArrayLike<number>): void {
  for (let place = 0; place < values.length; place++) {
    if (!Number.isFinite(values[place]))
      throw new ArgumentError(operation, `${name}[${place}] must be finite, got ${values[place]}`);
  }
}

/** Enough values, and all of them numbers. */
export function requireValues(operation: string, name: string, values: Float64Array, minimum: number): void {
  requireNumbers(operation, name, values);
  if (values.length < minimum)
    throw new ArgumentError(operation, `${name} needs at least ${minimum} values, got ${values.length}`);
  const bad = values.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0)
    throw new ArgumentError(
      operation,
      `value ${bad} of ${name} is ${values[bad]}; fill gaps or leave them out`,
    );
}

/** A function, such as one to compile. */
export function requireFunction(operation: string, name: string, value: unknown): void {
  if (typeof value !== 'function')
    throw new ArgumentError(operation, `${name} must be a function, got ${kindOf(value)}`);
}

/** A list of numbers, such as axes or sizes. */
export function requireList(operation: string, name: string, value: unknown): void {
  if (!Array.isArray(value))
    throw new ArgumentError(operation, `${name} must be an array such as [0, 1], got ${kindOf(value)}`);
}

/** Numbers in a row: an array or a typed one. */
export function requireNumbers(operation: string, name: string, value: unknown): void {
  if (!Array.isArray(value) && !(ArrayBuffer.isView(value) && 'length' in value))
    throw new ArgumentError(
      operation,
      `${name} must be numbers, in an array or a Float64Array, got ${kindOf(value)}`,
    );
}

/** Lists of numbers, such as one for each asset. */
export function requireColumns(operation: string, name: string, value: unknown): void {
  if (!Array.isArray(value))
    throw new ArgumentError(operation, `${name} must be an array of Float64Arrays, got ${kindOf(value)}`);
  for (const [index, column] of value.entries()) requireNumbers(operation, `${name}[${index}]`, column);
}

/** An object with named parts. @param example What one looks like: `{ mean, covariance }`. */
export function requireObject(operation: string, name: string, value: unknown, example: string): void {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new ArgumentError(operation, `${name} must be an object such as ${example}, got ${kindOf(value)}`);
}

/** Bytes of a file. */
export function requireBytes(operation: string, value: unknown): void {
  if (!(value instanceof Uint8Array))
    throw new ArgumentError(operation, `expects the bytes of a file as a Uint8Array, got ${kindOf(value)}`);
}

function kindOf(value: unknown): string {
  return Array.isArray(value)
    ? 'an array'
    : typeof value === 'object' && value !== null
      ? 'an object'
      : String(value);
}
