// Goldens: tools/goldens/returns.py (pandas for windows, scikit-learn for metrics and least squares, SciPy for Wilson).
import { describe, expect, test } from 'vitest';
import goldens from '../goldens/returns.json' with { type: 'json' };
import { leastSquares } from '../least-squares/least-squares.js';
import { dieboldMariano, twoSidedNormal } from '../metrics/diebold-mariano.js';
import { hitRate, rootMeanSquare, wilsonInterval } from '../metrics/index.js';
import { seasonalReturns, trainingMean, zeroReturn } from './baselines.js';
import { logReturns } from './prices.js';
import { meanAbsoluteScaled, randomWalkScale, scoreForecast } from './score.js';
import { splitByTime } from './split.js';
import { cumulativeReturns, lookbackWindows } from './windows.js';

const prices = Float64Array.from(goldens.prices);
const features = { width: 1, values: logReturns(prices) };

function expectClose(actual: ArrayLike<number>, expected: readonly number[], tolerance: number): void {
  expect(actual.length).toBe(expected.length);
  const worst = Math.max(...expected.map((value, index) => Math.abs((actual[index] ?? Number.NaN) - value)));
  expect(worst).toBeLessThanOrEqual(tolerance);
}

describe.each(goldens.windows)('$horizon days ahead', (golden) => {
  const { horizon } = golden;
  const split = splitByTime(prices.length, { horizon });
  const actual = cumulativeReturns(prices, split.test, horizon);
  const trainingTargets = cumulativeReturns(prices, split.training, horizon);

  test('origins, windows and targets', () => {
    expect([split.training.first, split.training.end - 1]).toEqual(golden.trainingOrigins);
    expect([split.test.first, split.test.end - 1]).toEqual(golden.testOrigins);
    expectClose(lookbackWindows(features, split.training, 10).subarray(0, 10), golden.firstWindow, 1e-8);
    expectClose(actual, golden.actual, 1e-14);
  });

  test('forecasts and metrics of every row', () => {
    const inputs = (range: typeof split.test) => Float64Array.from(windowsInDouble(range));
    const { weights, intercept } = leastSquares(inputs(split.training), trainingTargets);
    expectClose(weights, golden.weights, 1e-12);
    expect(intercept).toBeCloseTo(golden.intercept, 14);
    const test = inputs(split.test);
    const forecasts = {
      zero: zeroReturn(split.test),
      mean: trainingMean(prices, split, split.test),
      seasonal: seasonalReturns(prices, split.test, horizon),
      linear: actual.map((_, row) =>
        weights.reduce((sum, weight, lag) => sum + weight * (test[row * 10 + lag] ?? Number.NaN), intercept),
      ),
    };
    const scale = randomWalkScale(trainingTargets);
    expect(scale).toBeCloseTo(golden.scale, 14);
    for (const name of ['zero', 'mean', 'seasonal', 'linear'] as const) {
      const row = golden.rows[name];
      expectClose(forecasts[name], row.forecast, 1e-12);
      const score = scoreForecast(actual, forecasts[name], { scale, horizon });
      expectClose([score.mae, score.rmse, score.mase], [row.mae, row.rmse, row.mase], 1e-12);
      if (row.signed === 0) expect(score.hitRate).toBeNull();
      else expect(score.hitRate).toMatchObject({ hits: row.hits, count: row.signed });
    }
    const { statistic, pValue } = dieboldMariano(actual, forecasts.seasonal, forecasts.zero, horizon);
    expect(statistic).toBeCloseTo(golden.seasonalAgainstZero.statistic, 10);
    expect(pValue).toBeCloseTo(golden.seasonalAgainstZero.pValue, 6);
  });

  /** The same windows without rounding to float32, from the prices themselves. */
  function windowsInDouble({ first, end }: { first: number; end: number }): number[] {
    const rows = Array.from({ length: end - first }, (_, index) => first + index);
    return rows.flatMap((origin) => Array.from(features.values.subarray(origin - 9, origin + 1)));
  }
});

test.each(goldens.wilson)('Wilson interval of $hits in $count', ({ hits, count, low, high }) => {
  const interval = wilsonInterval(hits, count);
  expect(interval.low).toBeCloseTo(low, 12);
  expect(interval.high).toBeCloseTo(high, 12);
});

// Quantiles of the normal distribution, from any table: P(|Z| > 1.959964) = 0.05.
test.each([
  [0, 1],
  [1.959963984540054, 0.05],
  [-2.575829303548901, 0.01],
])('two-sided p of %f is %f', (z, p) => {
  expect(twoSidedNormal(z)).toBeCloseTo(p, 6);
});

test('the interval of overlapping targets is that of fewer windows', () => {
  const actual = Array.from({ length: 100 }, (_, index) => (index % 2 ? 1 : -1));
  const always = actual.map(() => 1);
  expect(hitRate(actual, always, { horizon: 5 })?.interval).toEqual(wilsonInterval(10, 20));
});

test('no target of one part lies on a day of another', () => {
  const { fitting, validation, test, training, horizon } = splitByTime(1000, { horizon: 5 });
  const days = ({ first, end }: typeof test) => ({ from: first + 1, to: end - 1 + horizon });
  expect(days(fitting).to).toBeLessThan(days(validation).from);
  expect(days(validation).to).toBe(days(training).to);
  expect(days(training).to).toBe(799);
  expect(days(test)).toEqual({ from: 800, to: 999 });
});

test('what cannot be computed is refused with the way out', () => {
  expect(() => splitByTime(100)).toThrow(/leave 12 windows for validation.*longer series/);
  expect(() => splitByTime(1000, { horizon: 0 })).toThrow(/horizon must be a whole number from 1, got 0/);
  expect(() => seasonalReturns(prices, { first: 10, end: 20 }, 6, 11)).toThrow(
    /season of 1 to 10 periods, got 11/,
  );
  // Twelve steps of a season of 5: its returns twice, and its first two once more.
  const known = Float64Array.from([1, 2, 4, 5, 7, 3, 9, 8], (price) => price);
  const [ahead] = seasonalReturns(known, { first: 6, end: 7 }, 12);
  const season = [1, 2, 3, 4, 5].map((at) => Math.log((known[at + 1] ?? 0) / (known[at] ?? 1)));
  const expected = Array.from({ length: 12 }, (_, step) => season[step % 5] ?? 0).reduce((a, b) => a + b);
  expect(ahead).toBeCloseTo(expected, 12);
  expect(() => meanAbsoluteScaled([1], [1], 0)).toThrow(/did prices never move/);
  expect(() => rootMeanSquare([], [])).toThrow(/at least one/);
  expect(() => leastSquares([1, 2], [1])).toThrow(/more rows than columns/);
});

test('least squares gives a column that says nothing new no weight', () => {
  const x = [1, 2, 2, 4, 3, 6, 4, 8];
  const { weights, intercept } = leastSquares(x, [3, 5, 7, 9]);
  const at = (row: number) =>
    intercept + (weights[0] ?? 0) * (x[2 * row] ?? 0) + (weights[1] ?? 0) * (x[2 * row + 1] ?? 0);
  expectClose([0, 1, 2, 3].map(at), [3, 5, 7, 9], 1e-10);
});
