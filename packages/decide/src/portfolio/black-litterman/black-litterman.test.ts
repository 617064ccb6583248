import { describe, expect, test } from 'vitest';
import goldens from '../../goldens/portfolio.json' with { type: 'json' };
import { meanReturns, sampleCovariance } from '../../moments/index.js';
import { maximumSharpe } from '../convex/index.js';
import { blackLitterman, type View } from './index.js';

// Expected numbers: skfolio 1.12.2 and PyPortfolioOpt 1.6.0, tools/goldens/portfolio.py.
const returns = goldens.returns.map((column) => Float64Array.from(column));
const perDay = sampleCovariance(returns, { periodsPerYear: 1 });
const { skfolio, pypfopt } = goldens;

const views: readonly View[] = [
  { assets: [0], expectedReturn: 0.001 },
  { assets: [1, 2], coefficients: [1, -1], expectedReturn: 0.0005 },
  { assets: [3, 4], coefficients: [1, -1], expectedReturn: -0.0002 },
];
const confident = views.map((view, at) => ({ ...view, confidence: skfolio.confidences[at] ?? 0 }));

function close(actual: ArrayLike<number>, expected: readonly number[], tolerance: number): void {
  for (const [at, value] of expected.entries()) {
    expect(Math.abs((actual[at] ?? Number.NaN) - value)).toBeLessThan(tolerance);
  }
}

describe('Black-Litterman', () => {
  test("skfolio's posterior and its portfolio of greatest Sharpe ratio, with both rules of Ω", async () => {
    const posterior = blackLitterman(perDay, views);
    close(posterior.mean, skfolio.posteriorMean, 1e-12);
    close(
      posterior.covariance.map((row, at) => row[at] ?? 0),
      skfolio.posteriorVariances,
      1e-12,
    );
    close((await maximumSharpe(posterior)).weights, skfolio.blackLittermanSharpe, 1e-5);
    const sure = blackLitterman(perDay, confident);
    close(sure.mean, skfolio.confidentMean, 1e-12);
    close((await maximumSharpe(sure)).weights, skfolio.confidentSharpe, 1e-5);
  });

  test("PyPortfolioOpt's posterior with a prior of its own", () => {
    const own: readonly View[] = [
      { assets: [0], expectedReturn: 0.1, confidence: 0.4 },
      { assets: [2], expectedReturn: 0.2, confidence: 0.8 },
    ];
    const prior = meanReturns(returns, { compound: false });
    const { mean, covariance } = blackLitterman(sampleCovariance(returns), own, { prior });
    close(mean, pypfopt.blackLittermanMean, 1e-10);
    for (const [at, row] of pypfopt.blackLittermanCovariance.entries())
      close(covariance[at] ?? [], row, 1e-10);
  });

  test('a certain view holds, one without confidence changes nothing', () => {
    const { mean } = blackLitterman(perDay, [{ assets: [3], expectedReturn: 0.01, confidence: 1 }]);
    expect(mean[3]).toBeCloseTo(0.01, 12);
    const prior = new Float64Array(8).fill(0.001);
    const none = blackLitterman(perDay, [{ assets: [3], expectedReturn: 0.01, confidence: 0 }], { prior });
    expect(none.mean).toEqual(prior);
  });

  test('what makes no sense is refused', () => {
    const view = { assets: [0], expectedReturn: 0.1 };
    const twice = [
      { ...view, confidence: 1 },
      { ...view, expectedReturn: 0.2, confidence: 1 },
    ];
    expect(() => blackLitterman(perDay, twice)).toThrow('contradict or repeat');
    expect(() => blackLitterman(perDay, [{ ...view, assets: [9] }])).toThrow('view 0: expected assets 0 … 7');
    expect(() => blackLitterman(perDay, [{ ...view, confidence: 2 }])).toThrow('between 0 and 1');
    expect(() => blackLitterman(perDay, [{ ...view, coefficients: [1, 2] }])).toThrow(
      'one coefficient an asset',
    );
  });
});
