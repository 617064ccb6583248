/** Which points of several objectives beat which: ranks of fronts, and how alone a point stands on its front. */

/**
 * Whether row a constrained-dominates row b: less violation, or as much and nowhere worse and somewhere better (Deb 2002).
 * `values` [rows, objectives].
 */
export function dominates(
  values: Float64Array,
  violations: Float64Array,
  objectives: number,
  a: number,
  b: number,
): boolean {
  const [left, right] = [violations[a] as number, violations[b] as number];
  if (left !== right) return left < right;
  let isBetter = false;
  for (let k = 0; k < objectives; k++) {
    const [first, second] = [values[a * objectives + k] as number, values[b * objectives + k] as number];
    if (first > second) return false;
    if (first < second) isBetter = true;
  }
  return isBetter;
}

/** Rows by front, the first being those that no row dominates. Fast nondominated sorting, Deb et al. 2002. */
export function nondominatedFronts(
  values: Float64Array,
  violations: Float64Array,
  objectives: number,
): number[][] {
  const rows = violations.length;
  const beaten: number[][] = Array.from({ length: rows }, () => []);
  const beatenBy = new Uint32Array(rows);
  for (let a = 0; a < rows; a++) {
    for (let b = a + 1; b < rows; b++) {
      if (dominates(values, violations, objectives, a, b)) {
        (beaten[a] as number[]).push(b);
        beatenBy[b] = (beatenBy[b] as number) + 1;
      } else if (dominates(values, violations, objectives, b, a)) {
        (beaten[b] as number[]).push(a);
        beatenBy[a] = (beatenBy[a] as number) + 1;
      }
    }
  }
  const fronts: number[][] = [];
  let front = Array.from(beatenBy.keys()).filter((row) => beatenBy[row] === 0);
  while (front.length > 0) {
    fronts.push(front);
    const next: number[] = [];
    for (const row of front) {
      for (const other of beaten[row] as number[]) {
        beatenBy[other] = (beatenBy[other] as number) - 1;
        if (beatenBy[other] === 0) next.push(other);
      }
    }
    front = next;
  }
  return fronts;
}

/** Crowding distance of each row of a front: the sum of gaps between its neighbours, in shares of the front's ranges. */
export function crowding(values: Float64Array, objectives: number, front: readonly number[]): Float64Array {
  const distances = new Float64Array(front.length);
  const order = Array.from(front.keys());
  for (let k = 0; k < objectives; k++) {
    const valueAt = (place: number) => values[(front[place] as number) * objectives + k] as number;
    order.sort((a, b) => valueAt(a) - valueAt(b));
    const [first, last] = [order[0] as number, order[order.length - 1] as number];
    const range = valueAt(last) - valueAt(first);
    distances[first] = Number.POSITIVE_INFINITY;
    distances[last] = Number.POSITIVE_INFINITY;
    if (!(range > 0 && range < Number.POSITIVE_INFINITY)) continue;
    for (let rank = 1; rank < order.length - 1; rank++) {
      const place = order[rank] as number;
      const gap = valueAt(order[rank + 1] as number) - valueAt(order[rank - 1] as number);
      distances[place] = (distances[place] as number) + gap / range;
    }
  }
  return distances;
}
