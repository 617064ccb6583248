/** Warnings on simulated markets, of which one ended early: what is told, the file, and slow series from the day they are public. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RunFolder } from '@noosphere/command-line';
import { compile, hostData, loadOnnx, type Tensor, tensor } from '@noosphere/core';
import { loadCoreCpi } from '@noosphere/datasets';
import { Random } from '@noosphere/train';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { Market, Markets } from '../src/markets.js';
import { tradingDay } from '../src/period.js';
import { type TurbulenceStage, turbulenceStage } from '../src/stages/turbulence.js';
import { compareSets, featureSentence } from '../src/turbulence/feature-exhibits.js';
import { featureSets } from '../src/turbulence/slow-series.js';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const parent = mkdtempSync(join(tmpdir(), 'noosphere-turbulence-'));
afterAll(() => rmSync(parent, { recursive: true }));

/** Prices whose turbulence comes in clusters, day after day from 2001. */
function market(name: string, seed: number, days: number): Market {
  const random = new Random(seed);
  let [price, variance, last] = [100, 1, 0];
  const prices = Float64Array.from({ length: days }, () => {
    variance = 0.02 + 0.12 * last ** 2 + 0.86 * variance;
    last = Math.sqrt(variance) * random.normal();
    price *= Math.exp(last / 100);
    return price;
  });
  const dates = Array.from({ length: days }, (_, day) =>
    new Date(Date.UTC(2001, 0, 1 + day)).toISOString().slice(0, 10),
  );
  return {
    history: { name, dates, prices },
    ...{ origin: 'simulated', slug: name.toLowerCase() },
    quote: { currency: undefined, role: 'asset' },
    source: { name, licence: 'none' },
  };
}
const markets = [market('One', 1, 1600), market('Two', 2, 1600), market('Ended', 3, 1550)];
const data: Markets = {
  markets,
  ...{ notes: [], rates: undefined, period: tradingDay, isEmbedded: false },
};

interface Facts {
  readonly current: readonly {
    name: string;
    date: string;
    probability: number;
    seedProbabilities: number[];
  }[];
  readonly scores: readonly { method: string; auc: number; seeds: readonly object[] }[];
  readonly series: readonly { name: string; deviation: number }[];
  readonly slowSeries: readonly { title: string; failure?: string; testFrom?: string }[];
}
let stage: TurbulenceStage;
let facts: Facts;
let folder: RunFolder;
beforeAll(async () => {
  folder = await RunFolder.create({
    ...{ out: join(parent, 'run'), json: undefined, force: false, parent },
    folders: ['models'],
  });
  stage = await turbulenceStage(data, { seed: 5 }, folder);
  facts = stage.facts as Facts;
});

test('what can be foreseen is foreseen, and every row stands on terminal and page', () => {
  const areaOf = (method: string) => facts.scores.find((each) => each.method === method)?.auc ?? 0;
  expect(areaOf('network')).toBeGreaterThan(0.6);
  expect(areaOf('logistic')).toBeGreaterThan(areaOf('share'));
  expect(areaOf('share')).toBeCloseTo(0.5, 12);
  expect(stage.seeds).toEqual([5, 6, 7]);
  expect(facts.scores.map(({ seeds }) => seeds.length)).toEqual([3, 3, 0, 0]);
  const text = stage.lines.join('\n');
  for (const title of ['1-D CNN, mean of 3', 'seed 7', 'Naive: it stays as it is', 'Ended'])
    expect(text).toContain(title);
  expect(text).toContain(areaOf('network').toFixed(3));
  const captions = stage.section.blocks.flatMap((block) => (block.kind === 'table' ? [block.caption] : []));
  expect(captions).toHaveLength(3);
  const [scores] = stage.section.blocks.filter((block) => block.kind === 'table');
  expect(scores?.kind === 'table' && scores.rows.length).toBe(10);
});

test('the highest warning is that of the last day, not of a series that ended before', () => {
  const lastDay = markets[0]?.history.dates.at(-1);
  expect(facts.current.find(({ name }) => name === 'Ended')?.date).toBe(markets[2]?.history.dates.at(-1));
  const latest = facts.current.filter(({ date }) => date === lastDay);
  expect(latest.map(({ name }) => name).sort()).toEqual(['One', 'Two']);
  const highest = latest.reduce((best, each) => (each.probability > best.probability ? each : best));
  const [figure] = stage.keyFigures;
  expect(figure?.value).toBe((100 * highest.probability).toFixed(0));
  expect(figure?.note).toBe(`${highest.name}, after ${lastDay}`);
});

test('the saved file says of the last 60 returns what the page says', async () => {
  const network = await loadOnnx<'probability'>(folder.place('models/turbulence.onnx'));
  const run = compile((returns: Tensor, deviation: Tensor) => network.apply({ returns, deviation }));
  for (const { history } of markets) {
    const prices = history.prices.slice(-61);
    const returns = prices.slice(1).map((price, day) => Math.log(price / (prices[day] as number)));
    const { deviation = Number.NaN } = facts.series.find(({ name }) => name === history.name) ?? {};
    const { probability } = await run(
      tensor(Float32Array.from(returns), { shape: [1, 60] }),
      tensor(Float32Array.of(deviation), { shape: [1, 1] }),
    );
    const told = facts.current.find(({ name }) => name === history.name);
    expect((hostData(probability) as Float32Array)[0]).toBeCloseTo(told?.probability ?? Number.NaN, 5);
  }
  await run.dispose();
});

test('slow series count from the day they are public, weeks after their month', async () => {
  const cpi = await loadCoreCpi();
  const [
    {
      features: [inflation],
    } = { features: [] },
    both,
  ] = (await featureSets()).sets;
  const month = cpi.months.indexOf('2008-01-01');
  const place = inflation?.publicFrom.indexOf('2008-03-14') ?? -1;
  expect(place).toBe(month - 12);
  const change = 100 * Math.log((cpi.index[month] as number) / (cpi.index[month - 12] as number));
  expect(inflation?.values[place]).toBeCloseTo(change, 12);
  expect(inflation?.until).toBe('2019-02-11');
  expect(both?.features.map(({ publicFrom, until }) => [publicFrom.at(-1), until])).toEqual([
    ['2019-01-12', '2019-02-11'],
    ['2009-10-02', '2010-01-01'],
    ['2009-12-30', '2010-03-31'],
  ]);
});

test('slow series are compared on days that have them, and others say why not', async () => {
  expect(facts.slowSeries.map(({ failure }) => failure)).toEqual([undefined, undefined]);
  expect(stage.lines.join('\n')).toContain('with core inflation, bill rate, growth');
  const later = markets.map(({ history: { name, dates, prices } }) => ({
    name,
    returns: prices.slice(1),
    dates: dates.slice(1).map((date) => `${Number(date.slice(0, 4)) + 30}${date.slice(4)}`),
  }));
  const { slow, sources } = await compareSets(later, { seeds: [1] });
  expect([stage.sources?.length, sources]).toEqual([2, []]);
  for (const { found } of slow) expect(found).toContain('needs at least one series, got none');
  expect(featureSentence(slow)).toBeUndefined();
});
