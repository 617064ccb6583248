/** The one error of this package; `NoosphereError.isInstance` of @noosphere/core knows it as well. */

const mark = Symbol.for('noosphere.error');

/**
 * A chart or a page was refused: the message says what was expected, what came, and the way out.
 *
 * @example
 * try {
 *   page({ title: '', summary: 'Nothing yet.', sections: [], sources: [], method: [], seeds: [], footprint: '' });
 * } catch (error) {
 *   console.log(ReportError.isInstance(error)); // → true
 * }
 */
export class ReportError extends Error {
  /** The function that refused, e.g. `lineChart`. */
  readonly operation: string;

  constructor(operation: string, message: string, options?: ErrorOptions) {
    super(`${operation}: ${message}`, options);
    this.name = 'ReportError';
    this.operation = operation;
    Object.defineProperty(this, mark, { value: true });
  }

  static isInstance(error: unknown): error is ReportError {
    return error instanceof Error && mark in error && error.name === 'ReportError';
  }
}
