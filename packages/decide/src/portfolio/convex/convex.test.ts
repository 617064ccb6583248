import { describe, expect, test } from 'vitest';
import goldens from '../../goldens/portfolio.json' with { type: 'json' };
import { meanReturns, sampleCovariance } from '../../moments/index.js';
import { RowBuilder, solveProgram } from '../../solver/index.js';
import {
  efficientFrontier,
  equalWeights,
  inverseVolatility,
  maximumSharpe,
  maximumUtility,
  minimumCdar,
  minimumCvar,
  minimumVariance,
  riskContributions,
  riskParity,
  targetReturn,
  targetVolatility,
} from './index.js';

// Expected weights: PyPortfolioOpt 1.6.0, skfolio 1.12.2, Riskfolio 7.4.0, tools/goldens/portfolio.py.
const returns = goldens.returns.map((column) => Float64Array.from(column));
const yearly = { mean: meanReturns(returns, { compound: false }), covariance: sampleCovariance(returns) };
const daily = { periodsPerYear: 1 };
const perDay = {
  mean: meanReturns(returns, { compound: false, ...daily }),
  covariance: sampleCovariance(returns, daily),
};
const { meanVariance, skfolio, riskfolio } = goldens;
const count = returns.length;

function close(actual: ArrayLike<number>, expected: readonly number[], tolerance = 1e-5): void {
  expect(actual.length).toBe(expected.length);
  for (const [at, value] of expected.entries()) {
    expect(Math.abs((actual[at] ?? Number.NaN) - value)).toBeLessThan(tolerance);
  }
}

describe('mean and variance', () => {
  test("PyPortfolioOpt's portfolios", async () => {
    close((await minimumVariance(yearly.covariance)).weights, meanVariance.minimumVolatility);
    close((await maximumSharpe(yearly)).weights, meanVariance.maximumSharpe);
    close(
      (await maximumSharpe(yearly, { riskFree: 0.02 })).weights,
      meanVariance.maximumSharpeOverTwoPercent,
    );
    const bounded = { riskFree: 0.02, lower: 0.02, upper: 0.3 };
    close((await maximumSharpe(yearly, bounded)).weights, meanVariance.maximumSharpeBounded);
    const short = { riskFree: 0.02, lower: -0.5 };
    close((await maximumSharpe(yearly, short)).weights, meanVariance.maximumSharpeLongShort);
    close((await targetReturn(yearly, meanVariance.middleReturn)).weights, meanVariance.targetReturn);
    close(
      (await targetVolatility(yearly, meanVariance.middleVolatility)).weights,
      meanVariance.targetVolatility,
    );
    close((await maximumUtility(yearly, { riskAversion: 3 })).weights, meanVariance.quadraticUtility);
  });

  test('groups, costs and turnover, of PyPortfolioOpt and skfolio', async () => {
    const groups = [{ name: 'first', assets: [0, 1, 2], lower: 0.3, upper: 0.4 }];
    close(
      (await minimumVariance(yearly.covariance, { groups })).weights,
      meanVariance.groupedMinimumVolatility,
    );
    close((await maximumSharpe(yearly, { groups })).weights, meanVariance.groupedMaximumSharpe);
    const holdings = equalWeights(count);
    // skfolio's aversion is not halved.
    const utility = await maximumUtility(perDay, { riskAversion: 4, holdings, costs: 2e-4 });
    close(utility.weights, skfolio.utilityWithCosts, 1e-4);
    const turned = await minimumVariance(perDay.covariance, { holdings, maximumTurnover: 0.3 });
    close(turned.weights, skfolio.turnover);
    expect(turned.turnover).toBeCloseTo(0.3, 7);
  });

  test('an L2 penalty spreads the weights: uncorrelated ones are 1 / (variance + γ), and times the mean', async () => {
    const moments = {
      mean: Float64Array.of(0.1, 0.05),
      covariance: [Float64Array.of(0.04, 0), Float64Array.of(0, 0.01)],
    };
    const l2Penalty = 0.01;
    close((await minimumVariance(moments.covariance, { l2Penalty })).weights, [2 / 7, 5 / 7]);
    const best = await maximumSharpe(moments, { l2Penalty });
    close(best.weights, [4 / 9, 5 / 9]);
    // Told of the portfolio itself, without the penalty.
    expect(best.volatility).toBeCloseTo(Math.sqrt((16 * 0.04 + 25 * 0.01) / 81), 6);
    expect(best.sharpe).toBeCloseTo((0.1 * 4 + 0.05 * 5) / 9 / best.volatility, 8);
    // Utility: (Σ + γ) w = mean / λ, with room for cash.
    const utility = await maximumUtility(moments, { riskAversion: 10, invested: [0, 1], l2Penalty });
    close(utility.weights, [0.2, 0.25]);
    // The same in the moments of a day, whose variances are 1/252.
    const day = {
      mean: moments.mean.map((value) => value / 252),
      covariance: moments.covariance.map((row) => row.map((value) => value / 252)),
    };
    close((await maximumSharpe(day, { l2Penalty: l2Penalty / 252 })).weights, [4 / 9, 5 / 9]);
    await expect(minimumVariance(moments.covariance, { l2Penalty: -1 })).rejects.toThrow(
      'l2Penalty must not be negative',
    );
  });

  test('every portfolio refuses a covariance with a negative eigenvalue and names the pair', async () => {
    const covariance = [
      Float64Array.of(0.04, 0.036, 0.036),
      Float64Array.of(0.036, 0.04, -0.036),
      Float64Array.of(0.036, -0.036, 0.04),
    ];
    const moments = { mean: Float64Array.of(0.1, 0.1, 0.1), covariance };
    const named = /eigenvalue is -0\.800.* of first and second/;
    const names = ['first', 'second', 'third'];
    await expect(minimumVariance(covariance, { names })).rejects.toThrow(named);
    await expect(maximumSharpe(moments, { names })).rejects.toThrow(named);
    await expect(targetReturn(moments, 0.1, { names })).rejects.toThrow(named);
    await expect(targetVolatility(moments, 0.1, { names })).rejects.toThrow(named);
    await expect(maximumUtility(moments, { names })).rejects.toThrow(named);
    await expect(efficientFrontier(moments, { names })).rejects.toThrow(named);
    expect(() => riskParity(covariance)).toThrow('eigenvalue');
    expect(() => inverseVolatility(covariance)).toThrow('eigenvalue');
    expect(() => riskContributions(Float64Array.of(1, 0, 0), covariance)).toThrow('eigenvalue');
    // A misspelt limit is no limit.
    const misspelt = { max: 0.5 } as object;
    await expect(minimumVariance(covariance, misspelt)).rejects.toThrow("'max'");
  });

  test('the frontier begins at the least variance, ends at the greatest return, and rises', async () => {
    const frontier = await efficientFrontier(yearly, { points: 7 });
    close(frontier[0]?.weights ?? [], meanVariance.minimumVolatility);
    expect(frontier.at(-1)?.expectedReturn).toBeCloseTo(Math.max(...yearly.mean), 8);
    for (const [at, point] of frontier.entries()) {
      if (at > 0) expect(point.volatility).toBeGreaterThan(frontier[at - 1]?.volatility ?? 0);
    }
  });

  test('cash, short and gross limits', async () => {
    const half = await maximumUtility(yearly, { riskAversion: 50, invested: [0, 1], riskFree: 0.01 });
    expect(half.cash).toBeGreaterThan(0.1);
    const limited = await maximumUtility(yearly, { lower: -1, maximumShort: 0.2, maximumGross: 1.3 });
    const short = limited.weights.reduce((sum, weight) => sum + Math.max(0, -weight), 0);
    const gross = limited.weights.reduce((sum, weight) => sum + Math.abs(weight), 0);
    // Fully invested: 1.3 of gross exposure is 0.15 short.
    expect(short).toBeCloseTo(0.15, 7);
    expect(gross).toBeCloseTo(1.3, 7);
  });

  test('a covariance of more assets than days is no obstacle', async () => {
    const few = returns.map((column) => column.slice(0, 5));
    const { volatility } = await minimumVariance(sampleCovariance(few), { lower: -1 });
    expect(volatility).toBeLessThan(1e-5);
  });
});

describe('limits that clash are named', () => {
  test.each([
    [
      { upper: 0.1 },
      /asset 0 within 0 … 0.1.*weights add up to 1|weights add up to 1.*asset 0 within 0 … 0.1/,
    ],
    [
      {
        groups: [
          { name: 'bonds', assets: [0, 1], lower: 0.5 },
          { name: 'all', assets: [0, 1, 2], upper: 0.4 },
        ],
      },
      /'bonds' at least 0.5; .*'all' at most 0.4/,
    ],
    [{ maximumTurnover: 0.5 }, /weights add up to 1; turnover at most 0.5/],
    [{ lower: -1, maximumGross: 0.9 }, /weights add up to 1; gross exposure at most 0.9/],
  ])('%j', async (constraints, message) => {
    await expect(minimumVariance(yearly.covariance, constraints)).rejects.toThrow(message);
  });

  test('limits that do not clash are not', async () => {
    const names = [...'ABCDEFGH'];
    const limits = { names, upper: 0.9, groups: [{ name: 'x', assets: [0], upper: 0.5 }] };
    const wish = targetReturn(yearly, 9, limits);
    await expect(wish).rejects.toThrow('expected return at least 9');
    await expect(wish).rejects.not.toThrow("group 'x'");
  });

  test('what makes no sense is refused', async () => {
    await expect(minimumVariance([])).rejects.toThrow('at least one asset');
    await expect(minimumVariance([Float64Array.of(Number.NaN)])).rejects.toThrow('finite');
    await expect(minimumVariance(yearly.covariance, { upper: [1] })).rejects.toThrow(
      'upper: expected 8 values',
    );
    await expect(minimumVariance(yearly.covariance, { lower: 2 })).rejects.toThrow('exceeds the greatest');
    await expect(minimumVariance(yearly.covariance, { costs: -1 })).rejects.toThrow('costs[0]');
    await expect(maximumSharpe(yearly, { riskFree: 5 })).rejects.toThrow('hold cash');
    await expect(targetVolatility(yearly, 0.001)).rejects.toThrow('the least is');
    await expect(minimumCvar(returns, { level: 95 })).rejects.toThrow('between 0 and 1');
    expect(() => riskParity([Float64Array.of(0)])).toThrow('no variance');
    expect(() => riskParity(yearly.covariance, { budgets: [1, 0, 1, 1, 1, 1, 1, 1] })).toThrow('budgets[1]');
  });
});

describe('tail risk', () => {
  test('least CVaR and CDaR of skfolio and Riskfolio', async () => {
    const cvar = await minimumCvar(returns);
    close(cvar.weights, skfolio.minimumCvar, 1e-4);
    close(cvar.weights, riskfolio.minimumCvar, 1e-4);
    const target = await minimumCvar(returns, { targetReturn: skfolio.meanReturn });
    close(target.weights, skfolio.targetReturnCvar, 1e-4);
    const cdar = await minimumCdar(returns);
    close(cdar.weights, skfolio.minimumCdar, 1e-4);
    close(cdar.weights, riskfolio.minimumCdar, 1e-4);
  });

  test("the optimum of Rockafellar and Uryasev's program, with short positions", async () => {
    const limits = { level: 0.9, lower: -0.4, upper: 0.6 };
    const { risk } = await minimumCvar(returns, limits);
    const rows = new RowBuilder().add(
      [...returns.keys()],
      returns.map(() => 1),
      1,
      1,
    );
    const days = returns[0]?.length ?? 0;
    // min α + Σ u / (0.1 n), u ≥ -r w - α.
    for (let day = 0; day < days; day++) {
      const values = [...returns.map((column) => 100 * (column[day] ?? 0)), 1, 1];
      rows.add([...returns.keys(), count, count + 1 + day], values, 0, Number.POSITIVE_INFINITY);
    }
    const size = count + 1 + days;
    const { objective } = await solveProgram({
      objective: Float64Array.from({ length: size }, (_, at) =>
        at < count ? 0 : at === count ? 1 : 10 / days,
      ),
      lower: Float64Array.from({ length: size }, (_, at) => (at < count ? -0.4 : at === count ? -1e9 : 0)),
      upper: Float64Array.from({ length: size }, (_, at) => (at < count ? 0.6 : Number.POSITIVE_INFINITY)),
      rows: rows.build(),
    });
    expect(100 * risk).toBeCloseTo(objective, 6);
  });
});

describe('risk budgets', () => {
  test('parity and budgets of skfolio and Riskfolio', () => {
    const parity = riskParity(perDay.covariance);
    close(parity, skfolio.riskParity, 1e-5);
    close(parity, riskfolio.riskParity, 1e-5);
    close(riskParity(perDay.covariance, { budgets: skfolio.budget }), skfolio.riskBudgeting, 1e-5);
  });

  test('shares of risk are the budgets, also where one is tiny or assets move together', () => {
    const budgets = [1e-6, 1, 2, 3, 4, 5, 6, 100];
    const total = budgets.reduce((sum, budget) => sum + budget, 0);
    const shares = riskContributions(riskParity(perDay.covariance, { budgets }), perDay.covariance);
    close(
      shares,
      budgets.map((budget) => budget / total),
      1e-9,
    );
    const twins = [Float64Array.of(1, 1), Float64Array.of(1, 1)];
    close(riskParity(twins), [0.5, 0.5], 1e-9);
    const opposed = [Float64Array.of(1, -0.999), Float64Array.of(-0.999, 1)];
    close(riskParity(opposed), [0.5, 0.5], 1e-9);
  });

  test('inverse volatility is risk parity where nothing is correlated', () => {
    const covariance = [Float64Array.of(0.09, 0), Float64Array.of(0, 0.01)];
    close(inverseVolatility(covariance), [0.25, 0.75], 1e-12);
    close(riskParity(covariance), [0.25, 0.75], 1e-9);
  });
});
