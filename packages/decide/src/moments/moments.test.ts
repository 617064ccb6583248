import { symmetricEigen } from '@noosphere/statistics';
import { describe, expect, test } from 'vitest';
import goldens from '../goldens/portfolio.json' with { type: 'json' };
import {
  capmReturns,
  exponentialCovariance,
  exponentialMeanReturns,
  ledoitWolf,
  meanReturns,
  oracleShrinkage,
  sampleCovariance,
} from './index.js';
import { positiveSemidefinite } from './positive-semidefinite.js';

// Expected numbers: PyPortfolioOpt 1.6.0 and scikit-learn, tools/goldens/portfolio.py.
const returns = goldens.returns.map((column) => Float64Array.from(column));
const { moments } = goldens;

function close(actual: ArrayLike<number>, expected: readonly number[]): void {
  expect(actual.length).toBe(expected.length);
  for (const [at, value] of expected.entries()) {
    expect(Math.abs((actual[at] ?? Number.NaN) - value)).toBeLessThan(1e-10 * (1 + Math.abs(value)));
  }
}

function closeMatrix(actual: readonly Float64Array[], expected: readonly (readonly number[])[]): void {
  for (const [row, values] of expected.entries()) close(actual[row] ?? [], values);
}

describe('expected returns', () => {
  test("PyPortfolioOpt's", () => {
    close(meanReturns(returns), moments.mean);
    close(meanReturns(returns, { compound: false }), moments.arithmetic);
    close(exponentialMeanReturns(returns, { span: 60 }), moments.exponential);
    close(capmReturns(returns, { riskFree: 0.01 }), moments.capm);
  });

  test('gaps are left out of means, and refused elsewhere', () => {
    const gapped = [Float64Array.of(0.1, Number.NaN, 0.2), Float64Array.of(0.1, 0.1, 0.1)];
    expect(meanReturns(gapped, { compound: false, periodsPerYear: 1 })[0]).toBeCloseTo(0.15, 12);
    expect(() => exponentialMeanReturns(gapped)).toThrow('returns[0][1]');
    expect(() => meanReturns([Float64Array.of(Number.NaN)])).toThrow('no value');
    expect(() => meanReturns([Float64Array.of(1), Float64Array.of(1, 2)])).toThrow('calendar');
    expect(() => meanReturns([Float64Array.of(-1.5)])).toThrow('compound: false');
    // Prices in the place of returns, or numbers whose squares are not.
    expect(() => ledoitWolf([Float64Array.of(1e200, 0)])).toThrow('returns[0][0]');
    expect(() => ledoitWolf([Float64Array.of(1e-200, 0)])).toThrow('does not move');
  });
});

describe('covariances', () => {
  test('plain and exponentially weighted, of PyPortfolioOpt', () => {
    closeMatrix(sampleCovariance(returns), moments.sample);
    closeMatrix(exponentialCovariance(returns, { span: 60 }), moments.exponentialCovariance);
  });

  test('shrunk to each target', () => {
    closeMatrix(ledoitWolf(returns).covariance, moments.constantVariance);
    closeMatrix(ledoitWolf(returns, { target: 'single-factor' }).covariance, moments.singleFactor);
    closeMatrix(
      ledoitWolf(returns, { target: 'constant-correlation' }).covariance,
      moments.constantCorrelation,
    );
    closeMatrix(oracleShrinkage(returns).covariance, moments.oracle);
  });

  test('pairs with gaps are taken over what both have; what cannot be a covariance is repaired', () => {
    const gap = Number.NaN;
    const gapped = [
      Float64Array.of(1, 2, 3, gap, gap, 1, -1, 2),
      Float64Array.of(1, 2, 3.1, 4, 1, gap, gap, gap),
      Float64Array.of(gap, gap, gap, -1, 4, 1, -1, 2.5),
    ];
    const covariance = sampleCovariance(gapped, { periodsPerYear: 1 });
    for (const value of symmetricEigen(covariance).values) expect(value).toBeGreaterThan(-1e-12);
    const apart = [Float64Array.of(1, gap, 2), Float64Array.of(gap, 1, 2)];
    expect(() => sampleCovariance(apart)).toThrow('fewer than 2 rows');
  });

  test('eigenvalues by hand: [[2, 1], [1, 2]] has 1 and 3, [[1, 2], [2, 1]] is repaired to 1.5', () => {
    const { values } = symmetricEigen([Float64Array.of(2, 1), Float64Array.of(1, 2)]);
    close(values.toSorted(), [1, 3]);
    closeMatrix(positiveSemidefinite([Float64Array.of(1, 2), Float64Array.of(2, 1)]), [
      [1.5, 1.5],
      [1.5, 1.5],
    ]);
  });
});
