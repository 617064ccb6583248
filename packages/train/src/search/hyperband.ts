/**
 * Hyperband: successive halving with several exchanges of many short trials for few long ones.
 * Li, Jamieson, DeSalvo, Rostamizadeh, Talwalkar: Hyperband, JMLR 18 (2018), algorithm 1.
 */
import { knownOptions } from '@noosphere/base';
import {
  type HalvingOptions,
  rungBudgets,
  type SearchHistory,
  type TrialJob,
  type TrialScheduler,
} from './scheduler.js';

interface Bracket {
  /** Number of its first trial within one round. */
  readonly first: number;
  /** How many trials there are at each of its budgets. */
  readonly sizes: readonly number[];
  readonly budgets: readonly number[];
}

/**
 * Runs brackets s = s_max, …, 0, over and over: n = ⌈(s_max + 1)/(s + 1) η^s⌉ trials begin with R/η^s, and at each rung the best
 * ⌊n/η⌋ go on. A rung waits for all its results; what is idle meanwhile begins the next bracket.
 *
 * @throws ArgumentError where the budgets are no range or the reduction is not above 1.
 * @example
 * // s_max = 2: 9 trials with 1, 5 with 3, 3 with 9.
 * const scheduler = hyperband({ minBudget: 1, maxBudget: 9, reduction: 3 });
 * console.log(scheduler.next({ results: [], running: [], newTrial: 0 })); // → { trial: 0, budget: 1 }
 */
export function hyperband(options: HalvingOptions): TrialScheduler {
  const budgets = rungBudgets('hyperband', options);
  const { reduction = 3, maxBudget } = knownOptions('hyperband', options, 'minBudget maxBudget reduction');
  const brackets = planBrackets(budgets, reduction);
  const roundSize = brackets.reduce((sum, { sizes }) => sum + (sizes[0] as number), 0);
  return {
    name: 'hyperband',
    wholeBudget: maxBudget,
    next(history) {
      const known = [...history.results, ...history.running].map(({ trial }) => trial);
      const last = Math.max(history.newTrial ?? -1, ...known);
      const table = new Map(history.results.map((each) => [`${each.trial} ${each.budget}`, each.cost]));
      for (let round = 0; round * roundSize <= last; round++) {
        for (const bracket of brackets) {
          const job = jobOf(bracket, round * roundSize + bracket.first, history, table);
          if (job) return job;
        }
      }
      return undefined;
    },
  };
}

function planBrackets(budgets: readonly number[], reduction: number): readonly Bracket[] {
  const most = budgets.length - 1;
  let first = 0;
  return Array.from({ length: budgets.length }, (_, place) => {
    const halvings = most - place;
    const size = Math.ceil(((most + 1) / (halvings + 1)) * reduction ** halvings);
    const sizes = Array.from({ length: halvings + 1 }, (_, rung) => Math.floor(size / reduction ** rung));
    const bracket = { first, sizes, budgets: budgets.slice(place) };
    first += size;
    return bracket;
  });
}

/** The next job of a bracket; `undefined` where all its results are known, or those it waits for are under way. */
function jobOf(
  { sizes, budgets }: Bracket,
  first: number,
  { running, newTrial }: SearchHistory,
  costs: ReadonlyMap<string, number>,
): TrialJob | undefined {
  const isUnderWay = (trial: number) => running.some((each) => each.trial === trial);
  let members = Array.from({ length: sizes[0] as number }, (_, index) => first + index);
  for (const [rung, budget] of budgets.entries()) {
    const open = members.filter((trial) => !costs.has(`${trial} ${budget}`));
    const next = open.find((trial) => !isUnderWay(trial) && (rung > 0 || trial === newTrial));
    if (next !== undefined) return { trial: next, budget };
    // A bracket that has no trials left to begin goes on with those it has.
    if (open.some((trial) => isUnderWay(trial) || newTrial !== undefined)) return undefined;
    members = members
      .flatMap((trial) => ({ trial, cost: costs.get(`${trial} ${budget}`) ?? Number.POSITIVE_INFINITY }))
      .filter(({ cost }) => Number.isFinite(cost))
      .sort((a, b) => a.cost - b.cost)
      .slice(0, sizes[rung + 1] ?? 0)
      .map(({ trial }) => trial);
  }
  return undefined;
}
