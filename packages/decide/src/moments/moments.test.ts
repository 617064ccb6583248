import { symmetricEigen } from '@noosphere/statistics';
import { describe, expect, test } from 'vitest';
import goldens from '../goldens/portfolio.json' with { type: 'json' };
import {
  capmReturns,
  exponentialCovariance,
  exponentialMeanReturns,
  ledoitWolf,
  meanReturns,
  nearestCovariance,
  oracleShrinkage,
  sampleCovariance,
} from './index.js';
import { positivePart } from './positive-semidefinite.js';
import { requireCovariance } from './tables.js';

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
    closeMatrix(positivePart([Float64Array.of(1, 2), Float64Array.of(2, 1)]), [
      [1.5, 1.5],
      [1.5, 1.5],
    ]);
  });
});

describe('covariances that cannot be', () => {
  const rows = (...values: number[][]) => values.map((row) => Float64Array.from(row));
  const impossible = rows([0.04, 0.036, 0.036], [0.036, 0.04, -0.036], [0.036, -0.036, 0.04]);

  test('are refused by the pair that is to blame', () => {
    expect(() => requireCovariance('op', impossible)).toThrow(
      /least eigenvalue is -0\.800\), most for the correlation 0\.900 of asset 0 and asset 1 .*nearestCovariance/,
    );
    // Three assets that are almost one, and one correlation with the wrong sign.
    const wrong = rows([1, 0.9, 0, 0.9], [0.9, 1, 0, -0.9], [0, 0, 1, 0], [0.9, -0.9, 0, 1]);
    expect(() => requireCovariance('op', wrong, ['A', 'B', 'C', 'D'])).toThrow(/of [ABD] and [ABD] beside/);
    expect(() => requireCovariance('op', rows([1, 1.2], [1.2, 1]))).toThrow(
      'asset 0 and asset 1 have the covariance 1.2, their correlation would be 1.2',
    );
    expect(() => requireCovariance('op', rows([1, 0.1], [0.1, 0]))).toThrow('asset 1 has no variance');
  });

  test('singular ones are none of them, whatever the unit and however they were rounded', () => {
    for (const unit of [1e-18, 1e-9, 1, 1e9]) {
      // Ten assets of three rows: seven eigenvalues are zero.
      const few = Array.from({ length: 10 }, (_, k) =>
        Float64Array.from({ length: 3 }, (__, t) => unit * Math.sin(k * k + 3 * t * k + t)),
      );
      expect(requireCovariance('op', sampleCovariance(few))).toBe(10);
      expect(() =>
        requireCovariance(
          'op',
          impossible.map((row) => row.map((value) => value * unit)),
        ),
      ).toThrow('negative variance');
    }
    expect(requireCovariance('op', rows([1, 1 + 1e-9], [1 + 1e-9, 1]))).toBe(2);
    expect(requireCovariance('op', rows([0, 0], [0, 1]))).toBe(2);
  });

  // Higham 2002, section 5: the nearest correlation matrix of [[1, 1, 0], [1, 1, 1], [0, 1, 1]].
  test('nearestCovariance gives the nearest one and keeps the variances', () => {
    const nearest = nearestCovariance(rows([1, 1, 0], [1, 1, 1], [0, 1, 1]));
    for (const [at, value] of [1, 0.7607, 0.1573, 0.7607, 1, 0.7607].entries()) {
      expect(nearest[Math.floor(at / 3)]?.[at % 3]).toBeCloseTo(value, 4);
    }
    const repaired = nearestCovariance(impossible);
    expect(requireCovariance('op', repaired)).toBe(3);
    // By symmetry the correlations shrink to ±1/2, and the variances stay.
    closeMatrix(repaired, [
      [0.04, 0.02, 0.02],
      [0.02, 0.04, -0.02],
      [0.02, -0.02, 0.04],
    ]);
    const fine = rows([4, 1], [1, 9]);
    closeMatrix(nearestCovariance(fine), [
      [4, 1],
      [1, 9],
    ]);
    expect(() => nearestCovariance(rows([1, 0], [0, 0]))).toThrow('asset 1 has no variance');
  });
});
