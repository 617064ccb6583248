/** What would change the decision: the same program under other assumptions. */
import { minimumCvar, type TailRiskOptions } from '@noosphere/decide';
import { level, limitsOf, trainingFor } from './strategies.js';

export interface Variation {
  readonly name: string;
  readonly weights: Float64Array;
  /** Σ |weight - decided weight| / 2: the share of the money that would lie elsewhere. */
  readonly moved: number;
}

/** @param returns Of all days; the decision itself sees the last ones alone. */
export async function variationsOf(
  names: readonly string[],
  returns: readonly Float64Array[],
  decided: Float64Array,
): Promise<Variation[]> {
  const days = returns[0]?.length ?? 0;
  const last = (count: number) => returns.map((own) => own.subarray(Math.max(0, own.length - count)));
  const limits = limitsOf(names);
  const training = trainingFor(days);
  const cases: readonly [string, readonly Float64Array[], TailRiskOptions][] = [
    ['tail of 10 % of the days', last(training), { ...limits, level: 0.9 }],
    ['tail of 2.5 %', last(training), { ...limits, level: 0.975 }],
    ['the last year only', last(252), { ...limits, level }],
    [`all ${days} days`, returns, { ...limits, level }],
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
