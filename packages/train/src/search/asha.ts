/**
 * Asynchronous successive halving: whenever there is room, the best trial that waits is promoted, else a new one begins.
 * Li, Jamieson, Rostamizadeh, Gonina, Ben-tzur, Hardt, Recht, Talwalkar: A System for Massively Parallel Hyperparameter
 * Tuning, MLSys 2020.
 */
import { knownOptions } from '@noosphere/base';
import {
  type HalvingOptions,
  rungBudgets,
  type SearchHistory,
  type TrialJob,
  type TrialScheduler,
} from './scheduler.js';

/**
 * Promotes trials (algorithm 2 of the paper): from the top rung down, a trial among the best n/η of the n results of a rung goes
 * on to the next, with η times the budget. Until then it is paused: what its objective kept is there when it goes on.
 *
 * @throws ArgumentError where the budgets are no range or the reduction is not above 1.
 * @example
 * const result = (trial: number, cost: number) => ({ trial, budget: 1, cost, isStopped: false, reports: [] });
 * const scheduler = asha({ minBudget: 1, maxBudget: 9, reduction: 3 });
 * console.log(scheduler.next({ results: [result(0, 0.5), result(1, 0.2)], running: [], newTrial: 2 }));
 * // → { trial: 2, budget: 1 }
 * console.log(scheduler.next({ results: [result(0, 0.5), result(1, 0.2), result(2, 0.9)], running: [], newTrial: 3 }));
 * // → { trial: 1, budget: 3 }
 */
export function asha(options: HalvingOptions): TrialScheduler {
  const budgets = rungBudgets('asha', options);
  const { reduction = 3, maxBudget } = knownOptions('asha', options, 'minBudget maxBudget reduction');
  return {
    name: 'asha',
    wholeBudget: maxBudget,
    next(history) {
      for (let rung = budgets.length - 2; rung >= 0; rung--) {
        const job = promotion(history, budgets[rung] as number, budgets[rung + 1] as number, reduction);
        if (job) return job;
      }
      return history.newTrial === undefined
        ? undefined
        : { trial: history.newTrial, budget: budgets[0] as number };
    },
  };
}

function promotion(
  { results, running }: SearchHistory,
  from: number,
  to: number,
  reduction: number,
): TrialJob | undefined {
  const rung = results.filter(({ budget }) => budget === from).sort((a, b) => a.cost - b.cost);
  const went = new Set(
    [...results, ...running].filter(({ budget }) => budget >= to).map(({ trial }) => trial),
  );
  const next = rung
    .slice(0, Math.floor(rung.length / reduction))
    .find(({ trial, cost }) => Number.isFinite(cost) && !went.has(trial));
  return next && { trial: next.trial, budget: to };
}
