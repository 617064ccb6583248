/** Differences of counters that only grow until they start again from 0. */

export interface CounterStep {
  readonly last: number;
  readonly now: number;
  /** Where the counter starts again from 0; `undefined` where nobody told. */
  readonly maximum: number | undefined;
  /** More than this cannot have been counted in the time: the counter was reset, not wrapped. */
  readonly mostPossible: number;
}

/**
 * Growth of a counter: now − last, or now + maximum − last where it wrapped.
 *
 * A counter that went back and cannot have wrapped was reset (a suspended machine, a reloaded driver); what it counted
 * before the reset is not known.
 *
 * @returns the growth, or why it is not known; never negative
 */
export function counterGrowth({
  last,
  now,
  maximum,
  mostPossible,
}: CounterStep): { readonly growth: number } | { readonly gap: string } {
  if (!Number.isFinite(now) || now < 0) return { gap: 'the counter gave no number' };
  const growth = now - last;
  if (growth >= 0) {
    return growth <= mostPossible
      ? { growth }
      : { gap: 'the counter jumped further than it can have counted' };
  }
  const wrapped = maximum === undefined ? Number.POSITIVE_INFINITY : growth + maximum;
  if (wrapped >= 0 && wrapped <= mostPossible) return { growth: wrapped };
  return { gap: 'the counter was reset' };
}
