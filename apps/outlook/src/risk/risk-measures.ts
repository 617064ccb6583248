/** All that is measured of the risk of assets that share their days, and of equal parts of them. */
import {
  correlationBreakdown,
  diversificationRatio,
  equalWeights,
  historicalStress,
  sampleCovariance,
  simpleReturns,
} from '@noosphere/decide';
import { eachOf } from '../each.js';
import type { JointPrices } from '../joint.js';
import { rowsFor } from '../period.js';
import {
  type Holding,
  holdingRisk,
  type MethodTest,
  methodSummary,
  methods,
  methodTests,
  windowFor,
} from './tail-risk.js';

export interface RiskMeasures {
  /** Equal parts of all assets. */
  readonly portfolio: Holding;
  /** Rows that each forecast looks back on. */
  readonly window: number;
  /** Rows of a stretch of stress: a month, or one row where that is longer. */
  readonly stressRows: number;
  /** The portfolio first. */
  readonly holdings: readonly ReturnType<typeof holdingRisk>[];
  readonly tests: readonly MethodTest[];
  readonly summary: readonly ReturnType<typeof methodSummary>[];
  /** Assets that could not be measured, and why. */
  readonly failures: readonly string[];
  readonly covariance: ReturnType<typeof sampleCovariance>;
  readonly diversificationRatio: number;
  readonly stress: readonly StressEpisode[];
  /** Correlation of each asset with the first one, in calm and bad days. */
  readonly breakdown: readonly ({ readonly name: string } & ReturnType<typeof correlationBreakdown>)[];
}

/** A bad stretch of the portfolio. */
export interface StressEpisode {
  readonly from: string;
  readonly to: string;
  readonly portfolioReturn: number;
  readonly assetReturns: readonly number[];
}

export function riskMeasures({ names, prices, dates, period }: JointPrices): RiskMeasures {
  const returns = prices.map(simpleReturns);
  const equal = equalWeights(names.length);
  const portfolio = { name: 'Equal parts', returns: weightedReturns(returns, equal) };
  const assets = names.map(
    (name, asset): Holding => ({ name, returns: returns[asset] ?? new Float64Array() }),
  );
  const window = windowFor(portfolio.returns.length, period);
  const measure = (holding: Holding) => ({
    risk: holdingRisk(holding, window, period),
    tests: methodTests(holding, window, period),
  });
  const whole = measure(portfolio);
  const { done, failures } = eachOf(assets, measure);
  const measured = [whole, ...done];
  const tests = measured.flatMap((each) => each.tests);
  const covariance = sampleCovariance(returns, { periodsPerYear: period.perYear });
  const stressRows = rowsFor(21, period);
  return {
    portfolio,
    window,
    holdings: measured.map(({ risk }) => risk),
    tests,
    summary: methods.map((method) => methodSummary(method, tests)),
    failures,
    covariance,
    diversificationRatio: diversificationRatio(equal, covariance),
    stressRows,
    stress: historicalStress(equal, returns, { window: stressRows }).map(
      ({ first, last, portfolioReturn, assetReturns }) => ({
        // A return is known on the day after its row.
        from: dates[first + 1] ?? '',
        to: dates[last + 1] ?? '',
        portfolioReturn,
        assetReturns: Array.from(assetReturns),
      }),
    ),
    breakdown: names.slice(1).map((name, at) => ({
      name,
      ...correlationBreakdown(returns[0] ?? new Float64Array(), returns[at + 1] ?? new Float64Array()),
    })),
  };
}

function weightedReturns(returns: readonly Float64Array[], weights: Float64Array): Float64Array {
  const [first] = returns;
  if (!first) return new Float64Array();
  return first.map((_, day) =>
    returns.reduce((sum, own, asset) => sum + (weights[asset] ?? 0) * (own[day] ?? 0), 0),
  );
}
