/** Ranges of activations from what a model computes on examples: all of it, its bulk, or what loses least information. */
import { ArgumentError } from '@noosphere/base';

export interface Range {
  readonly least: number;
  readonly most: number;
}

export type RangeMethod = 'min-max' | 'percentile' | 'entropy';

/** Bins of the histograms behind `percentile` and `entropy`. */
const bins = 2048;

/** Counts values into bins over a range that is known before. */
export class Histogram {
  readonly range: Range;
  readonly counts = new Float64Array(bins);

  constructor(range: Range) {
    this.range = range;
  }

  add(values: ArrayLike<number>): void {
    const { least, most } = this.range;
    const perUnit = most > least ? bins / (most - least) : 0;
    for (let index = 0; index < values.length; index++) {
      const bin = Math.floor(((values[index] as number) - least) * perUnit);
      const place = Math.max(0, Math.min(bins - 1, bin));
      this.counts[place] = (this.counts[place] as number) + 1;
    }
  }
}

/** Widens a range by values. */
export function widened(range: Range | undefined, values: ArrayLike<number>, name: string): Range {
  let { least, most } = range ?? { least: Number.POSITIVE_INFINITY, most: Number.NEGATIVE_INFINITY };
  for (let index = 0; index < values.length; index++) {
    const value = values[index] as number;
    if (!Number.isFinite(value))
      throw new ArgumentError(
        'quantize',
        `calibration found ${value} in '${name}'; clean the examples, or exclude the node`,
      );
    if (value < least) least = value;
    if (value > most) most = value;
  }
  return { least, most };
}

/** The range that leaves `1 - share` of the values out, half of them at each end. */
export function percentileRange({ range, counts }: Histogram, share: number): Range {
  const total = counts.reduce((sum, count) => sum + count, 0);
  const cut = ((1 - share) / 2) * total;
  const width = (range.most - range.least) / bins;
  let low = 0;
  for (let left = counts[0] as number; left < cut && low < bins - 1; left += counts[low] as number) low++;
  let high = bins - 1;
  for (let right = counts[high] as number; right < cut && high > low; right += counts[high] as number) high--;
  return { least: range.least + low * width, most: range.least + (high + 1) * width };
}

/** Levels that one side of the integers can tell apart. */
const levels = 128;

/**
 * The range ±t whose 8-bit version has the smallest Kullback-Leibler divergence from the values, as NVIDIA's TensorRT
 * chooses it (Migacz 2017); it keeps a side that has no values empty.
 */
export function entropyRange(histogram: Histogram): Range {
  const { least, most } = histogram.range;
  const magnitudes = magnitudeCounts(histogram);
  const reach = Math.max(Math.abs(least), Math.abs(most));
  let best = { divergence: Number.POSITIVE_INFINITY, kept: magnitudes.length };
  for (let kept = levels; kept <= magnitudes.length; kept += 8) {
    const divergence = divergenceAt(magnitudes, kept);
    if (divergence < best.divergence) best = { divergence, kept };
  }
  const threshold = (reach * best.kept) / magnitudes.length;
  return { least: Math.max(least, -threshold), most: Math.min(most, threshold) };
}

/** Counts by absolute value, over bins from 0 to the largest one. */
function magnitudeCounts({ range, counts }: Histogram): Float64Array {
  const reach = Math.max(Math.abs(range.least), Math.abs(range.most));
  const width = (range.most - range.least) / bins;
  const magnitudes = new Float64Array(bins);
  counts.forEach((count, bin) => {
    const centre = Math.abs(range.least + (bin + 0.5) * width);
    const place = Math.min(bins - 1, Math.floor((centre / reach) * bins));
    magnitudes[place] = (magnitudes[place] as number) + count;
  });
  return magnitudes;
}

/** KL divergence of the first `kept` bins, the rest added to the last, from the same merged into `levels` groups. */
function divergenceAt(magnitudes: Float64Array, kept: number): number {
  const reference = magnitudes.slice(0, kept);
  const outliers = magnitudes.subarray(kept).reduce((sum, count) => sum + count, 0);
  reference[kept - 1] = (reference[kept - 1] as number) + outliers;
  const total = reference.reduce((sum, count) => sum + count, 0);
  const merged = new Float64Array(kept);
  for (let level = 0; level < levels; level++) {
    const begin = Math.floor((level * kept) / levels);
    const end = Math.floor(((level + 1) * kept) / levels);
    const group = magnitudes.subarray(begin, end);
    const filled = group.reduce((count, each) => count + (each > 0 ? 1 : 0), 0);
    const mean = filled === 0 ? 0 : group.reduce((sum, each) => sum + each, 0) / filled;
    group.forEach((each, offset) => {
      merged[begin + offset] = each > 0 ? mean : 0;
    });
  }
  const mergedTotal = merged.reduce((sum, count) => sum + count, 0);
  if (total === 0 || mergedTotal === 0) return Number.POSITIVE_INFINITY;
  let divergence = 0;
  reference.forEach((count, bin) => {
    if (count === 0) return;
    const share = count / total;
    const approximate = Math.max((merged[bin] as number) / mergedTotal, 1e-9);
    divergence += share * Math.log(share / approximate);
  });
  return divergence;
}

/** Scale and zero point of uint8 for a range, which is widened to hold 0: 0 must be exact, padding is made of it. */
export function uint8Parameters({ least, most }: Range): { scale: number; zeroPoint: number } {
  const [low, high] = [Math.min(0, least), Math.max(0, most)];
  const scale = high > low ? (high - low) / 255 : 1;
  return { scale, zeroPoint: Math.max(0, Math.min(255, Math.round(-low / scale))) };
}
