/** Errors as a share of what happened, in per cent. The two symmetric ones differ by a factor of 2: each has its name. */
import { meanOfErrors } from './errors.js';

/**
 * Mean absolute percentage error: mean 100 |y - ŷ| / |y|; infinite where a y is zero and the forecast is not.
 * @example
 * console.log(meanAbsolutePercentage([10, 20], [9, 22])); // → 10
 */
export function meanAbsolutePercentage(actual: ArrayLike<number>, forecast: ArrayLike<number>): number {
  return meanOfErrors(
    'meanAbsolutePercentage',
    actual,
    forecast,
    (y, f) => share(Math.abs(y - f), Math.abs(y)) * 100,
  );
}

/**
 * sMAPE from 0 to 200, as in the M4 competition and darts: mean 200 |y - ŷ| / (|y| + |ŷ|); 0 where both are zero.
 * Makridakis, Spiliotis & Assimakopoulos 2020.
 * @example
 * console.log(smape200([10], [30])); // → 100
 */
export function smape200(actual: ArrayLike<number>, forecast: ArrayLike<number>): number {
  return meanOfErrors(
    'smape200',
    actual,
    forecast,
    (y, f) => share(Math.abs(y - f), Math.abs(y) + Math.abs(f)) * 200,
  );
}

/**
 * sMAPE from 0 to 100, as in utilsforecast (there as a share): half of `smape200`.
 * @example
 * console.log(smape100([10], [30])); // → 50
 */
export function smape100(actual: ArrayLike<number>, forecast: ArrayLike<number>): number {
  return meanOfErrors(
    'smape100',
    actual,
    forecast,
    (y, f) => share(Math.abs(y - f), Math.abs(y) + Math.abs(f)) * 100,
  );
}

/** No error is no error, even of nothing. */
function share(error: number, size: number): number {
  return error === 0 ? 0 : error / size;
}
