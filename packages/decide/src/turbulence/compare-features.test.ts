/** Features that are public early, and features that say nothing; what is not public yet changes nothing. */
import { Random } from '@noosphere/train';
import { expect, test } from 'vitest';
import { compareFeatures, type PublishedFeature } from './index.js';
import { daysWithFeatures, valueOn } from './published-features.js';

const days = 1500;
const dates = Array.from({ length: days }, (_, day) =>
  new Date(Date.UTC(2000, 0, 1 + day)).toISOString().slice(0, 10),
);
/** Months of 30 days, wild or calm by a coin: past volatility says nothing of the next month. */
const coins = new Random(8);
const isWild = Array.from({ length: days / 30 }, () => coins.uniform() < 0.3);
const series = [1, 2].map((seed) => {
  const random = new Random(seed);
  const returns = Float64Array.from(
    dates,
    (_, day) => (isWild[Math.floor(day / 30)] ? 0.03 : 0.01) * random.normal(),
  );
  return { name: `market ${seed}`, returns, dates };
});
const everyTen = (name: string, values: readonly number[], delay = 0): PublishedFeature => ({
  ...{ name, values, until: dates.at(-1) ?? '' },
  publicFrom: values.map((_, place) => dates[10 * place + delay] ?? ''),
});
/** Share of wild days among the next 20, as nobody could publish it. */
const ahead = Array.from({ length: days / 10 }, (_, place) =>
  [0, 10].reduce((sum, later) => sum + Number(isWild[Math.floor((10 * place + later) / 30)] ?? 0) / 2, 0),
);
const telling = everyTen('telling', ahead);
const noise = everyTen(
  'noise',
  ahead.map(() => coins.normal()),
);
const quick = { seeds: [1, 2], epochs: 8, resamples: 100 };

test('a value counts from the day it is public until the next, and not beyond its end', () => {
  const feature = {
    name: 'a',
    publicFrom: ['2000-01-05', '2000-02-04'],
    values: [1, 2],
    until: '2000-03-01',
  };
  const on = ['2000-01-04', '2000-01-05', '2000-02-03', '2000-02-04', '2000-03-01', '2000-03-02'];
  expect(on.map((day) => valueOn(feature, day))).toEqual([Number.NaN, 1, 1, 2, 2, Number.NaN]);
  const [cut] = daysWithFeatures(series, [feature, telling]);
  expect([cut?.dates?.[0], cut?.dates?.at(-1), cut?.returns[0]]).toEqual([
    '2000-01-05',
    '2000-03-01',
    series[0]?.returns[4],
  ]);
});

test('what is public helps where it tells something, and not where it is noise', async () => {
  const found = await compareFeatures(series, [telling], quick);
  expect(found.aucDifference.low).toBeGreaterThan(0);
  expect(found.aucDifference.value).toBeGreaterThan(0.03);
  expect(found.with.auc).toBeCloseTo(found.without.auc + found.aucDifference.value, 12);
  expect(found.with.seedAucs).toHaveLength(2);
  const useless = await compareFeatures(series, [noise], quick);
  // The same days, so that the row without features is the same.
  expect(useless.without).toEqual(found.without);
  expect(useless.aucDifference.low).toBeLessThan(0);
});

test('what comes out later helps less', async () => {
  const [early, late] = await Promise.all(
    [0, 9].map((delay) => compareFeatures(series, [everyTen('delayed', ahead.slice(0, 149), delay)], quick)),
  );
  expect(late?.with.auc).toBeLessThan((early?.with.auc ?? 0) - 0.01);
  expect([early?.firstDay, late?.firstDay]).toEqual([dates[0], dates[9]]);
});

test('features that cannot be are refused by name', async () => {
  const refused = (feature: PublishedFeature, message: string) =>
    expect(compareFeatures(series, [feature], quick)).rejects.toThrow(message);
  await refused({ ...telling, values: [1] }, "'telling' has 1 values and 150 days of publication");
  await refused({ ...telling, until: '2000-01-01' }, "'telling' ends on 2000-01-01, before its last value");
  await refused(
    { name: 'b', publicFrom: ['2001', '2000'], values: [1, 2], until: '2002' },
    "'b': days of publication must rise, got 2000 after 2001",
  );
  await refused(everyTen('c', [1, Number.NaN]), "'c' is NaN from 2000-01-11");
  await expect(compareFeatures(series, [], quick)).rejects.toThrow('needs at least one feature');
});
