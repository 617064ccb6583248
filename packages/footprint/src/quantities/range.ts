/** A value with the interval in which the true one lies. Intervals of sums are added: errors may all go one way. */

/** Lowest and highest value that the true one may have. */
export type Range = readonly [low: number, high: number];

/** The sum of two ranges, without hoping that errors cancel. */
export function addRanges(a: Range, b: Range): Range {
  return [a[0] + b[0], a[1] + b[1]];
}

/** A range times a factor that is not negative. */
export function scaleRange([low, high]: Range, factor: number): Range {
  return [low * factor, high * factor];
}
