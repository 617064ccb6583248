/** The comparison of two ways to learn, on series of which one falls hard now and then: its figures, its files, and what it may see. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RunFolder } from '@noosphere/command-line';
import { loadOnnx } from '@noosphere/core';
import { Random } from '@noosphere/train';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { JointPrices } from '../src/joint.js';
import { tradingDay } from '../src/period.js';
import { type DecideStage, decideStage } from '../src/stages/decide.js';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const parent = mkdtempSync(join(tmpdir(), 'noosphere-decide-'));
afterAll(() => rmSync(parent, { recursive: true }));

const days = 640;
/** Calm, lively, and one that falls by a tenth on one day in twenty-five, each with its own seed. */
function simulated(known = days): JointPrices {
  const dates = Array.from({ length: days }, (_, day) =>
    new Date(Date.UTC(2010, 0, 1 + day)).toISOString().slice(0, 10),
  );
  const prices = [0.004, 0.012, 0.008].map((deviation, asset) => {
    const random = new Random(asset + 1);
    let price = 100;
    return Float64Array.from({ length: days }, (_, day) => {
      const falls = asset === 2 && random.uniform() < 0.04;
      const change = (falls ? -0.1 : 0.006 * (asset === 2 ? 1 : 0)) + deviation * random.normal();
      price *= Math.exp(day < known ? change : 0.05 * random.normal());
      return price;
    });
  });
  return {
    names: ['Calm', 'Lively', 'Falling'],
    dates,
    prices,
    index: undefined,
    ...{ base: 'EUR', inBase: 'in EUR', cash: new Set(), period: tradingDay, isEmbedded: false, leftOut: [] },
  };
}

async function decided(joint: JointPrices, out: string, horizon = 5) {
  const folder = await RunFolder.create({
    ...{ out: join(parent, out), json: undefined, force: false, parent },
    folders: ['models', 'allocation'],
  });
  const signal = new AbortController().signal;
  return decideStage(joint, { horizon, seed: 1, signal }, folder);
}

const table = (out: string, name: string) =>
  readFileSync(join(parent, out, `allocation/${name}.csv`), 'utf8')
    .trim()
    .split('\n')
    .map((line) => line.split(','));

let whole: DecideStage | undefined;
beforeAll(async () => {
  whole = await decided(simulated(), 'whole');
});

test('figures are those of the files', async () => {
  const { ways, periods, horizon, seeds } = whole?.facts ?? { ways: [], periods: 0, horizon: 0, seeds: [] };
  expect(seeds).toEqual([1, 2, 3]);
  expect(ways.map(({ name }) => name)).toEqual([
    'Equal parts',
    'Limited minimum CVaR',
    'Unlimited minimum CVaR',
    'Two-stage',
    'Decision-focused',
  ]);
  const [header = [], ...rows] = table('whole', 'decide-returns');
  expect(rows.length).toBe(days - 1 - Math.floor((2 / 3) * (days - 1)));
  const tailOf = (column: number) => {
    const losses = Array.from({ length: periods }, (_, period) => {
      const own = rows.slice(period * horizon, (period + 1) * horizon);
      return 1 - own.reduce((worth, row) => worth * (1 + Number(row[column])), 1);
    }).sort((a, b) => b - a);
    const tail = 0.05 * periods;
    return losses.reduce((sum, loss, place) => sum + loss * Math.max(0, Math.min(1, tail - place)), 0) / tail;
  };
  for (const { name, cvar, seedCvars } of ways) {
    const columns = header.flatMap((each, column) => (each.startsWith(name) ? [column] : []));
    columns.forEach((column, place) => {
      expect(tailOf(column)).toBeCloseTo(seedCvars[place] ?? Number.NaN, 10);
    });
    expect(seedCvars.reduce((sum, each) => sum + each, 0) / seedCvars.length).toBeCloseTo(cvar, 12);
  }
  const [, ...weights] = table('whole', 'decide-weights');
  for (const row of weights)
    expect(row.slice(3).reduce((sum, weight) => sum + Number(weight), 0)).toBeCloseTo(1, 6);
  expect((await loadOnnx(join(parent, 'whole/models/decide.onnx'))).inputs.map(({ name }) => name)).toEqual([
    'y',
    'past',
  ]);
  expect(whole?.section.blocks.length).toBe(3);
});

test('what falls hard is held less than its third by the network that learns the cost', () => {
  const [, ...weights] = table('whole', 'decide-weights');
  const meanOf = (way: string, asset: number) => {
    const own = weights.filter(([name]) => name === way).map((row) => Number(row[3 + asset]));
    return own.reduce((sum, weight) => sum + weight, 0) / own.length;
  };
  expect(meanOf('Decision-focused', 0)).toBeGreaterThan(0.6);
  expect(meanOf('Decision-focused', 2)).toBeLessThan(0.15);
  const of = (name: string) => whole?.facts.ways.find((way) => way.name === name)?.cvar ?? Number.NaN;
  expect(of('Decision-focused')).toBeLessThan(0.6 * of('Equal parts'));
});

test('what comes later changes no share before', async () => {
  const known = 560;
  await decided(simulated(known), 'later');
  const lastDay = simulated().dates[known - 1] ?? '';
  const upTo = (out: string) => table(out, 'decide-weights').filter((row) => (row[2] ?? '') <= lastDay);
  expect(upTo('later')).toEqual(upTo('whole'));
  expect(upTo('whole').length).toBeGreaterThan(100);
  expect(table('later', 'decide-weights')).not.toEqual(table('whole', 'decide-weights'));
});

test('too few days or assets are said, with the way out', async () => {
  const joint = simulated();
  await expect(decided(joint, 'far', 30)).rejects.toThrow(
    /639 common days give .* stretches of 30 days .* give longer histories or a smaller --horizon/,
  );
  const one = { ...joint, names: ['Calm'], prices: joint.prices.slice(0, 1) };
  await expect(decided(one, 'one')).rejects.toThrow('one asset, Calm, leaves nothing to decide');
});
