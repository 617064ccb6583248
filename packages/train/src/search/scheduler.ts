/** Who goes on with how much: schedulers decide from what is known, and hold no state of their own. */
import { requireObject } from '@noosphere/base';
import { ArgumentError } from '@noosphere/core';
import type { TrialReport } from './trial.js';

/** A call of the objective that ended; lower costs are better. */
export interface TrialOutcome {
  readonly trial: number;
  readonly budget: number;
  /** Infinite where the call failed. */
  readonly cost: number;
  readonly isStopped: boolean;
  /** Costs on the way. */
  readonly reports: readonly TrialReport[];
}

/** A call that is under way. */
export interface RunningTrial {
  readonly trial: number;
  readonly budget: number;
  readonly reports: readonly TrialReport[];
}

/** All that a scheduler decides from. A search that is resumed has the same, so it goes on the same way. */
export interface SearchHistory {
  readonly results: readonly TrialOutcome[];
  readonly running: readonly RunningTrial[];
  /** The number that a new trial would have; `undefined` where there are to be no more. */
  readonly newTrial: number | undefined;
}

/** What to do next: a trial, new or known, up to a budget that counts from its beginning. */
export interface TrialJob {
  readonly trial: number;
  readonly budget: number;
}

export interface TrialScheduler {
  readonly name: string;
  /** The budget of a trial that runs to its end. */
  readonly wholeBudget: number;
  /** The next job; `undefined` where there is nothing to do before another result is known. */
  next(history: SearchHistory): TrialJob | undefined;
  /** Whether a trial ends after its last report. @default never */
  shouldStop?(history: SearchHistory, trial: number): boolean;
}

/**
 * Gives every trial the whole budget: no trial is stopped early.
 * @param budget What the objective is told. @default 1
 * @example
 * console.log(fullBudget(20).next({ results: [], running: [], newTrial: 0 })); // → { trial: 0, budget: 20 }
 */
export function fullBudget(budget = 1): TrialScheduler {
  requireBudgets('fullBudget', budget, budget);
  return {
    name: 'full budget',
    wholeBudget: budget,
    next: ({ newTrial }) => (newTrial === undefined ? undefined : { trial: newTrial, budget }),
  };
}

/** Options of schedulers that give small budgets to many trials, and large ones to the best of them. */
export interface HalvingOptions {
  /** The least budget of a trial, in units of the objective's choice: steps, epochs, folds, rows. @default 1 */
  readonly minBudget?: number;
  /** The budget of a trial that runs to its end. */
  readonly maxBudget: number;
  /** One of so many trials goes on, with so many times the budget (η). @default 3 */
  readonly reduction?: number;
}

/** The budgets of successive halving: R, R/η, R/η², … down to the least, smallest first; whole where the least is whole. */
export function rungBudgets(operation: string, options: HalvingOptions): readonly number[] {
  requireObject(operation, 'the options', options, '{ minBudget: 1, maxBudget: 27 }');
  const { minBudget = 1, maxBudget, reduction = 3 } = options;
  requireBudgets(operation, minBudget, maxBudget);
  if (!(reduction > 1))
    throw new ArgumentError(
      operation,
      `reduction must be greater than 1, got ${reduction}; 3 and 4 are usual`,
    );
  const budgets: number[] = [];
  for (let budget = maxBudget; budget >= minBudget * (1 - 1e-9); budget /= reduction) {
    const rung = Number.isInteger(minBudget) ? Math.round(budget) : budget;
    if (rung !== budgets[0]) budgets.unshift(rung);
  }
  return budgets;
}

function requireBudgets(operation: string, least: number, most: number): void {
  if (!(least > 0 && least <= most && Number.isFinite(most)))
    throw new ArgumentError(
      operation,
      `budgets must be positive, the least <= the greatest, got ${least} and ${most}`,
    );
}
