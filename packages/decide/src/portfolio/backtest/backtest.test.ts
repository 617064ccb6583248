import { describe, expect, test } from 'vitest';
import goldens from '../../goldens/portfolio.json' with { type: 'json' };
import { sampleCovariance } from '../../moments/index.js';
import { equalWeights, inverseVolatility } from '../convex/index.js';
import {
  backtest,
  combinatorialBacktest,
  combinatorialPurgedFolds,
  type Decide,
  portfolioStatistics,
  walkForward,
} from './index.js';

// Expected numbers: NumPy in amounts of money, and skfolio 1.12.2, tools/goldens/portfolio.py.
const returns = goldens.returns.map((column) => Float64Array.from(column));
const byVolatility: Decide = ({ returns: past }) => inverseVolatility(sampleCovariance(past));

describe('walk-forward', () => {
  test('decisions, drift, costs and statistics of an independent bookkeeping', async () => {
    const { train, test: held, cost, returns: expected, ...statistics } = goldens.walkForward;
    const result = await backtest(returns, byVolatility, { train, test: held, costs: cost });
    expect(result.returns.length).toBe(expected.length);
    for (const [at, value] of expected.entries()) expect(result.returns[at]).toBeCloseTo(value, 13);
    for (const [name, value] of Object.entries(statistics)) {
      expect(result.statistics[name as keyof typeof statistics]).toBeCloseTo(value, 10);
    }
    expect(result.rebalances[0]?.turnover).toBeCloseTo(1, 12);
    expect(result.totalCost).toBeGreaterThan(cost);
    expect(result.rebalances[0]?.diversificationRatio).toBeGreaterThan(1);
  });

  test('what comes later changes nothing before', async () => {
    const changed = returns.map((column) => column.map((value, row) => (row < 200 ? value : -value)));
    const [one, other] = await Promise.all(
      [returns, changed].map((table) => backtest(table, byVolatility, { train: 100, test: 25 })),
    );
    const until = (result: typeof one) => result?.rebalances.filter(({ row }) => row <= 200);
    expect(until(one)?.length).toBe(5);
    expect(until(other)).toEqual(until(one));
    expect(other?.returns.slice(0, 100)).toEqual(one?.returns.slice(0, 100));
  });

  test('decisions see their training rows and what is held, and cannot change the data', async () => {
    const seen: number[][] = [];
    const decide: Decide = ({ returns: past, rows, holdings }) => {
      seen.push([past[0]?.length ?? 0, rows[0] ?? 0, holdings.reduce((sum, weight) => sum + weight, 0)]);
      for (const column of past) column.fill(9);
      holdings.fill(9);
      return equalWeights(8);
    };
    const options = { train: 100, test: 80, purge: 5, expanding: true };
    const result = await backtest(returns, decide, options);
    expect(seen.map(([count, first]) => [count, first])).toEqual([
      [100, 0],
      [180, 0],
    ]);
    expect(seen.map(([, , held]) => held)).toEqual([0, expect.closeTo(1, 12)]);
    expect(result.rows[0]).toBe(105);
    expect((await backtest(returns, () => equalWeights(8), options)).returns).toEqual(result.returns);
  });

  test('cash earns the risk-free rate', async () => {
    const result = await backtest(returns, () => new Float64Array(8), { train: 100, riskFree: 0.0001 });
    for (const value of result.returns) expect(value).toBeCloseTo(0.0001, 14);
    expect(result.rebalances[0]?.effectiveBets).toBeUndefined();
  });

  test('what makes no sense is refused', async () => {
    await expect(backtest(returns, () => [1], { train: 100 })).rejects.toThrow(
      'decided before row 100: expected 8 values',
    );
    await expect(backtest(returns, byVolatility, { train: 260 })).rejects.toThrow('shorter training part');
    const crash = [Float64Array.of(0, 0, 0.9)];
    await expect(backtest(crash, () => [-2], { train: 2 })).rejects.toThrow('loses everything in row 2');
    expect(() => portfolioStatistics(Float64Array.of(0.1, -1))).toThrow('returns[1]');
    expect(() => walkForward(10, { train: 2.5 })).toThrow('whole number');
  });
});

describe('combinatorial purged folds', () => {
  const { rows, groups, testGroups, purge, embargo, train, test: tests, paths: pathOfBlock } = goldens.folds;
  const made = combinatorialPurgedFolds(rows, { groups, testGroups, purge, embargo });

  test("skfolio's folds and paths", () => {
    expect(made.folds.map((fold) => Array.from(fold.train))).toEqual(train);
    expect(made.folds.map((fold) => fold.test.map((block) => Array.from(block)))).toEqual(tests);
    for (const [path, blocks] of made.paths.entries()) {
      for (const { fold, block } of blocks) expect(pathOfBlock[fold]?.[block]).toBe(path);
    }
  });

  test('every path holds every row once', async () => {
    const folds = combinatorialPurgedFolds(returns[0]?.length ?? 0, { groups: 6, testGroups: 2, embargo: 3 });
    const results = await combinatorialBacktest(returns, byVolatility, folds, { costs: 0.001 });
    expect(results.length).toBe(5);
    for (const result of results) expect(Array.from(result.rows)).toEqual([...(returns[0] ?? []).keys()]);
    expect(new Set(results.map(({ statistics }) => statistics.sharpe)).size).toBe(5);
    await expect(combinatorialBacktest(returns, byVolatility, made)).rejects.toThrow(
      'the folds are of 40 rows',
    );
    expect(() => combinatorialPurgedFolds(20, { groups: 10, purge: 2 })).toThrow('fewer groups');
  });
});
