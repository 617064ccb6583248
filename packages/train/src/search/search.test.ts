import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { memorySink } from '../loggers/memory-sink.js';
import { asha } from './asha.js';
import { ashaStopping } from './asha-stopping.js';
import { crossValidated } from './cross-validation.js';
import { hyperband } from './hyperband.js';
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

/** Improves with the budget towards the value of the configuration. */
const learning = async (config: Config, { budget }: TrialContext) => (await bowl(config)) + 10 / budget;

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'noosphere-search-'));
});
afterEach(() => rm(folder, { recursive: true }));

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

describe('a journal', () => {
  const options = { space, objective: bowl, seed: 2 };

  test('lets a search go on as if it had not been interrupted', async () => {
    for (const [name, scheduler] of Object.entries({
      full: fullBudget(),
      asha: asha({ maxBudget: 9 }),
      hyperband: hyperband({ maxBudget: 9 }),
    })) {
      const common = { ...options, objective: learning, scheduler, sampler: tpe({ startupTrials: 5 }) };
      const whole = await search({ ...common, maxTrials: 24 });
      const journal = join(folder, `${name}.jsonl`);
      // Stopped by its signal after 9 and after 20 calls.
      for (const calls of [9, 20]) {
        const controller = new AbortController();
        let count = 0;
        const onRecord = () => {
          if (++count === calls) controller.abort();
        };
        await search({ ...common, maxTrials: 24, journal, signal: controller.signal, onRecord });
      }
      const resumed = await search({ ...common, maxTrials: 24, journal });
      const plain = ({ records }: typeof whole) =>
        records.map(({ trial, budget, config, value }) => ({ trial, budget, config, value }));
      expect(plain(resumed)).toEqual(plain(whole));
      const again = await search({ ...common, maxTrials: 24, journal });
      expect(again.records).toEqual(resumed.records);
    }
  });

  test('loses a torn last line alone', async () => {
    const journal = join(folder, 'torn.jsonl');
    await search({ ...options, maxTrials: 5, journal });
    const text = await readFile(journal, 'utf8');
    await writeFile(journal, text.slice(0, -20));
    const resumed = await search({ ...options, maxTrials: 5, journal });
    const without = ({ seconds, ...rest }: { seconds: number }) => ({ ...rest, seconds: seconds >= 0 });
    const lines = (each: string) =>
      each
        .trim()
        .split('\n')
        .slice(1)
        .map((line) => without(JSON.parse(line)));
    expect(lines(await readFile(journal, 'utf8'))).toEqual(lines(text));
    expect(resumed.trials).toHaveLength(5);
  });

  test('keeps failures, infinities and reports', async () => {
    const sink = memorySink();
    const objective = async ({ x }: Config, { report }: TrialContext) => {
      report(x);
      if (x < -2) throw new Error('too low');
      return x > 2 ? Number.POSITIVE_INFINITY : x;
    };
    const first = await search({
      ...options,
      objective,
      journal: sink,
      maxTrials: 20,
      sampler: randomSampler(),
    });
    const again = await search({ ...options, objective, journal: sink, maxTrials: 20 });
    expect(again.records).toEqual(first.records);
    expect(new Set(again.trials.map(({ state }) => state))).toEqual(new Set(['finished', 'failed']));
    expect(again.trials.some(({ value }) => value === Number.POSITIVE_INFINITY)).toBe(true);
  });

  test('of another search, or damaged, is refused and stays as it is', async () => {
    const sink = memorySink();
    await search({ ...options, maxTrials: 3, journal: sink });
    const text = sink.readText() ?? '';
    const other = { x: vary.uniform(-5, 4), y: space.y };
    await expect(search({ ...options, space: other, maxTrials: 3, journal: sink })).rejects.toThrow(
      /memory belongs to another search, expected .*4.*choose another file/,
    );
    await expect(search({ ...options, direction: 'maximize', maxTrials: 3, journal: sink })).rejects.toThrow(
      /another search/,
    );
    expect(sink.readText()).toBe(text);
    const lines = text.split('\n');
    const damages: [string, RegExp][] = [
      [[lines[0], '{"trial":0', ...lines.slice(2)].join('\n'), /memory, line 2: is not JSON/],
      [text.replace('"trial":1', '"trial":-1'), /memory, line 3: trial: .*the file is damaged/],
      [text.replace('"version":1', '"version":9'), /line 1: is no journal of a search/],
      ['my notes\n', /line 1: is not JSON/],
      ['my notes', /line 1: is no journal of a search/],
    ];
    for (const [damaged, message] of damages) {
      const damagedSink = memorySink(damaged);
      await expect(search({ ...options, maxTrials: 3, journal: damagedSink })).rejects.toThrow(message);
      expect(damagedSink.readText()).toBe(damaged);
    }
  });
});

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
