/** Prices of weeks and months are taken for what they are, and every sentence follows from the data at hand. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RunFolder } from '@noosphere/command-line';
import { measure } from '@noosphere/footprint';
import { Random } from '@noosphere/train';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { jointPrices } from '../src/joint.js';
import { baseOf, loadMarkets } from '../src/markets.js';
import type { OutlookOptions } from '../src/options.js';
import { outlookPage } from '../src/page.js';
import { periodOf, rowsFor, tradingDay } from '../src/period.js';
import { riskMeasures } from '../src/risk/risk-measures.js';
import { allocateStage } from '../src/stages/allocate.js';
import { insightStage } from '../src/stages/insight.js';
import { qualityStage } from '../src/stages/quality.js';
import { riskStage } from '../src/stages/risk.js';
import type { StageOutcome, StageResult } from '../src/stages/stage.js';
import { turbulenceStage } from '../src/stages/turbulence.js';

vi.setConfig({ testTimeout: 120_000 });
const parent = mkdtempSync(join(tmpdir(), 'noosphere-period-'));
afterAll(() => rmSync(parent, { recursive: true }));

const iso = (time: number) => new Date(time).toISOString().slice(0, 10);
const msOfDay = 86_400_000;
const start = Date.UTC(1999, 0, 1);
const days = (every: number, count: number) =>
  Array.from({ length: count }, (_, at) => iso(start + at * every * msOfDay));
const months = (every: number, count: number, day = 0) =>
  Array.from({ length: count }, (_, at) => iso(Date.UTC(1990, (at + 1) * every, day)));

describe('how often prices come', () => {
  test.each([
    ['every day', days(1, 900), 'day', 365],
    ['weekdays', days(1, 900).filter((date) => new Date(date).getUTCDay() % 6 !== 0), 'day', 252],
    ['weeks', days(7, 300), 'week', 52],
    ['ends of months', months(1, 200), 'month', 12],
    ['the middle of months', months(1, 200, 15), 'month', 12],
    ['quarters', months(3, 90), 'quarter', 4],
    ['years', months(12, 40), 'year', 1],
    ['numbers', Array.from({ length: 100 }, (_, at) => String(at)), 'day', 252],
  ])('%s', (_, dates, name, perYear) => {
    expect(periodOf(dates)).toMatchObject({ name, perYear });
  });

  test('other gaps count as they come, and hours are refused', () => {
    const { name, perYear } = periodOf(days(14, 200));
    expect(name).toBe('period');
    expect(perYear).toBeCloseTo(365.25 / 14, 6);
    const hours = Array.from({ length: 100 }, (_, at) => new Date(start + at * 3_600_000).toISOString());
    expect(() => periodOf(hours)).toThrow('prices come every 1.0 hours');
    expect([rowsFor(252, tradingDay), rowsFor(63, periodOf(days(7, 300)))]).toEqual([252, 13]);
  });
});

/** Random walks of 16 and 32 % a year; the second is called as the app calls foreign cash. */
function writePrices(name: string, dates: readonly string[], perYear: number): string {
  const random = new Random(11);
  const prices = [100, 50];
  const lines = dates.map((date) => {
    for (const [asset, volatility] of [0.16, 0.32].entries())
      prices[asset] =
        (prices[asset] as number) * Math.exp((volatility / Math.sqrt(perYear)) * random.normal());
    return [date, ...prices].join(',');
  });
  const path = join(parent, name);
  writeFileSync(path, ['date,Fund,Petty cash', ...lines].join('\n'));
  return path;
}

const optionsOf = (data: string): OutlookOptions => ({
  ...{ stages: ['quality', 'insight', 'risk', 'turbulence', 'allocate'], seed: 1, epochs: 1, horizon: 1 },
  ...{ budget: 1000, base: undefined, json: undefined, out: undefined, force: false },
  ...{ data, layout: undefined, series: undefined, place: undefined },
  ...{ delimiter: undefined, decimal: undefined, dateFormat: undefined },
});

describe.each([
  ['weekly', days(7, 520), 52],
  ['monthly', months(1, 300), 12],
] as const)('%s prices', (adjective, dates, perYear) => {
  const path = writePrices(`${adjective}.csv`, dates, perYear);

  test('have the volatility of their year', async () => {
    const data = await loadMarkets(optionsOf(path));
    expect(data.period.perYear).toBe(perYear);
    expect(data.notes.join(' ')).toContain(`Prices are ${adjective}: ${perYear} count as a year.`);
    const joint = jointPrices(data, baseOf(undefined, data));
    const [, fund, cash] = riskMeasures(joint).holdings;
    // A GARCH of some hundred returns is sure to a quarter or so; by the day it would be 2.2 or 4.6 times as much.
    for (const [holding, expected] of [
      [fund, 0.16],
      [cash, 0.32],
    ] as const) {
      expect(holding?.volatility).toBeGreaterThan(0.7 * expected);
      expect(holding?.volatility).toBeLessThan(1.35 * expected);
    }
    expect(joint.cash.size).toBe(0);
  });

  test('get a page whose sentences are about them', async () => {
    const options = optionsOf(path);
    const data = await loadMarkets(options);
    const joint = jointPrices(data, baseOf(undefined, data));
    const folder = await RunFolder.create({
      ...{ out: join(parent, `${adjective}-run`), json: undefined, force: false, parent },
      folders: ['risk', 'allocation', 'models'],
    });
    const allocation = await allocateStage(joint, options, folder);
    const results: Record<string, StageResult> = {
      quality: await qualityStage(data, new Date(dates.at(-1) ?? 0)),
      insight: await insightStage(data),
      risk: await riskStage(joint, 1000, folder),
      allocate: allocation,
    };
    await expect(turbulenceStage(data, { seed: 1 }, folder)).rejects.toThrow(
      `these prices are ${adjective}; give daily prices`,
    );
    const { report } = await measure(() => 0);
    const page = outlookPage({
      ...{ options, data, summary: allocation.summary, keyFigures: allocation.keyFigures, seeds: [1] },
      stages: Object.entries(results).map(([name, result]): StageOutcome => ({ name, result })),
      footprint: report,
    });
    const shown = page.replaceAll(/<(style|script)[\s\S]*?<\/\1>/g, '').replaceAll(/<[^>]*>/g, ' ');
    for (const wrong of [
      /\bdays?\b/i,
      /\bdaily\b/i,
      /\bEUR\b/,
      /the index/i,
      /crude|spot price/i,
      /foreign cash/i,
      /picked/i,
    ])
      expect(
        new RegExp(`.{0,60}${wrong.source}.{0,20}`, wrong.flags).exec(shown)?.[0] ?? '',
        String(wrong),
      ).toBe('');
    // What it would have earned follows from the returns it wrote.
    const [header = '', ...rows] = readFileSync(
      join(parent, `${adjective}-run/allocation/returns.csv`),
      'utf8',
    )
      .trim()
      .split('\n');
    const end = (name: string) => {
      const column = header.split(',').indexOf(name);
      return rows.reduce((worth, row) => worth * (1 + Number(row.split(',')[column])), 1000);
    };
    const [own, equal] = [end('Minimum CVaR'), end('Equal parts')];
    const [, earned = '', worth = ''] = allocation.summary;
    expect(earned).toContain(`1,000 would have become ${Math.round(own).toLocaleString('en')} between`);
    expect(worth).toContain(`Was it worth it? ${own > equal ? 'Yes' : 'No'}`);
    expect(worth).toContain(`${Math.round(equal).toLocaleString('en')} (`);
  });
});
