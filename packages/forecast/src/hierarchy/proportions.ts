/** Forecasts handed down from sums to their parts. */
import { ArgumentError } from '@noosphere/core';
import type { Hierarchy } from './hierarchy.js';

export type TopDownMethod = 'averageProportions' | 'proportionsOfAverages' | 'forecastProportions';

/** Below this share of its parts' sizes a sum is rounding: it tells no shares. */
const vanishing = 1e-8;

/** Shares of a sum that its parts had: mean of the ratios, or ratio of the means; equal ones where there was nothing to share. */
export function historicShares(
  method: Exclude<TopDownMethod, 'forecastProportions'>,
  sum: Float64Array,
  parts: readonly Float64Array[],
): number[] {
  const mean = (values: Float64Array) => {
    const known = values.filter(Number.isFinite);
    return known.reduce((total, value) => total + value, 0) / known.length;
  };
  const sizes = parts.reduce((total, part) => total + mean(part.map(Math.abs)), 0);
  const shares = parts.map((part) =>
    method === 'averageProportions'
      ? mean(part.map((value, t) => value / (sum[t] as number)))
      : Math.abs(mean(sum)) > vanishing * sizes
        ? mean(part) / mean(sum)
        : Number.NaN,
  );
  return shares.every(Number.isFinite) ? shares : parts.map(() => 1 / parts.length);
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
        const own = rows.map((row) => (base[row] as Float64Array)[step] as number);
        const sum = own.reduce((total, each) => total + each, 0);
        const size = own.reduce((total, each) => total + Math.abs(each), 0);
        rows.forEach((row, place) => {
          (shared[row] as Float64Array)[step] =
            Math.abs(sum) > vanishing * size ? ((own[place] as number) * value) / sum : value / rows.length;
        });
      });
    }
  }
  return shared.slice(-bottomCount);
}
