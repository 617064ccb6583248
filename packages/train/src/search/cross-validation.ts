/** An objective that is a mean over folds. How rows are divided is for whoever makes the folds. */
import { meanOf } from '@noosphere/base';
import { ArgumentError } from '@noosphere/core';
import type { Objective, TrialContext } from './objective.js';

/**
 * The mean value over folds: each configuration is evaluated once a fold, and the mean so far is reported after each.
 *
 * The reports count in folds: with a scheduler whose budget is the number of folds a configuration that does badly on the first
 * ones is spared the others, and a promoted one goes on with the next fold. Without a scheduler all folds are evaluated.
 *
 * @param folds What `evaluate` is given, as the rows to train on and the rows to judge by.
 * @throws ArgumentError where there are no folds.
 * @example
 * const objective = crossValidated(
 *   [{ target: 1 }, { target: 3 }],
 *   async ({ guess }: { guess: number }, { target }) => (guess - target) ** 2,
 * );
 * const { best } = await search({ space: { guess: vary.integer(0, 5) }, objective, maxTrials: 6 });
 * console.log(best?.config, best?.value); // → { guess: 2 } 1
 */
export function crossValidated<Config, Fold>(
  folds: readonly Fold[],
  evaluate: (config: Config, fold: Fold, context: Pick<TrialContext, 'trial' | 'signal'>) => Promise<number>,
): Objective<Config, readonly number[]> {
  if (folds.length === 0) throw new ArgumentError('crossValidated', 'expects at least one fold, got none');
  return async (config, { trial, signal, budget, wholeBudget, kept = [], keep, report }) => {
    // Without a scheduler the whole budget is 1, and says nothing about folds.
    const count = wholeBudget === 1 ? folds.length : budget;
    const values = [...kept];
    for (const fold of folds.slice(values.length, Math.ceil(count))) {
      values.push(await evaluate(config, fold, { trial, signal }));
      report(meanOf(values), values.length);
    }
    keep(values);
    return meanOf(values);
  };
}
