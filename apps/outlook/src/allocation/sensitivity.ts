/** What would change the decision: the same program under other assumptions. */
import { minimumCvar, type TailRiskOptions } from '@noosphere/decide';
import type { JointPrices } from '../joint.js';
import { periodsText } from '../period.js';
import { level, limitsOf, trainingFor } from './strategies.js';

/** Fewer rows hold no tail. */
const leastYear = 40;

export interface Variation {
  readonly name: string;
  readonly weights: Float64Array;
  /** Σ |weight - decided weight| / 2: the share of the money that would lie elsewhere. */
  readonly moved: number;
}

/** @param returns Of all rows; the decision itself sees the last ones alone. */
export async function variationsOf(
  { names, cash, period }: JointPrices,
  returns: readonly Float64Array[],
  decided: Float64Array,
): Promise<Variation[]> {
  const rows = returns[0]?.length ?? 0;
  const last = (count: number) => returns.map((own) => own.subarray(Math.max(0, own.length - count)));
  const limits = limitsOf({ names, cash });
  const training = trainingFor(rows, period);
  const cases: (readonly [string, readonly Float64Array[], TailRiskOptions])[] = [
    [`tail of 10 % of the ${period.name}s`, last(training), { ...limits, level: 0.9 }],
    ['tail of 2.5 %', last(training), { ...limits, level: 0.975 }],
    ...(period.perYear >= leastYear
      ? [['the last year only', last(Math.round(period.perYear)), { ...limits, level }] as const]
      : []),
    [`all ${periodsText(rows, period)}`, returns, { ...limits, level }],
    ['no limits', last(training), { names, level }],
  ];
  const variations: Variation[] = [];
  for (const [name, scenarios, options] of cases) {
    const { weights } = await minimumCvar(scenarios, options);
    const moved =
      weights.reduce((sum, weight, asset) => sum + Math.abs(weight - (decided[asset] ?? 0)), 0) / 2;
    variations.push({ name, weights, moved });
  }
  return variations;
}
