/** Values counted into buckets, as TensorBoard's histogram plugin keeps them. */
import { ArgumentError } from '@noosphere/core';

/**
 * Buckets of equal width between the least and the greatest value: rows of (left edge, right edge, count).
 * Values that are all equal have every edge there, and the last bucket holds them all. Not-finite values are left out.
 *
 * @returns [buckets, 3] row by row; zeros where there is no finite value.
 * Source: `_buckets` in tensorboard/plugins/histogram/summary_v2.py (TensorBoard 2.21).
 */
export function histogramRows(values: ArrayLike<number>, buckets: number): Float64Array {
  if (!Number.isInteger(buckets) || buckets < 1)
    throw new ArgumentError('histogram', `buckets must be a whole number from 1, got ${buckets}`);
  const rows = new Float64Array(buckets * 3);
  const finite = Float64Array.from(values).filter(Number.isFinite);
  if (finite.length === 0) return rows;
  let [least, greatest] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of finite) {
    if (value < least) least = value;
    if (value > greatest) greatest = value;
  }
  const width = (greatest - least) / buckets;
  for (let bucket = 0; bucket < buckets; bucket++) {
    rows[3 * bucket] = least + bucket * width;
    rows[3 * bucket + 1] = bucket === buckets - 1 ? greatest : least + (bucket + 1) * width;
  }
  for (const value of finite) {
    const bucket = width === 0 ? buckets - 1 : Math.min(buckets - 1, Math.floor((value - least) / width));
    const place = 3 * bucket + 2;
    rows[place] = (rows[place] ?? 0) + 1;
  }
  return rows;
}
