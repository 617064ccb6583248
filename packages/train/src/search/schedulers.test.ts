import { describe, expect, test } from 'vitest';
import { asha } from './asha.js';
import { ashaStopping } from './asha-stopping.js';
import { hyperband } from './hyperband.js';
import {
  fullBudget,
  rungBudgets,
  type TrialJob,
  type TrialOutcome,
  type TrialScheduler,
} from './scheduler.js';

const result = (trial: number, budget: number, cost: number): TrialOutcome => ({
  trial,
  budget,
  cost,
  isStopped: false,
  reports: [],
});

/** Runs a scheduler with one call at a time; the cost of trial t is costs[t]. */
function play(scheduler: TrialScheduler, costs: readonly number[], calls: number): TrialJob[] {
  const results: TrialOutcome[] = [];
  const jobs: TrialJob[] = [];
  while (jobs.length < calls) {
    const begun = new Set(results.map(({ trial }) => trial)).size;
    const job = scheduler.next({ results, running: [], newTrial: begun < costs.length ? begun : undefined });
    if (job === undefined) break;
    jobs.push(job);
    results.push(result(job.trial, job.budget, costs[job.trial] ?? 0));
  }
  return jobs;
}

test('the rungs are R/η^i', () => {
  expect(rungBudgets('x', { maxBudget: 81 })).toEqual([1, 3, 9, 27, 81]);
  expect(rungBudgets('x', { maxBudget: 100 })).toEqual([1, 4, 11, 33, 100]);
  expect(rungBudgets('x', { minBudget: 0.1, maxBudget: 1, reduction: 2 })).toEqual([0.125, 0.25, 0.5, 1]);
  expect(rungBudgets('x', { maxBudget: 1 })).toEqual([1]);
  expect(() => rungBudgets('asha', { minBudget: 3, maxBudget: 1 })).toThrow(/asha: budgets must be positive/);
  expect(() => rungBudgets('asha', { maxBudget: 1, reduction: 1 })).toThrow(/greater than 1, got 1; 3 and 4/);
  expect(() => fullBudget(0)).toThrow(/fullBudget: budgets must be positive/);
});

describe('asha', () => {
  test('promotes the best third of a rung as soon as there is one', () => {
    const jobs = play(asha({ maxBudget: 9 }), [5, 4, 3, 2, 1, 0, 9, 9, 9], 20);
    const text = jobs.map(({ trial, budget }) => `${trial}@${budget}`).join(' ');
    // By hand: each of the trials 2 to 5 is the best so far; the third at budget 3 makes a third of that rung.
    expect(text).toBe('0@1 1@1 2@1 2@3 3@1 3@3 4@1 4@3 4@9 5@1 5@3 5@9 6@1 7@1 8@1');
  });

  test('neither failures nor what is under way is promoted', () => {
    const results = [0, 1, 2, 3, 4, 5].map((trial) =>
      result(trial, 1, trial < 2 ? Number.POSITIVE_INFINITY : trial),
    );
    const scheduler = asha({ maxBudget: 9 });
    expect(scheduler.next({ results, running: [], newTrial: 6 })).toEqual({ trial: 2, budget: 3 });
    const running = [{ trial: 2, budget: 3, reports: [] }];
    expect(scheduler.next({ results, running, newTrial: 6 })).toEqual({ trial: 3, budget: 3 });
    running.push({ trial: 3, budget: 3, reports: [] });
    expect(scheduler.next({ results, running, newTrial: undefined })).toBeUndefined();
  });
});

describe('hyperband', () => {
  test('runs the brackets of the paper', () => {
    const scheduler = hyperband({ maxBudget: 9 });
    const costs = Array.from({ length: 17 }, (_, trial) => 17 - trial);
    const jobs = play(scheduler, costs, 100);
    const count = (from: number, to: number, budget: number) =>
      jobs.filter((job) => job.trial >= from && job.trial < to && job.budget === budget).length;
    // s = 2: 9, 3, 1 trials; s = 1: 5, 1; s = 0: 3.
    expect([count(0, 9, 1), count(0, 9, 3), count(0, 9, 9)]).toEqual([9, 3, 1]);
    expect([count(9, 14, 3), count(9, 14, 9)]).toEqual([5, 1]);
    expect(count(14, 17, 9)).toBe(3);
    expect(jobs).toHaveLength(22);
    expect(jobs.find(({ trial, budget }) => trial < 9 && budget === 9)?.trial).toBe(8);
  });

  test('a bracket without trials to begin goes on with those it has', () => {
    const jobs = play(hyperband({ maxBudget: 9 }), [4, 3, 2, 1], 100);
    expect(jobs.map(({ trial, budget }) => `${trial}@${budget}`).join(' ')).toBe(
      '0@1 1@1 2@1 3@1 3@3 2@3 1@3 3@9',
    );
  });

  test('while a rung waits the next bracket begins', () => {
    const results = Array.from({ length: 8 }, (_, trial) => result(trial, 1, trial));
    const running = [{ trial: 8, budget: 1, reports: [] }];
    expect(hyperband({ maxBudget: 9 }).next({ results, running, newTrial: 9 })).toEqual({
      trial: 9,
      budget: 3,
    });
  });
});

describe('ashaStopping', () => {
  const scheduler = ashaStopping({ maxBudget: 9 });
  const reporting = (trial: number, ...values: number[]) => ({
    ...result(trial, 9, values.at(-1) ?? 0),
    reports: values.map((value, index) => ({ budget: index + 1, value })),
  });
  const stops = (others: readonly TrialOutcome[], own: number[]) =>
    scheduler.shouldStop?.({ results: others, running: [reporting(99, ...own)], newTrial: 100 }, 99);

  test('the first two go on, then only the best third does', () => {
    expect(stops([reporting(0, 1)], [5])).toBe(false);
    expect(stops([reporting(0, 1), reporting(1, 2)], [5])).toBe(true);
    expect(stops([reporting(0, 1), reporting(1, 2)], [1.5])).toBe(true);
    expect(stops([reporting(0, 1), reporting(1, 2)], [0.5])).toBe(false);
    expect(
      stops(
        [0, 1, 2, 3, 4].map((trial) => reporting(trial, trial)),
        [0.5],
      ),
    ).toBe(false);
  });

  test('a report between rungs and one at the end are not judged', () => {
    const others = [reporting(0, 1, 1, 1, 1), reporting(1, 1, 1, 1, 1)];
    expect(stops(others, [0, 9])).toBe(false);
    expect(stops(others, [0, 0, 9])).toBe(true);
    expect(stops(others, [0, 0, 0, 0, 0, 0, 0, 0, 9])).toBe(false);
  });
});
