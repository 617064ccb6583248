// The unit of the returns is the user's: shares, percent, basis points. Figures scale with it, weights and probabilities do not.

import { Random } from '@noosphere/train';
import { describe, expect, test } from 'vitest';
import {
  blackLitterman,
  conditionalDrawdown,
  correlationOf,
  diversificationRatio,
  effectiveBets,
  efficientFrontier,
  equilibriumReturns,
  ewmaVolatility,
  exponentialCovariance,
  exponentialMeanReturns,
  garchVolatility,
  hierarchicalRiskParity,
  historicalStress,
  inverseVolatility,
  ledoitWolf,
  maximumSharpe,
  maximumUtility,
  meanReturns,
  minimumCdar,
  minimumCvar,
  minimumVariance,
  minimumVarianceHedge,
  monteCarloRisk,
  nearestCovariance,
  oracleShrinkage,
  realisedVolatility,
  riskContributions,
  riskParity,
  rollingCorrelation,
  rollingTailRisk,
  sampleCovariance,
  simulateReturns,
  tailRisk,
  targetReturn,
  targetVolatility,
} from '../index.js';
import { symmetric } from '../moments/covariance.js';

const units = [1e-9, 1e-4, 100, 1e9];
const daily = { periodsPerYear: 1 };
const plain = { ...daily, compound: false };
// Three assets with one shock in common, of 0.4 to 1.2 % a day.
const random = new Random(3);
const returns = [4e-3, 8e-3, 12e-3].map(() => new Float64Array(240));
for (let day = 0; day < 240; day++) {
  const common = random.normal();
  for (const [at, size] of [4e-3, 8e-3, 12e-3].entries()) {
    (returns[at] as Float64Array)[day] = size * (0.08 + 0.6 * common + 0.8 * random.normal());
  }
}
const inUnit = (unit: number) => returns.map((column) => column.map((value) => value * unit));
const momentsOf = (columns: readonly Float64Array[]) => ({
  mean: meanReturns(columns, plain),
  covariance: sampleCovariance(columns, daily),
});
const first = (columns: readonly Float64Array[]) => columns[0] as Float64Array;
const flat = (rows: readonly Float64Array[]) => rows.flatMap((row) => Array.from(row));

type Figures = ArrayLike<number> | Promise<ArrayLike<number>>;

/** What each gives, and by which power of the unit it scales. */
const figures: Record<
  string,
  readonly [power: number, of: (columns: readonly Float64Array[], unit: number) => Figures]
> = {
  meanReturns: [1, (r) => meanReturns(r, plain)],
  exponentialMeanReturns: [1, (r) => exponentialMeanReturns(r, { ...plain, span: 40 })],
  sampleCovariance: [2, (r) => flat(sampleCovariance(r, daily))],
  exponentialCovariance: [2, (r) => flat(exponentialCovariance(r, daily))],
  'ledoitWolf constant-variance': [2, (r) => flat(ledoitWolf(r, daily).covariance)],
  'ledoitWolf single-factor': [
    2,
    (r) => flat(ledoitWolf(r, { ...daily, target: 'single-factor' }).covariance),
  ],
  'ledoitWolf constant-correlation': [
    2,
    (r) => flat(ledoitWolf(r, { ...daily, target: 'constant-correlation' }).covariance),
  ],
  oracleShrinkage: [2, (r) => flat(oracleShrinkage(r, daily).covariance)],
  nearestCovariance: [
    2,
    (_, unit) =>
      flat(nearestCovariance(symmetric(3, (i, j) => (i === j ? 1 : i + j === 3 ? -0.9 : 0.9) * unit ** 2))),
  ],
  correlationOf: [0, (r) => flat(correlationOf(sampleCovariance(r)))],
  equilibriumReturns: [2, (r) => equilibriumReturns(sampleCovariance(r), [1 / 3, 1 / 3, 1 / 3])],
  blackLitterman: [
    1,
    (r, unit) =>
      blackLitterman(sampleCovariance(r), [{ assets: [0], expectedReturn: 0.001 * unit }], {
        prior: meanReturns(r, plain),
      }).mean,
  ],
  minimumVariance: [0, async (r) => (await minimumVariance(sampleCovariance(r))).weights],
  maximumSharpe: [0, async (r) => (await maximumSharpe(momentsOf(r))).weights],
  targetReturn: [0, async (r, unit) => (await targetReturn(momentsOf(r), 0.0006 * unit)).weights],
  targetVolatility: [0, async (r, unit) => (await targetVolatility(momentsOf(r), 0.006 * unit)).weights],
  maximumUtility: [
    0,
    async (r, unit) => (await maximumUtility(momentsOf(r), { riskAversion: 8 / unit })).weights,
  ],
  efficientFrontier: [
    1,
    async (r) => (await efficientFrontier(momentsOf(r), { points: 4 })).map(({ volatility }) => volatility),
  ],
  minimumCvar: [0, async (r) => (await minimumCvar(r)).weights],
  'minimumCvar risk': [1, async (r) => [(await minimumCvar(r)).risk]],
  riskParity: [0, (r) => riskParity(sampleCovariance(r))],
  inverseVolatility: [0, (r) => inverseVolatility(sampleCovariance(r))],
  hierarchicalRiskParity: [0, (r) => hierarchicalRiskParity(sampleCovariance(r)).weights],
  riskContributions: [0, (r) => riskContributions(Float64Array.of(0.2, 0.3, 0.5), sampleCovariance(r))],
  diversificationRatio: [0, (r) => [diversificationRatio([0.2, 0.3, 0.5], sampleCovariance(r))]],
  effectiveBets: [0, (r) => [effectiveBets([0.2, 0.3, 0.5], sampleCovariance(r))]],
  minimumVarianceHedge: [0, (r) => minimumVarianceHedge(first(r), r.slice(1)).ratios],
  rollingCorrelation: [0, ([a, b]) => rollingCorrelation(a as Float64Array, b as Float64Array)],
  realisedVolatility: [1, (r) => realisedVolatility(first(r))],
  ewmaVolatility: [1, (r) => ewmaVolatility(first(r)).ahead(3)],
  garchVolatility: [1, (r) => garchVolatility(first(r)).ahead(3)],
  rollingTailRisk: [1, (r) => rollingTailRisk(first(r), { window: 200 }).valueAtRisk],
  simulateReturns: [
    1,
    (r) => first(simulateReturns(meanReturns(r, plain), sampleCovariance(r, daily), { draws: 20 })),
  ],
  monteCarloRisk: [
    1,
    (r) => {
      const risk = monteCarloRisk([0.5, 0.5, 0], meanReturns(r, plain), sampleCovariance(r, daily), {
        draws: 500,
      });
      return [risk.valueAtRisk, risk.expectedShortfall];
    },
  ],
};
for (const method of [
  'historical',
  'normal',
  't',
  'cornish-fisher',
  'filtered-ewma',
  'filtered-garch',
  'filtered-gjr',
] as const) {
  figures[`tailRisk ${method}`] = [
    1,
    (r) => {
      const { valueAtRisk, expectedShortfall } = tailRisk(first(r), { method });
      return [valueAtRisk, expectedShortfall];
    },
  ];
}

describe.each(Object.entries(figures))('%s', (_, [power, of]) => {
  test.each(units)('in units of %s', async (unit) => {
    const expected = await of(returns, 1);
    const actual = await of(inUnit(unit), unit);
    expect(actual.length).toBe(expected.length);
    const size = Math.max(...Array.from(expected, Math.abs));
    expect(size).toBeGreaterThan(0);
    for (const [at, value] of Array.from(expected).entries()) {
      expect(Math.abs((actual[at] ?? Number.NaN) / unit ** power - value)).toBeLessThan(1e-5 * size);
    }
  });
});

// Losses compound, so a unit cannot be taken out of them: very small returns have very small drawdowns.
test.each([1e-9, 1e-4])('drawdowns of returns of %s', async (unit) => {
  const small = inUnit(unit);
  const expected = await minimumCdar(inUnit(1e-6));
  const actual = await minimumCdar(small);
  for (const [at, weight] of expected.weights.entries()) expect(actual.weights[at]).toBeCloseTo(weight, 2);
  expect(conditionalDrawdown(first(small)) / unit).toBeCloseTo(
    conditionalDrawdown(first(inUnit(1e-6))) / 1e-6,
    2,
  );
  expect(historicalStress([1, 0, 0], small).length).toBeGreaterThan(0);
});
