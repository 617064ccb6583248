/** The assets in the order of a clustering's tree, from left to right. */
import type { Merge } from './linkage.js';

/** Leaves of the tree as it was merged: the earlier cluster on the left. */
export function treeOrder(merges: readonly Merge[], assets: number): number[] {
  return grown(merges, assets, () => [false, false]);
}

/**
 * Leaves of the tree with clusters turned round where that brings similar neighbours together: at each merge the ends are chosen
 * that make the sum of distances between neighbours least, and both sides are turned to have them outside.
 *
 * Bar-Joseph, Gifford & Jaakkola 2001; ends are applied merge by merge, as SciPy's `optimal_leaf_ordering` does.
 */
export function optimalOrder(
  merges: readonly Merge[],
  assets: number,
  distances: readonly Float64Array[],
): number[] {
  // least[u][w]: the shortest path through a cluster from leaf u to leaf w, which lie on different sides of its merge.
  const least = distances.map((row) => new Float64Array(row.length));
  const members = Array.from({ length: assets }, (_, asset) => [asset]);
  for (const { first, second } of merges) {
    members.push([...(members[first] as number[]), ...(members[second] as number[])]);
  }
  /** The sides of a cluster; an asset alone is both. */
  const sides = (cluster: number): readonly [number[], number[]] => {
    const merge = merges[cluster - assets];
    if (merge === undefined) return [members[cluster] as number[], members[cluster] as number[]];
    return [members[merge.first] as number[], members[merge.second] as number[]];
  };
  return grown(merges, assets, ({ first, second }) => {
    const [leftSides, rightSides] = [sides(first), sides(second)];
    let turned: [boolean, boolean] = [false, false];
    let shortest = Number.POSITIVE_INFINITY;
    for (const u of members[first] as number[]) {
      const isInFirst = (leftSides[0] as number[]).includes(u);
      const inner = isInFirst ? leftSides[1] : leftSides[0];
      for (const w of members[second] as number[]) {
        const isInSecond = (rightSides[1] as number[]).includes(w);
        const outer = isInSecond ? rightSides[0] : rightSides[1];
        const length = shortestPath(u, inner, outer, w, least, distances);
        (least[u] as Float64Array)[w] = length;
        (least[w] as Float64Array)[u] = length;
        if (length < shortest) {
          shortest = length;
          turned = [!isInFirst, !isInSecond];
        }
      }
    }
    return turned;
  });
}

/** u … m, then k … w: the least sum over the leaves m and k that may meet in the middle. */
function shortestPath(
  u: number,
  inner: readonly number[],
  outer: readonly number[],
  w: number,
  least: readonly Float64Array[],
  distances: readonly Float64Array[],
): number {
  const [fromU, fromW] = [least[u] as Float64Array, least[w] as Float64Array];
  let shortest = Number.POSITIVE_INFINITY;
  for (const m of inner) {
    const row = distances[m] as Float64Array;
    const start = fromU[m] as number;
    if (start >= shortest) continue;
    for (const k of outer) {
      const length = start + (row[k] as number) + (fromW[k] as number);
      if (length < shortest) shortest = length;
    }
  }
  return shortest;
}

/** Joins the leaves of both sides at each merge, each turned round or not. */
function grown(
  merges: readonly Merge[],
  assets: number,
  turnedAt: (merge: Merge) => readonly [boolean, boolean],
): number[] {
  const orders = Array.from({ length: assets }, (_, asset) => [asset]);
  for (const merge of merges) {
    const [turnFirst, turnSecond] = turnedAt(merge);
    const [first, second] = [orders[merge.first] as number[], orders[merge.second] as number[]];
    orders.push([
      ...(turnFirst ? first.toReversed() : first),
      ...(turnSecond ? second.toReversed() : second),
    ]);
  }
  return orders.at(-1) ?? [];
}
