/** Agglomerative clustering of a distance matrix, as a tree of merges. */
import { ArgumentError } from '@noosphere/core';

/** How far two clusters are: closest pair, farthest pair, mean of all pairs, or the growth of the inner variance. */
export type Linkage = 'single' | 'complete' | 'average' | 'ward';

/** Cluster `assets + k` is made by merge k of two earlier ones; below `assets` are the assets themselves. */
export interface Merge {
  /** The one made earlier. */
  readonly first: number;
  readonly second: number;
  readonly distance: number;
  readonly size: number;
}

/** Distance of a third cluster to a merged one, from the distances before: Lance & Williams 1967. */
type Update = (
  toFirst: number,
  toSecond: number,
  between: number,
  sizes: readonly [number, number, number],
) => number;

const updates: Readonly<Record<Linkage, Update>> = {
  single: (a, b) => Math.min(a, b),
  complete: (a, b) => Math.max(a, b),
  average: (a, b, _between, [n, m]) => (n * a + m * b) / (n + m),
  ward: (a, b, between, [n, m, k]) =>
    Math.sqrt(((n + k) * a * a + (m + k) * b * b - k * between * between) / (n + m + k)),
};

/** Merges the closest two clusters until one is left; children and order are those of SciPy's `linkage`. */
export function mergesOf(operation: string, distances: readonly Float64Array[], linkage: Linkage): Merge[] {
  const update = updates[linkage];
  if (update === undefined) {
    throw new ArgumentError(
      operation,
      `linkage must be one of ${Object.keys(updates).join(', ')}, got '${String(linkage)}'`,
    );
  }
  const assets = distances.length;
  const rows = distances.map((row) => row.slice());
  const clusters = Array.from({ length: assets }, (_, asset) => ({ id: asset, size: 1 }));
  const alive = new Set(clusters.keys());
  const merges: Merge[] = [];
  while (alive.size > 1) {
    const [i, j] = closest(rows, alive);
    const [one, other] = [clusters[i], clusters[j]] as [Cluster, Cluster];
    const between = rows[i]?.[j] as number;
    for (const k of alive) {
      if (k === i || k === j) continue;
      const row = rows[k] as Float64Array;
      const sizes = [one.size, other.size, clusters[k]?.size as number] as const;
      row[i] = update(row[i] as number, row[j] as number, between, sizes);
      (rows[i] as Float64Array)[k] = row[i] as number;
    }
    alive.delete(j);
    const size = one.size + other.size;
    const [first, second] = one.id < other.id ? [one.id, other.id] : [other.id, one.id];
    clusters[i] = { id: assets + merges.length, size };
    merges.push({ first, second, distance: between, size });
  }
  return merges;
}

interface Cluster {
  readonly id: number;
  readonly size: number;
}

function closest(rows: readonly Float64Array[], alive: ReadonlySet<number>): [number, number] {
  let best: [number, number] = [0, 0];
  let least = Number.POSITIVE_INFINITY;
  for (const i of alive) {
    const row = rows[i] as Float64Array;
    for (const j of alive) {
      if (j <= i || !((row[j] as number) < least)) continue;
      least = row[j] as number;
      best = [i, j];
    }
  }
  return best;
}
