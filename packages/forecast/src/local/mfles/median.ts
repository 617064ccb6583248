/** Medians, and the line that they make robust. */

/** The median; the values are put into another order. Hoare's selection. */
export function medianOf(values: Float64Array): number {
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
    const pivot = middleOf(
      values[low] as number,
      values[(low + high) >> 1] as number,
      values[high] as number,
    );
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

function middleOf(a: number, b: number, c: number): number {
  return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
}

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
    return medianOf(slopes);
  });
  const intercept = medianOf(y.map((value, at) => value - (medians[at] as number) * at));
  const slope = medianOf(medians);
  return y.map((_, at) => intercept + slope * at);
}
