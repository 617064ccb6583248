import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { memorySink } from '../loggers/memory-sink.js';
import { asha } from './asha.js';
import { hyperband } from './hyperband.js';
import type { TrialContext } from './objective.js';
import { randomSampler } from './sampler.js';
import { fullBudget } from './scheduler.js';
import { search } from './search.js';
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
