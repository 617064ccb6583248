/** The one error of this package; `NoosphereError.isInstance` of @noosphere/core knows it as well. */

const mark = Symbol.for('noosphere.error');

/** A data file is missing, or is not the one that this version was published with. */
export class DatasetError extends Error {
  readonly kind = 'format';
  /** The loader that refused, e.g. `loadWti`. */
  readonly operation: string;
  /** The file in question. */
  readonly place: string;

  constructor(operation: string, place: string, message: string, options?: ErrorOptions) {
    super(`${operation}: ${place}: ${message}`, options);
    this.name = 'DatasetError';
    this.operation = operation;
    this.place = place;
    Object.defineProperty(this, mark, { value: true });
  }

  static isInstance(error: unknown): error is DatasetError {
    return error instanceof Error && mark in error && error.name === 'DatasetError';
  }
}
