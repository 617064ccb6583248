/** The decision that forecasts are trained for: shares of all assets, every few days, judged by what they lose in a bad period. */
import { ArgumentError, div, exp, sub, sum, type Tensor, tensor } from '@noosphere/core';
import { portfolioLoss, simpleReturns } from '@noosphere/decide';
import { type DecisionLoss, frameOf, headRows, type SeriesFrame, type WindowRows } from '@noosphere/forecast';
import { costs, level } from '../allocation/strategies.js';
import type { JointPrices } from '../joint.js';
import { type Period, periodsText } from '../period.js';

/** Rows that the networks and the volatility of the two-stage rule look back on. */
export const lookback = 60;
/** Of the days; the rest is for the comparison, and nothing is chosen by it. */
const trainingShare = 2 / 3;
/** Of the training days, at their end: early stopping, and the choice of the two-stage rule. */
const validationShare = 0.25;
/** One of them lies in the tail. */
const leastPeriods = 20;
/** Times to learn from. */
const leastTimes = 200;

export interface DecisionProblem {
  readonly names: readonly string[];
  /** Which of the names are foreign cash. */
  readonly cash: ReadonlySet<string>;
  readonly period: Period;
  /** Simple returns of a row, one array an asset. */
  readonly returns: readonly Float64Array[];
  /** Log returns in per cent, with their size as a past covariate. */
  readonly frame: SeriesFrame;
  /** The same without the days of the comparison. */
  readonly training: SeriesFrame;
  /** Days between decisions. */
  readonly horizon: number;
  /** First day of the comparison. */
  readonly testFrom: number;
  /** Days at the end of the training part. */
  readonly validationDays: number;
}

/** @throws ArgumentError for one asset alone, or too few days. */
export function decisionProblem(
  { names, prices, cash, period }: JointPrices,
  horizon: number,
): DecisionProblem {
  const returns = prices.map(simpleReturns);
  const days = returns[0]?.length ?? 0;
  const testFrom = Math.floor(trainingShare * days);
  const validationDays = Math.max(horizon, Math.floor(validationShare * testFrom));
  const [periods, times] = [
    Math.floor((days - testFrom) / horizon),
    testFrom - validationDays - lookback - horizon + 1,
  ];
  if (names.length < 2)
    throw new ArgumentError('outlook', `one asset, ${names[0]}, leaves nothing to decide; give two or more`);
  if (periods < leastPeriods || times < leastTimes)
    throw new ArgumentError(
      'outlook',
      `${days} common ${period.name}s give ${Math.max(0, times)} times to learn from and ${periods} stretches of ${periodsText(horizon, period)} to compare on, and ${leastTimes} and ${leastPeriods} are needed; give longer histories or a smaller --horizon`,
    );
  const percents = returns.map((own) => own.map((value) => 100 * Math.log1p(value)));
  const frame = frameOf(
    {
      unique_id: names.flatMap((name) => Array<string>(days).fill(name)),
      ds: names.flatMap(() => Array.from({ length: days }, (_, day) => day)),
      y: percents.flatMap((own) => Array.from(own)),
      size: percents.flatMap((own) => Array.from(own, Math.abs)),
    },
    { frequency: 'step', covariates: { past: ['size'] } },
  );
  return {
    names,
    cash,
    period,
    returns,
    frame,
    training: headRows(frame, testFrom),
    horizon,
    testFrom,
    validationDays,
  };
}

/**
 * What the shares softmax(Σ forecast) lose in a bad period, net of costs: the CVaR of decide, of returns that drift from decision
 * to decision. A time of training knows no shares held before it; it pays for the way from equal parts.
 */
export function portfolioCost(assets: number): DecisionLoss {
  const equal = tensor(Array<number>(assets).fill(1 / assets));
  return ({ forecast, actual }) =>
    portfolioLoss(sum(forecast, { axes: [2] }), periodReturns(actual), {
      confidence: level,
      riskAversion: 1,
      tradingCost: costs,
      held: equal,
    });
}

/** Log returns of days in per cent [B, A, H] give simple returns of the period [B, A]. */
function periodReturns(actual: Tensor): Tensor {
  return sub(exp(div(sum(actual, { axes: [2] }), 100)), 1);
}

/** Windows of all assets that end before these days, day by day. */
export function windowsBefore(
  { frame: { ids, offsets } }: DecisionProblem,
  days: readonly number[],
): WindowRows {
  return {
    series: Uint32Array.from(days.flatMap(() => Array.from(ids.keys()))),
    ends: Uint32Array.from(days.flatMap((day) => Array.from(ids.keys(), (own) => (offsets[own] ?? 0) + day))),
  };
}

/** Days on which is decided, from the first of the comparison. */
export function decisionDays({ returns, testFrom, horizon }: DecisionProblem): number[] {
  const days = returns[0]?.length ?? 0;
  return Array.from(
    { length: Math.ceil((days - testFrom) / horizon) },
    (_, place) => testFrom + place * horizon,
  );
}

/** Days of the validation part with a whole period behind them. */
export function validationTimes({ testFrom, validationDays, horizon }: DecisionProblem): number[] {
  return Array.from(
    { length: validationDays - horizon + 1 },
    (_, place) => testFrom - validationDays + place,
  );
}
