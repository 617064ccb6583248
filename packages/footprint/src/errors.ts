/** The one error of this package; `NoosphereError.isInstance` of @noosphere/core knows it as well. */

const mark = Symbol.for('noosphere.error');

/**
 * An operation of this package was refused: the message says what was expected, what came, and the way out.
 *
 * @example
 * try {
 *   carbonIntensity('XYZ');
 * } catch (error) {
 *   console.log(FootprintError.isInstance(error)); // → true
 * }
 */
export class FootprintError extends Error {
  /** The function that refused, e.g. `track`. */
  readonly operation: string;

  constructor(operation: string, message: string, options?: ErrorOptions) {
    super(`${operation}: ${message}`, options);
    this.name = 'FootprintError';
    this.operation = operation;
    Object.defineProperty(this, mark, { value: true });
  }

  static isInstance(error: unknown): error is FootprintError {
    return error instanceof Error && mark in error && error.name === 'FootprintError';
  }
}
