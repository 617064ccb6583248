/** A line that medians make robust. */

import { medianInPlace } from '@noosphere/base';

/**
 * Siegel's line over 0 … n - 1 (1982): slope is the median of the median slopes at each value, intercept the median of the
 * intercepts that these slopes have at their values.
 */
export function repeatedMediansLine(y: Float64Array): Float64Array {
  const slopes = new Float64Array(y.length - 1);
  const inverse = y.map((_, distance) => 1 / distance);
  const medians = y.map((value, at) => {
    for (let other = 0; other < at; other++) {
      slopes[other] = (value - (y[other] as number)) * (inverse[at - other] as number);
    }
    for (let other = at + 1; other < y.length; other++) {
      slopes[other - 1] = ((y[other] as number) - value) * (inverse[other - at] as number);
    }
    return medianInPlace(slopes);
  });
  const intercept = medianInPlace(y.map((value, at) => value - (medians[at] as number) * at));
  const slope = medianInPlace(medians);
  return y.map((_, at) => intercept + slope * at);
}
