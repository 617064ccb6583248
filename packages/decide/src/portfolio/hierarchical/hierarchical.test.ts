import { describe, expect, test } from 'vitest';
import goldens from '../../goldens/portfolio.json' with { type: 'json' };
import { sampleCovariance } from '../../moments/index.js';
import { hierarchicalRiskParity, type Linkage } from './index.js';

// Expected weights: PyPortfolioOpt 1.6.0, skfolio 1.12.2, Riskfolio 7.4.0, tools/goldens/portfolio.py.
const covariance = sampleCovariance(goldens.returns.map((column) => Float64Array.from(column)));
const linkages: readonly Linkage[] = ['single', 'complete', 'average', 'ward'];

function close(actual: Float64Array, expected: readonly number[]): void {
  for (const [at, value] of expected.entries()) expect(actual[at]).toBeCloseTo(value, 10);
}

describe('hierarchical risk parity', () => {
  test.each(linkages)('%s linkage, in both orders, of Riskfolio', (linkage) => {
    const { riskfolio } = goldens;
    close(hierarchicalRiskParity(covariance, { linkage }).weights, riskfolio[`unordered-${linkage}`]);
    close(
      hierarchicalRiskParity(covariance, { linkage, order: 'optimal' }).weights,
      riskfolio[`hierarchical-${linkage}`],
    );
  });

  test("PyPortfolioOpt's and skfolio's defaults", () => {
    close(hierarchicalRiskParity(covariance).weights, goldens.pypfopt.hierarchical);
    const ward = hierarchicalRiskParity(covariance, { linkage: 'ward', order: 'optimal' });
    close(ward.weights, goldens.skfolio.hierarchical);
  });

  test('one asset takes all; unknown linkages and assets that stand still are refused', () => {
    expect(hierarchicalRiskParity([Float64Array.of(1)]).weights).toEqual(Float64Array.of(1));
    expect(() => hierarchicalRiskParity([Float64Array.of(0)])).toThrow('no variance');
    const linkage = 'centroid' as Linkage;
    expect(() => hierarchicalRiskParity(covariance, { linkage })).toThrow('single, complete, average, ward');
  });
});
