/** How far forecasts are from what happened. y is what happened, ŷ the forecast, N the number of windows. */
import { requireNumbers } from '@noosphere/base';
import { ArgumentError } from '@noosphere/core';

/**
 * Mean absolute error: mean |y - ŷ|.
 * @example
 * console.log(meanAbsolute([1, 2, 3], [1, 2, 6])); // → 1
 */
export function meanAbsolute(actual: ArrayLike<number>, forecast: ArrayLike<number>): number {
  return meanOf('meanAbsolute', actual, forecast, Math.abs);
}

/**
 * Root of the mean squared error: √mean (y - ŷ)².
 * @example
 * console.log(rootMeanSquare([1, 7], [0, 0])); // → 5
 */
export function rootMeanSquare(actual: ArrayLike<number>, forecast: ArrayLike<number>): number {
  return Math.sqrt(meanOf('rootMeanSquare', actual, forecast, (error) => error * error));
}

function meanOf(
  operation: string,
  actual: ArrayLike<number>,
  forecast: ArrayLike<number>,
  measure: (error: number) => number,
): number {
  return meanOfErrors(operation, actual, forecast, (y, f) => measure(y - f));
}

/** Mean over all windows of what one value and its forecast give. */
export function meanOfErrors(
  operation: string,
  actual: ArrayLike<number>,
  forecast: ArrayLike<number>,
  measure: (y: number, forecast: number) => number,
): number {
  requireSameCount(operation, actual, forecast);
  let sum = 0;
  for (let index = 0; index < actual.length; index++)
    sum += measure(actual[index] ?? Number.NaN, forecast[index] ?? Number.NaN);
  return sum / actual.length;
}

/** Both must be there, and as many. */
export function requireSameCount(
  operation: string,
  actual: ArrayLike<number>,
  forecast: ArrayLike<number>,
): void {
  requireNumbers(operation, 'the values', actual);
  requireNumbers(operation, 'the forecasts', forecast);
  if (actual.length === 0 || actual.length !== forecast.length) {
    throw new ArgumentError(
      operation,
      `expects as many forecasts as values, and at least one, got ${forecast.length} and ${actual.length}`,
    );
  }
}
