/** Runs side by side: what a score cost in energy. */
import { knownOptions } from '@noosphere/base';
import { FootprintError } from '../errors.js';

export interface ComparedRun {
  readonly name: string;
  /** Accuracy, or any other score. */
  readonly score: number;
  readonly energyJoules: number;
}

export interface ComparisonRow extends ComparedRun {
  readonly scorePerJoule: number;
  /** No other run is at least as good for no more energy. */
  readonly isParetoOptimal: boolean;
  /** Joules for one more unit of score than the next cheaper run of the front; `null` off the front and for its first. */
  readonly joulesPerExtraScore: number | null;
}

/**
 * Compares runs by score and energy; the Pareto front holds those that no other run beats in both.
 *
 * @param options.better - which scores are good ones. `lower` for losses and errors.
 * @returns rows by rising energy
 *
 * @example
 * const rows = compareRuns([
 *   { name: 'cnn', score: 0.99, energyJoules: 5000 },
 *   { name: 'wide cnn', score: 0.985, energyJoules: 9000 },
 *   { name: 'mlp', score: 0.97, energyJoules: 400 },
 * ]);
 * console.log(rows.map(({ name, isParetoOptimal }) => [name, isParetoOptimal])); // → [ [ 'mlp', true ], [ 'cnn', true ], [ 'wide cnn', false ] ]
 */
export function compareRuns(
  runs: readonly ComparedRun[],
  options: { readonly better?: 'higher' | 'lower' } = {},
): ComparisonRow[] {
  const { better = 'higher' } = knownOptions('compareRuns', options, 'better');
  for (const { name, score, energyJoules } of runs)
    if (!(Number.isFinite(score) && energyJoules > 0))
      throw new FootprintError(
        'compareRuns',
        `${name}: expected a finite score and energy above 0, got ${score} and ${energyJoules}; leave the run out`,
      );
  const good = (score: number) => (better === 'higher' ? score : -score);
  const sorted = [...runs].sort((a, b) => a.energyJoules - b.energyJoules || good(b.score) - good(a.score));
  let front: ComparedRun | undefined;
  return sorted.map((run) => {
    const twin = front?.energyJoules === run.energyJoules && front.score === run.score;
    const isParetoOptimal = front === undefined || good(run.score) > good(front.score) || twin;
    const cheaper = front;
    if (isParetoOptimal) front = run;
    return {
      ...run,
      scorePerJoule: run.score / run.energyJoules,
      isParetoOptimal,
      joulesPerExtraScore:
        !isParetoOptimal || cheaper === undefined || twin
          ? null
          : (run.energyJoules - cheaper.energyJoules) / Math.abs(run.score - cheaper.score),
    };
  });
}
