/** Orders of columns: what rank correlation, curves and ranking metrics sort by. */

/** Row numbers with falling values; rows with equal values keep their order. */
export function descendingOrder(values: ArrayLike<number>): Uint32Array {
  return Uint32Array.from({ length: values.length }, (_, row) => row).sort(
    (a, b) => (values[b] ?? 0) - (values[a] ?? 0) || a - b,
  );
}

/** Ranks from 1, smallest first; ties share the mean of theirs. */
export function averageRanks(values: ArrayLike<number>): Float64Array {
  const order = descendingOrder(values).reverse();
  const ranks = new Float64Array(values.length);
  let first = 0;
  while (first < order.length) {
    const value = values[order[first] ?? 0];
    let last = first;
    while (last + 1 < order.length && values[order[last + 1] ?? 0] === value) last++;
    for (const row of order.subarray(first, last + 1)) ranks[row] = (first + last) / 2 + 1;
    first = last + 1;
  }
  return ranks;
}
