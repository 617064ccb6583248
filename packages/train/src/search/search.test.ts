import { setTimeout } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import type { TrialContext } from './objective.js';
import { randomSampler } from './sampler.js';
import { fullBudget } from './scheduler.js';
import { search } from './search.js';
import { trialRows } from './table.js';
import { tpe } from './tpe.js';
import { type ConfigOf, vary } from './vary.js';

const space = { x: vary.uniform(-5, 5), y: vary.uniform(-5, 5) };
type Config = ConfigOf<typeof space>;
const bowl = async ({ x, y }: Config) => (x - 1) ** 2 + (y + 2) ** 2;

const configs = (result: { readonly records: readonly { readonly config: unknown }[] }) =>
  result.records.map(({ config }) => config);

describe('a search', () => {
  test('finds the least and the greatest value', async () => {
    const least = await search({ space, objective: bowl, maxTrials: 60 });
    expect(least.best?.value).toBeLessThan(0.3);
    expect(least.end).toBe('finished');
    const greatest = await search({
      space,
      objective: async (config) => -(await bowl(config)),
      direction: 'maximize',
      maxTrials: 60,
    });
    expect(configs(greatest)).toEqual(configs(least));
    expect(greatest.best?.value).toBe(-(least.best?.value ?? Number.NaN));
  });

  test('repeats with the seed, differs without it', async () => {
    const run = (seed: number) => search({ space, objective: bowl, maxTrials: 25, seed });
    const [first, again, other] = [await run(3), await run(3), await run(4)];
    expect(configs(first)).toEqual(configs(again));
    expect(configs(first)).not.toEqual(configs(other));
  });

  test('records what fails and goes on', async () => {
    const objective = async ({ x }: Config) => {
      if (x > 3) throw new Error(`x is ${x.toFixed(1)}\nand more`);
      return x > 2 ? Number.NaN : x;
    };
    const result = await search({ space, objective, sampler: randomSampler(), maxTrials: 40 });
    const failed = result.trials.filter(({ state }) => state === 'failed');
    expect(failed.length).toBeGreaterThan(4);
    expect(result.trials.slice(-failed.length)).toEqual(failed);
    expect(result.trials).toHaveLength(40);
    for (const { config, error, value } of failed) {
      expect(value).toBeUndefined();
      expect(error).toMatch(config.x > 3 ? /^x is / : /search: the objective must give a number, got NaN/);
    }
    expect(result.table()).toMatch(/x is [345]\.\d/);
    const none = await search({ space, objective: () => Promise.reject(new Error('no')), maxTrials: 12 });
    expect([none.best, none.trials.length]).toEqual([undefined, 12]);
  });

  test('tries every configuration of a finite space once', async () => {
    const small = { a: vary.integer(1, 4), b: vary.choice(['p', 'q', 'r']) };
    const result = await search({ space: small, objective: async ({ a }) => a, maxTrials: 50 });
    expect(result.end).toBe('exhausted');
    expect(new Set(configs(result).map((config) => JSON.stringify(config))).size).toBe(12);
    expect(result.trials).toHaveLength(12);
  });

  test('gives its results as rows and as a table, the best first', async () => {
    const nested = { o: vary.oneOf({ a: { z: vary.choice([0.25, 0.5]) }, b: {} }), n: 7 };
    const objective = async ({ o }: ConfigOf<typeof nested>) => (o.kind === 'a' ? o.z : 0.375);
    const result = await search({ space: nested, objective, maxTrials: 10, sampler: randomSampler() });
    const rows = trialRows(result.trials);
    expect(rows.map(({ value, settings }) => [value, settings])).toEqual([
      [0.25, { 'o.kind': 'a', 'o.z': 0.25, n: 7 }],
      [0.375, { 'o.kind': 'b', n: 7 }],
      [0.5, { 'o.kind': 'a', 'o.z': 0.5, n: 7 }],
    ]);
    const [header, ...lines] = result.table().split('\n');
    expect(header?.split(/ +/)).toEqual([
      'trial',
      'value',
      'state',
      'budget',
      'seconds',
      'o.kind',
      'o.z',
      'n',
    ]);
    expect(lines.map((line) => line.split(/ +/)[1])).toEqual(['0.25', '0.375', '0.5']);
  });

  test('runs several trials at the same time, none of them twice', async () => {
    let [running, most] = [0, 0];
    const objective = async (config: Config) => {
      most = Math.max(most, ++running);
      await setTimeout(1);
      running--;
      return bowl(config);
    };
    const result = await search({ space, objective, maxTrials: 30, concurrency: 4 });
    expect(most).toBe(4);
    expect(new Set(configs(result).map((config) => JSON.stringify(config))).size).toBe(30);
    expect(new Set(result.trials.map(({ trial }) => trial)).size).toBe(30);
  });

  test('refuses what cannot be searched', async () => {
    const refused = (options: object) => search({ space, objective: bowl, ...options });
    await expect(refused({})).rejects.toThrow(/search: nothing would end the search; pass maxTrials/);
    await expect(refused({ maxTrials: 0 })).rejects.toThrow(/maxTrials must be a whole number from 1, got 0/);
    await expect(refused({ budgetMs: -1 })).rejects.toThrow(/budgetMs must be above 0/);
    await expect(refused({ maxTrials: 1, space: {} })).rejects.toThrow(/the space is empty/);
    await expect(refused({ maxTrials: 1, seed: 0.5 })).rejects.toThrow(/seed must be a whole number/);
    expect(() => tpe({ goodShare: 1 })).toThrow(/goodShare must lie between 0 and 1/);
  });
});

describe('the end', () => {
  /** Steps of 5 ms, reported. */
  const slow = async (_: Config, { report, budget }: TrialContext) => {
    for (let step = 1; step <= budget; step++) {
      await setTimeout(5);
      report(1 / step);
    }
    return 0;
  };

  test('comes with the time, within a step', async () => {
    const result = await search({ space, objective: slow, scheduler: fullBudget(1000), budgetMs: 60 });
    expect(result.end).toBe('time');
    expect(result.elapsedMs).toBeGreaterThanOrEqual(60);
    expect(result.elapsedMs).toBeLessThan(60 + 45);
    expect(result.trials).toEqual([]);
  });

  test('comes with the time where the objective only reports and never waits', async () => {
    const busy = async (_: Config, { report }: TrialContext) => {
      for (;;) report(1);
    };
    const result = await search({ space, objective: busy, budgetMs: 30 });
    expect(result.end).toBe('time');
    expect(result.elapsedMs).toBeLessThan(80);
  });

  test('comes with the signal, also to trials that wait for theirs', async () => {
    const controller = new AbortController();
    const waiting = (_: Config, { signal }: TrialContext) =>
      new Promise<number>((_resolve, reject) =>
        signal.addEventListener('abort', () => reject(signal.reason)),
      );
    const running = search({ space, objective: waiting, concurrency: 3, signal: controller.signal });
    await setTimeout(10);
    controller.abort();
    expect(await running).toMatchObject({ end: 'aborted', trials: [], best: undefined });
    const early = await search({ space, objective: waiting, signal: controller.signal });
    expect(early.end).toBe('aborted');
  });
});

test('the estimator beats random search where one of two branches is better', async () => {
  const branched = {
    part: vary.oneOf({
      far: { a: vary.uniform(0, 1) },
      near: { a: vary.uniform(0, 1), b: vary.logUniform(1e-3, 10) },
    }),
  };
  const objective = async ({ part }: ConfigOf<typeof branched>) =>
    part.kind === 'far' ? 1 + part.a : (part.a - 0.3) ** 2 + (Math.log10(part.b) - 0.5) ** 2;
  let wins = 0;
  for (let seed = 0; seed < 10; seed++) {
    const of = async (sampler: ReturnType<typeof tpe>) =>
      (await search({ space: branched, objective, sampler, maxTrials: 60, seed })).best?.value ?? 9;
    if ((await of(tpe())) < (await of(randomSampler()))) wins++;
  }
  expect(wins).toBeGreaterThanOrEqual(8);
});
