/** Forecasts handed down from sums to their parts. */
import { ArgumentError } from '@noosphere/core';
import type { Hierarchy } from './hierarchy.js';

export type TopDownMethod = 'averageProportions' | 'proportionsOfAverages' | 'forecastProportions';

/** Shares of a sum that its parts had: mean of the ratios, or ratio of the means. */
export function historicShares(
  method: Exclude<TopDownMethod, 'forecastProportions'>,
  sum: Float64Array,
  parts: readonly Float64Array[],
): number[] {
  const mean = (values: Float64Array) => {
    const known = values.filter(Number.isFinite);
    return known.reduce((total, value) => total + value, 0) / known.length;
  };
  return parts.map((part) =>
    method === 'averageProportions'
      ? mean(part.map((value, t) => value / (sum[t] as number)))
      : mean(part) / mean(sum),
  );
}

/**
 * From each row of a level down to the bottom: a parent's forecast is shared by the forecasts of its children.
 * @param top The forecasts that stay: those of the rows of `level`.
 */
export function shareByForecasts(
  hierarchy: Hierarchy,
  base: readonly Float64Array[],
  level: number,
): Float64Array[] {
  const { levels, parts, ids, bottomCount } = hierarchy;
  const shared = base.map((values) => values.slice());
  for (let above = level; above < levels.length - 1; above++) {
    const [parents, children] = [levels[above], levels[above + 1]] as [
      (typeof levels)[0],
      (typeof levels)[0],
    ];
    const owner = new Map<number, number>();
    for (let row = parents.start; row < parents.end; row++)
      for (const place of parts[row] as Uint32Array) owner.set(place, row);
    const childrenOf = new Map<number, number[]>();
    for (let row = children.start; row < children.end; row++) {
      const owners = new Set(Array.from(parts[row] as Uint32Array, (place) => owner.get(place)));
      const [only] = owners;
      if (owners.size !== 1 || only === undefined) {
        throw new ArgumentError(
          'reconcile',
          `'${ids[row]}' of level ${children.name} lies in several groups of level ${parents.name}; top-down needs a strict hierarchy`,
        );
      }
      childrenOf.set(only, [...(childrenOf.get(only) ?? []), row]);
    }
    for (const [parent, rows] of childrenOf) {
      const whole = shared[parent] as Float64Array;
      whole.forEach((value, step) => {
        const sum = rows.reduce((total, row) => total + ((base[row] as Float64Array)[step] as number), 0);
        for (const row of rows) {
          const own = (base[row] as Float64Array)[step] as number;
          (shared[row] as Float64Array)[step] =
            Math.abs(sum) < 1e-8 ? value / rows.length : (own * value) / sum;
        }
      });
    }
  }
  return shared.slice(-bottomCount);
}
