/** Checks of what search methods are set to. */
import { ArgumentError } from '@noosphere/core';

/** A number in (0, 1]. */
export function requireShare(operation: string, what: string, value: number): void {
  if (!(value > 0 && value <= 1))
    throw new ArgumentError(operation, `${what} must be above 0 and up to 1, got ${value}`);
}
