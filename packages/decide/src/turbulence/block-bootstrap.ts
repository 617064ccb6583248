/** Draws of a test period in blocks of neighbouring days, and scores of weighted rows that are fast enough for many draws. */
import { Random } from '@noosphere/train';

export interface BlockOptions {
  readonly blockDays: number;
  readonly resamples: number;
  readonly seed: number;
}

/**
 * How often each day is drawn: blocks that start anywhere and go round at the end, as many as fill the period (Politis & Romano
 * 1992, circular). All series of a day go together: they are not independent of each other either.
 */
export function* drawDays(
  days: number,
  { blockDays, resamples, seed }: BlockOptions,
): Generator<Uint16Array> {
  const random = new Random(seed);
  const length = Math.min(blockDays, days);
  for (let draw = 0; draw < resamples; draw++) {
    const counts = new Uint16Array(days);
    for (let left = days; left > 0; left -= length) {
      const start = Math.floor(random.uniform() * days);
      for (let step = 0; step < Math.min(length, left); step++) {
        const day = (start + step) % days;
        counts[day] = (counts[day] ?? 0) + 1;
      }
    }
    yield counts;
  }
}

/** Rows by rising score, so that each draw is one pass. */
export function risingOrder(scores: Float64Array): Uint32Array {
  return Uint32Array.from(scores.keys()).sort((a, b) => (scores[a] ?? 0) - (scores[b] ?? 0));
}

/** Area under the ROC curve of weighted rows, ties counting half; NaN where one class has no weight. */
export function weightedAuc(
  labels: Uint8Array,
  scores: Float64Array,
  order: Uint32Array,
  weightOf: (row: number) => number,
): number {
  let area = 0;
  let [positives, negatives] = [0, 0];
  for (let at = 0; at < order.length; ) {
    const score = scores[order[at] ?? 0];
    let [positive, negative] = [0, 0];
    for (; at < order.length && scores[order[at] ?? 0] === score; at++) {
      const row = order[at] ?? 0;
      if (labels[row] === 1) positive += weightOf(row);
      else negative += weightOf(row);
    }
    area += positive * (negatives + negative / 2);
    positives += positive;
    negatives += negative;
  }
  return area / (positives * negatives);
}

/** Mean squared error of probabilities, weighted. */
export function weightedBrier(
  labels: Uint8Array,
  probabilities: Float64Array,
  weightOf: (row: number) => number,
): number {
  let [sum, total] = [0, 0];
  for (const [row, probability] of probabilities.entries()) {
    const weight = weightOf(row);
    sum += weight * (probability - (labels[row] ?? 0)) ** 2;
    total += weight;
  }
  return sum / total;
}
