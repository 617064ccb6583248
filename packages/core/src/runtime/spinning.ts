/**
 * How long an idle thread of a program's pool keeps looking for work before it sleeps. Looking saves the time of waking
 * up, and takes a core from whoever else wants it.
 */
import { ArgumentError } from '@noosphere/base';

/** `always`: between runs too. `in-runs`: stops when a run ends. `never`: sleeps at once. */
export type Spinning = 'always' | 'in-runs' | 'never';

const ways: readonly string[] = ['always', 'in-runs', 'never'] satisfies readonly Spinning[];

let alive = 0;

/** Counts a program as alive in this process, whichever of its threads runs it. Call the result when it is disposed. */
export function countProgram(): () => void {
  alive++;
  let counted = true;
  return () => {
    if (counted) alive--;
    counted = false;
  };
}

/**
 * The way of a program that is loaded now: NOOSPHERE_SPINNING, else `always` for the only program of the process and
 * `in-runs` for one that shares the cores with others.
 */
export function spinningOfNext(): Spinning {
  const asked = process.env.NOOSPHERE_SPINNING;
  if (!asked) return alive === 0 ? 'always' : 'in-runs';
  if (ways.includes(asked)) return asked as Spinning;
  throw new ArgumentError('threads', `NOOSPHERE_SPINNING must be one of ${ways.join(', ')}, got '${asked}'`);
}

/** The same entries by their whole names. */
export function nativeSpinning(spinning: Spinning): Record<string, string> {
  if (spinning === 'in-runs') return { 'session.force_spinning_stop': '1' };
  if (spinning === 'never') return { 'session.intra_op.allow_spinning': '0' };
  return {};
}

/** The runtime's session entries for a way of spinning. */
export function spinningEntries(spinning: Spinning): Record<string, unknown> {
  if (spinning === 'in-runs') return { extra: { session: { force_spinning_stop: '1' } } };
  if (spinning === 'never') return { extra: { session: { intra_op: { allow_spinning: '0' } } } };
  return {};
}
