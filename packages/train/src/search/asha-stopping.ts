/** Asynchronous successive halving for objectives that report as they go: trials are stopped rather than promoted. */
import { knownOptions } from '@noosphere/base';
import { type HalvingOptions, rungBudgets, type TrialScheduler } from './scheduler.js';
import type { TrialReport } from './trial.js';

/**
 * Stops trials: each begins with the whole budget, and at each rung, R/η, R/η², …, its report must be among the best 1/η of
 * the reports there, or it ends. The first η - 1 trials at a rung go on, as there is nothing to judge by. Nothing has to be
 * kept; the price is that early trials run long.
 *
 * Source: the rule of Li et al., MLSys 2020, in the form without pauses (section 3.3 of Tiao et al., 2020, arXiv:2003.10865).
 * @throws ArgumentError where the budgets are no range or the reduction is not above 1.
 * @example
 * import type { TrialContext } from '@noosphere/train';
 * const objective = async ({ rate }: { rate: number }, { report, budget }: TrialContext) => {
 *   for (let epoch = 1; epoch <= budget; epoch++) report(Math.exp(-rate * epoch));
 *   return Math.exp(-rate * budget);
 * };
 * const space = { rate: vary.logUniform(0.01, 1) };
 * const scheduler = ashaStopping({ maxBudget: 27 });
 * const { trials } = await search({ space, objective, scheduler, sampler: randomSampler(), maxTrials: 20 });
 * console.log(trials[0]?.state, trials[19]?.state); // → finished stopped
 */
export function ashaStopping(options: HalvingOptions): TrialScheduler {
  const budgets = rungBudgets('ashaStopping', options);
  const { reduction = 3, maxBudget } = knownOptions('ashaStopping', options, 'minBudget maxBudget reduction');
  return {
    name: 'asha, stopping',
    wholeBudget: maxBudget,
    next: ({ newTrial }) => (newTrial === undefined ? undefined : { trial: newTrial, budget: maxBudget }),
    shouldStop({ results, running }, trial) {
      const own = running.find((each) => each.trial === trial)?.reports ?? [];
      const [before, last] = [own.at(-2)?.budget ?? 0, own.at(-1)];
      if (last === undefined) return false;
      // Only the report that reaches a rung is judged; the last rung is the end itself.
      const rung = budgets.findLast((budget) => budget <= last.budget && budget > before);
      if (rung === undefined || rung === maxBudget) return false;
      const others = [...results, ...running].filter((each) => each.trial !== trial);
      const values = others.flatMap(({ reports }) => firstAt(reports, rung) ?? []);
      const better = values.filter((value) => value < last.value).length;
      const count = values.length + 1;
      return count >= reduction && better >= Math.max(1, Math.floor(count / reduction));
    },
  };
}

/** The value of the first report at or behind a budget. */
function firstAt(reports: readonly TrialReport[], budget: number): number | undefined {
  return reports.find((report) => report.budget >= budget)?.value;
}
