/** The one error of this package. */
import { knownOptions, NoosphereError } from '@noosphere/base';

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
export class FootprintError extends NoosphereError {
  /** @param operation The function that refused, e.g. `track`. */
  constructor(operation: string, message: string, options?: ErrorOptions) {
    if (options) knownOptions('FootprintError', options, 'cause');
    super('argument', operation, message, options);
  }
}
