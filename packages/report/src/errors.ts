/** The one error of this package. */
import { knownOptions, NoosphereError } from '@noosphere/base';

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
export class ReportError extends NoosphereError {
  /** @param operation The function that refused, e.g. `lineChart`. */
  constructor(operation: string, message: string, options?: ErrorOptions) {
    if (options) knownOptions('ReportError', options, 'cause');
    super('argument', operation, message, options);
  }
}
