import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { memorySink } from '../loggers/memory-sink.js';
import { asha } from './asha.js';
import { ashaStopping } from './asha-stopping.js';
import { crossValidated } from './cross-validation.js';
import type { TrialContext } from './objective.js';
import { randomSampler } from './sampler.js';
import { search } from './search.js';
import { type ConfigOf, vary } from './vary.js';

const space = { x: vary.uniform(-5, 5), y: vary.uniform(-5, 5) };
type Config = ConfigOf<typeof space>;
const bowl = async ({ x, y }: Config) => (x - 1) ** 2 + (y + 2) ** 2;

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'noosphere-search-'));
});
afterEach(() => rm(folder, { recursive: true }));

describe('small budgets', () => {
  test('a promoted trial goes on from what it kept', async () => {
    const calls: [trial: number, from: number, to: number][] = [];
    const objective = async (config: Config, context: TrialContext<{ steps: number }>) => {
      const { trial, budget, doneBudget, kept, keep } = context;
      expect(kept?.steps ?? 0).toBe(doneBudget);
      calls.push([trial, doneBudget, budget]);
      keep({ steps: budget });
      return (await bowl(config)) + 1 / budget;
    };
    const result = await search({ space, objective, scheduler: asha({ maxBudget: 9 }), maxTrials: 27 });
    // Every step of every trial is done once.
    for (const { trial, budget } of result.trials) {
      const own = calls.filter(([other]) => other === trial);
      expect(own.map(([, from]) => from)).toEqual([0, 1, 3].slice(0, own.length));
      expect(own.reduce((sum, [, from, to]) => sum + to - from, 0)).toBe(budget);
    }
    expect(result.trials.filter(({ state }) => state === 'finished').length).toBeGreaterThanOrEqual(3);
    expect(result.trials.filter(({ state }) => state === 'paused').length).toBeGreaterThanOrEqual(15);
  });

  test('states that outlive the process are found again', async () => {
    const held = new Map<number, number>();
    const states = {
      load: async (trial: number) => held.get(trial),
      save: async (trial: number, state: number) => void held.set(trial, state),
      remove: async (trial: number) => void held.delete(trial),
    };
    const froms: number[] = [];
    const objective = async (config: Config, { doneBudget, budget, keep }: TrialContext<number>) => {
      froms.push(doneBudget);
      keep(budget);
      return bowl(config);
    };
    const journal = join(folder, 'states.jsonl');
    const common = { space, objective, scheduler: asha({ maxBudget: 3 }), journal };
    const controller = new AbortController();
    const onRecord = () => controller.abort();
    for (let run = 0; run < 3; run++)
      await search({
        ...common,
        states,
        signal: run === 0 ? controller.signal : AbortSignal.timeout(1e6),
        onRecord,
        maxTrials: run + 1,
      });
    expect(froms).toEqual([0, 0, 0, 1]);
    expect(held.size).toBe(2);
  });

  test('without its state a promoted trial begins anew', async () => {
    const froms: [trial: number, from: number][] = [];
    const objective = async (_: Config, { trial, doneBudget, budget, keep }: TrialContext<number>) => {
      froms.push([trial, doneBudget]);
      keep(budget);
      return trial;
    };
    const common = { space, objective, scheduler: asha({ maxBudget: 3 }), journal: memorySink() };
    for (const maxTrials of [2, 3]) await search({ ...common, maxTrials });
    expect(froms).toEqual([0, 1, 2, 0].map((trial) => [trial, 0]));
  });

  test('a trial whose reports are poor is stopped', async () => {
    let steps = 0;
    const objective = async (config: Config, { report, budget }: TrialContext) => {
      for (let step = 1; step <= budget; step++) {
        steps++;
        report((await bowl(config)) + 1 / step);
      }
      return bowl(config);
    };
    const scheduler = ashaStopping({ maxBudget: 27 });
    const result = await search({ space, objective, scheduler, sampler: randomSampler(), maxTrials: 40 });
    const stopped = result.trials.filter(({ state }) => state === 'stopped');
    expect(stopped.length).toBeGreaterThan(20);
    expect(result.best?.state).toBe('finished');
    expect(result.trials.reduce((sum, { budget }) => sum + budget, 0)).toBe(steps);
    expect(steps).toBeLessThan(0.5 * 40 * 27);
    for (const { budget } of stopped) expect([1, 3, 9]).toContain(budget);
  });

  test('reports must be numbers at growing budgets', async () => {
    const reporting = (...reports: [number, number?][]) =>
      search({
        space,
        maxTrials: 1,
        objective: async (_, { report }) => {
          for (const each of reports) report(...each);
          return 0;
        },
      });
    expect((await reporting([1], [1], [1, 5])).records[0]?.reports.map(({ budget }) => budget)).toEqual([
      1, 2, 5,
    ]);
    expect((await reporting([1, 2], [1, 2])).trials[0]?.error).toMatch(/budgets must grow, got 2 after 2/);
    expect((await reporting([Number.NaN])).trials[0]?.error).toMatch(/the value at budget 1 is NaN/);
  });
});

describe('cross-validation', () => {
  const folds = [0, 1, 2];
  const evaluated: [x: number, fold: number][] = [];
  const objective = crossValidated(folds, async ({ x }: Config, fold) => {
    evaluated.push([x, fold]);
    return (x - fold) ** 2;
  });

  test('is the mean over folds', async () => {
    const { best, records } = await search({ space, objective, maxTrials: 30 });
    const x = best?.config.x ?? Number.NaN;
    expect(best?.value).toBeCloseTo((x ** 2 + (x - 1) ** 2 + (x - 2) ** 2) / 3, 12);
    expect(records[0]?.reports.map(({ budget }) => budget)).toEqual([1, 2, 3]);
    expect(() => crossValidated([], async () => 0)).toThrow(/at least one fold, got none/);
  });

  test('with a scheduler a promoted configuration goes on with its next fold', async () => {
    evaluated.length = 0;
    const scheduler = asha({ maxBudget: 3 });
    const { trials } = await search({ space, objective, scheduler, maxTrials: 9, sampler: randomSampler() });
    const counts = new Map<number, number[]>();
    for (const [x, fold] of evaluated) counts.set(x, [...(counts.get(x) ?? []), fold]);
    for (const { config, budget } of trials) expect(counts.get(config.x)).toEqual(folds.slice(0, budget));
    expect(trials.filter(({ budget }) => budget === 3).length).toBeGreaterThanOrEqual(3);
  });
});
