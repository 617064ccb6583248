/** Warnings on simulated volatility, whose turbulence is known to be foreseeable; scores against the metrics of train. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { abs, conv, importOnnx, max, reshape, sub, tensor, transpose } from '@noosphere/core';
import { loadModel, openModel } from '@noosphere/learn';
import { metrics, Random } from '@noosphere/train';
import { beforeAll, describe, expect, test } from 'vitest';
import { drawDays, risingOrder, weightedAuc, weightedBrier } from './block-bootstrap.js';
import { TimeConvolution } from './classifiers.js';
import { labelOf, splitSeries } from './days.js';
import {
  saveWarningModel,
  type TurbulenceOptions,
  type TurbulenceWarnings,
  turbulenceWarnings,
  type WarningModel,
} from './index.js';

/** GARCH(1, 1) with a persistence of 0.98: months hang together. */
function simulate(seed: number, days: number): Float64Array {
  const random = new Random(seed);
  let variance = 1;
  return Float64Array.from({ length: days }, () => {
    const value = Math.sqrt(variance) * random.normal();
    variance = 0.02 + 0.12 * value ** 2 + 0.86 * variance;
    return value / 100;
  });
}

const days = 1600;
const dates = Array.from({ length: days }, (_, day) =>
  new Date(Date.UTC(2000, 0, 1 + day)).toISOString().slice(0, 10),
);
const planted = [1, 2, 3].map((seed) => ({ name: `market ${seed}`, returns: simulate(seed, days), dates }));
const quick: TurbulenceOptions = { seeds: [1, 2], epochs: 6, windows: 1500, resamples: 100 };
const split = { horizon: 20, turbulentShare: 0.2, trainingShare: 0.6, validationShare: 0.15 };

let warnings: TurbulenceWarnings;
beforeAll(async () => {
  warnings = await turbulenceWarnings(planted, quick);
}, 60_000);

describe('parts', () => {
  const parts = splitSeries(planted, split);

  test('share no day: neither what a window shows later nor what labels it', () => {
    const { validationFrom, testFrom } = parts.calendar;
    expect([validationFrom, testFrom]).toEqual([960, 1200]);
    for (const { training, validation, test: later } of parts.series) {
      expect(training.at(-1)).toBe(959 - 20);
      expect([validation[0], validation.at(-1)]).toEqual([960, 1199 - 20]);
      expect([later[0], later.at(-1)]).toEqual([1200, days - 1]);
    }
  });

  test('a fifth of the training days is turbulent, by the training part alone', () => {
    for (const own of parts.series) {
      const labels = own.training.map((day) => Number(labelOf(own, day, 20)));
      const share = labels.reduce((sum, label) => sum + label, 0) / labels.length;
      expect(Math.abs(share - 0.2)).toBeLessThan(0.002);
    }
    const longer = planted.map((each) => ({
      ...each,
      returns: each.returns.map((r, at) => (at < 960 ? r : 9 * r)),
    }));
    const others = splitSeries(longer, split).series.map(({ deviation, threshold }) => [
      deviation,
      threshold,
    ]);
    expect(others).toEqual(parts.series.map(({ deviation, threshold }) => [deviation, threshold]));
  });

  test('a label is the volatility of the days after, by hand', () => {
    const own = { returns: Float64Array.of(0, 0, 3, 4, 0), threshold: 3.5 };
    expect(labelOf(own, 1, 2)).toBe(1); // √((9 + 16) / 2) = 3.54
    expect(labelOf(own, 2, 2)).toBe(0); // √(16 / 2) = 2.83
    expect(labelOf(own, 3, 2)).toBeUndefined();
  });

  test('all series are cut at the same dates', () => {
    const [first, second] = planted;
    const late = { ...second, name: 'late', returns: simulate(5, 1100), dates: dates.slice(500) };
    const { series, calendar } = splitSeries([first ?? late, late], split);
    for (const { ranks, training, test: later } of series) {
      expect(ranks[(training.at(-1) ?? 0) + 20]).toBeLessThan(calendar.validationFrom);
      expect(ranks[later[0] ?? 0]).toBe(calendar.testFrom);
    }
  });
});

describe('warnings', () => {
  test('tell turbulent months from calm ones, much better than chance', () => {
    const aucs = Object.fromEntries(warnings.scores.map(({ method, auc }) => [method, auc]));
    expect(aucs.network).toBeGreaterThan(0.7);
    expect(aucs.logistic).toBeGreaterThan(0.7);
    expect(aucs.persistence).toBeGreaterThan(0.6);
    expect(aucs.share).toBe(0.5);
    const [network, , , share] = warnings.scores;
    expect(network?.brier).toBeLessThan(share?.brier ?? 0);
    expect(network?.seeds.map(({ seed }) => seed)).toEqual([1, 2]);
    for (const { auc, aucInterval } of warnings.scores) {
      expect(aucInterval.low).toBeLessThanOrEqual(auc);
      expect(aucInterval.high).toBeGreaterThanOrEqual(auc);
    }
    const { low, high } = warnings.aucDifference;
    expect(warnings.verdict).toBe(low > 0 ? 'network' : high < 0 ? 'logistic' : 'undecided');
  });

  test('find nothing where there is nothing to find', async () => {
    const random = new Random(9);
    // Six markets of 20 months each: an area by chance has a deviation of about 0.05.
    const noise = ['A', 'B', 'C', 'D', 'E', 'F'].map((name) => ({
      name,
      returns: Float64Array.from({ length: days }, () => random.normal() / 100),
    }));
    const { scores, verdict } = await turbulenceWarnings(noise, { ...quick, seeds: [1] });
    for (const { auc } of scores) expect(Math.abs(auc - 0.5)).toBeLessThan(0.15);
    expect(verdict).toBe('undecided');
  });

  test('do not look ahead: noise after a day leaves what was said up to it as it was, to the bit', async () => {
    const from = 1400;
    const random = new Random(4);
    const changed = planted.map((each) => ({
      ...each,
      returns: each.returns.map((value, day) => (day > from ? random.normal() : value)),
    }));
    const others = await turbulenceWarnings(changed, quick);
    for (const [at, { network, logistic, dates: own }] of warnings.days.entries()) {
      const kept = own.filter((date) => date <= (dates[from] ?? '')).length;
      expect(kept).toBe(201);
      const other = others.days[at];
      expect(other?.network.slice(0, kept)).toEqual(network.slice(0, kept));
      expect(other?.logistic.slice(0, kept)).toEqual(logistic.slice(0, kept));
      expect(other?.network.slice(kept)).not.toEqual(network.slice(kept));
    }
    expect(others.onnx).toEqual(warnings.onnx);
  }, 60_000);

  test('the file says what the warnings of today say', async () => {
    const model = importOnnx<'probability'>(warnings.onnx);
    const returns = tensor(planted.map((each) => Array.from(each.returns.slice(-60))));
    const deviation = tensor(warnings.days.map((each) => [each.deviation]));
    const { probability } = model.apply({ returns, deviation });
    const said = (await probability.array()) as number[];
    for (const [at, { probability: expected, date }] of warnings.current.entries()) {
      expect(said[at]).toBeCloseTo(expected, 5);
      expect(date).toBe(dates.at(-1));
    }
  });

  test('a model folder says the same, and gives the networks back', async () => {
    const folder = join(mkdtempSync(join(tmpdir(), 'noosphere-warning-')), 'model');
    await saveWarningModel(folder, warnings.model);
    const model = await loadModel(folder);
    const rows = planted.map((each, at) => ({
      returns: Array.from(each.returns.slice(-60)),
      deviation: [warnings.days[at]?.deviation ?? 0],
    }));
    const said = await model.predict(rows);
    await model.close();
    for (const [at, { probability }] of warnings.current.entries())
      expect(said[at]?.probability).toBeCloseTo(probability, 5);
    const loaded = await openModel<WarningModel>(folder);
    expect([loaded.horizon, loaded.series]).toEqual([warnings.horizon, warnings.model.series]);
    const again = join(folder, '..', 'again');
    await saveWarningModel(again, loaded);
    const read = (place: string) => readFileSync(join(place, 'model.onnx'));
    expect(read(again).equals(read(folder))).toBe(true);
    rmSync(join(folder, '..'), { recursive: true });
  });
});

test('the convolution is that of the operator', async () => {
  const random = new Random(6);
  const layer = new TimeConvolution(3, 4, 5, 2, random);
  const x = random.normalTensor([2, 12, 3], 1);
  // Weights [O, k · C] with the places of a window outside; the operator has [O, C, k].
  const weight = transpose(reshape(layer.linear.weight, [4, 5, 3]), [0, 2, 1]);
  const expected = conv(transpose(x, [0, 2, 1]), weight, { strides: [2], bias: layer.linear.bias });
  const difference = abs(sub(layer.forward(x), transpose(expected, [0, 2, 1])));
  expect(difference.shape).toEqual([2, 4, 4]);
  expect(Number(await max(difference).item())).toBeLessThan(1e-5);
});

describe('scores of draws', () => {
  const random = new Random(2);
  const labels = Uint8Array.from({ length: 300 }, () => Number(random.uniform() < 0.3));
  // Few distinct scores, so that there are ties.
  const scores = Float64Array.from(labels, (label) => Math.round(5 * (0.3 * label + random.uniform())) / 7);
  const weights = Float64Array.from(labels, () => Math.floor(3 * random.uniform()));
  const weightOf = (row: number) => weights[row] ?? 0;

  test('are those of weighted rows', () => {
    expect(weightedAuc(labels, scores, risingOrder(scores), weightOf)).toBeCloseTo(
      metrics.rocAuc(labels, scores, { weights }),
      12,
    );
    expect(weightedBrier(labels, scores, weightOf)).toBeCloseTo(
      metrics.brierScore(labels, scores, { weights }),
      12,
    );
  });

  test('draw as many days as there are, in blocks', () => {
    for (const counts of drawDays(103, { blockDays: 25, resamples: 20, seed: 1 })) {
      expect(counts.reduce((sum, count) => sum + count, 0)).toBe(103);
      // Five blocks: at most ten places where the count changes.
      const changes = counts.filter((count, day) => count !== counts.at(day - 1)).length;
      expect(changes).toBeLessThanOrEqual(10);
    }
  });
});

describe('refuses, or leaves out with a reason', () => {
  const [first] = planted as [(typeof planted)[number]];
  test.each<[string, () => Promise<unknown>, string]>([
    ['no series', () => turbulenceWarnings([]), 'needs at least one series, got none'],
    [
      'a return that is no number',
      () => turbulenceWarnings([{ name: 'A', returns: Float64Array.of(1, Number.NaN) }]),
      'returns[1] must be finite',
    ],
    [
      'a short history',
      () => turbulenceWarnings([{ name: 'A', returns: simulate(1, 300) }]),
      'A has 101 days in the training part, 250 are needed; give longer histories',
    ],
    ['two of a name', () => turbulenceWarnings([first, first]), "two series are called 'market 1'"],
    [
      'dates that fall',
      () => turbulenceWarnings([{ ...first, dates: dates.toReversed() }]),
      'dates must rise',
    ],
    [
      'a missing date',
      () => turbulenceWarnings([{ ...first, dates: dates.slice(1) }]),
      'has 1600 returns and 1599 dates',
    ],
    [
      'two lengths without dates',
      () =>
        turbulenceWarnings([
          { name: 'A', returns: simulate(1, 900) },
          { name: 'B', returns: simulate(1, 901) },
        ]),
      'give their dates',
    ],
    [
      'parts that leave no test',
      () => turbulenceWarnings([first], { trainingShare: 0.9, validationShare: 0.1 }),
      'must leave something for the test',
    ],
    ['no seed', () => turbulenceWarnings([first], { seeds: [] }), 'needs at least one seed'],
    ['a horizon beyond the window', () => turbulenceWarnings([first], { horizon: 61 }), 'at most 60, got 61'],
    [
      'a test of one class',
      () =>
        turbulenceWarnings(
          [{ ...first, returns: first.returns.map((value, day) => (day < 1180 ? value : value / 1000)) }],
          { ...quick, epochs: 1 },
        ),
      '0 of 380 test days were turbulent',
    ],
  ])('%s', async (_what, call, message) => {
    await expect(call()).rejects.toThrow(message);
  });

  test('a series that stands still or ended', async () => {
    const still = { name: 'still', returns: new Float64Array(days), dates };
    const ended = { name: 'ended', returns: simulate(8, 900), dates: dates.slice(0, 900) };
    const { leftOut, current } = await turbulenceWarnings([first, still, ended], {
      ...quick,
      seeds: [1],
      epochs: 1,
    });
    expect(leftOut).toEqual([
      { name: 'still', reason: 'does not move in the training part' },
      { name: 'ended', reason: 'ends before the test part: it trains, and is not warned of' },
    ]);
    expect(current.map(({ name }) => name)).toEqual(['market 1']);
  });
});
