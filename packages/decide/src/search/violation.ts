/** What constraints that should not be above 0 add up to. */

/** Σ max(0, g); NaN counts as +∞, and no constraints as 0. */
export function violationOf(limits: ArrayLike<number> | undefined): number {
  if (!limits) return 0;
  let sum = 0;
  for (let place = 0; place < limits.length; place++) {
    const limit = limits[place] as number;
    if (!(limit <= 0)) sum += Number.isNaN(limit) ? Number.POSITIVE_INFINITY : limit;
  }
  return sum;
}
