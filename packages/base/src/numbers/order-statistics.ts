/** Medians and quantiles of values. */

/** The median; the values stay as they are. */
export function medianOf(values: ArrayLike<number>): number {
  return medianInPlace(Float64Array.from(values));
}

/** The median; the values are put into another order. Hoare's selection. */
export function medianInPlace(values: Float64Array): number {
  const half = values.length >> 1;
  const upper = select(values, half);
  if (values.length % 2 === 1) return upper;
  let lower = Number.NEGATIVE_INFINITY;
  for (let index = 0; index < half; index++) lower = Math.max(lower, values[index] as number);
  return (lower + upper) / 2;
}

/** The value that would stand at a rank; none before it is larger then. */
function select(values: Float64Array, rank: number): number {
  let low = 0;
  let high = values.length - 1;
  while (low < high) {
    const pivot = pivotOf(values, low, high, rank);
    let left = low;
    let right = high;
    while (left <= right) {
      while ((values[left] as number) < pivot) left++;
      while ((values[right] as number) > pivot) right--;
      if (left > right) break;
      const swapped = values[left] as number;
      values[left++] = values[right] as number;
      values[right--] = swapped;
    }
    if (rank <= right) high = right;
    else if (rank >= left) low = left;
    else break;
  }
  return values[rank] as number;
}

/** Sizes from which a pivot is worth a sample, and how many values one holds. */
const [leastSampled, sampleSize] = [100, 15];
const sample = new Float64Array(sampleSize);

/**
 * Of a few values the middle of three; of many, from an evenly spaced sample, the value that lies where the rank does. With it
 * fewer passes are needed (Floyd & Rivest 1975).
 */
function pivotOf(values: Float64Array, low: number, high: number, rank: number): number {
  const size = high - low + 1;
  if (size < leastSampled)
    return middleOf(values[low] as number, values[(low + high) >> 1] as number, values[high] as number);
  const step = size / sampleSize;
  for (let place = 0; place < sampleSize; place++) {
    const value = values[low + Math.floor(place * step)] as number;
    let to = place;
    for (; to > 0 && (sample[to - 1] as number) > value; to--) sample[to] = sample[to - 1] as number;
    sample[to] = value;
  }
  return sample[Math.floor(((rank - low) / size) * sampleSize)] as number;
}

function middleOf(a: number, b: number, c: number): number {
  return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
}

/** Linear between the order statistics around it: Hyndman & Fan's type 7. @param sorted Rising. */
export function quantileOf(sorted: Float64Array, share: number): number {
  const place = share * (sorted.length - 1);
  const low = sorted[Math.floor(place)] as number;
  return low + ((sorted[Math.ceil(place)] as number) - low) * (place - Math.floor(place));
}
