/**
 * The tree-structured Parzen estimator: densities of good and of other points, and the candidate that is likeliest to be
 * among the good. Bergstra, Bardenet, Bengio, Kégl: Algorithms for Hyper-Parameter Optimization, NIPS 2011.
 */
import { knownOptions } from '@noosphere/base';
import { ArgumentError } from '@noosphere/core';
import type { Random } from '../random.js';
import { ParzenMixture } from './parzen-mixture.js';
import { drawPoint, type SearchSampler, type TrialObservation } from './sampler.js';

export interface TpeOptions {
  /** Trials drawn at random before the estimator is asked. @default 10 */
  readonly startupTrials?: number;
  /** Candidates a proposal. @default 24 */
  readonly candidates?: number;
  /** Which share of the points counts as good; at least 2 points and at most 25. @default 0.15 */
  readonly goodShare?: number;
}

/**
 * Proposes argmax l(x) / g(x) over candidates drawn from l, where l and g are Parzen estimates of the good and the other points.
 *
 * Multivariate: a kernel is a product over all dimensions of one point, so that what goes together is drawn together. A nested
 * dimension that a point does not have counts with the density of the space. With several budgets the points of the largest
 * one that has enough of them count alone (Falkner, Klein, Hutter: BOHB, ICML 2018).
 *
 * @throws ArgumentError where an option is out of range.
 * @example
 * import type { ConfigOf } from '@noosphere/train';
 * const space = { x: vary.uniform(-5, 5), y: vary.uniform(-5, 5) };
 * const objective = async ({ x, y }: ConfigOf<typeof space>) => (x - 1) ** 2 + (y + 2) ** 2;
 * const { best } = await search({ space, objective, sampler: tpe(), maxTrials: 60, seed: 1 });
 * console.log((best?.value ?? 9) < 0.3); // → true
 */
export function tpe(options: TpeOptions = {}): SearchSampler {
  const {
    startupTrials = 10,
    candidates = 24,
    goodShare = 0.15,
  } = knownOptions('tpe', options, 'startupTrials candidates goodShare');
  for (const [name, value] of Object.entries({ startupTrials, candidates })) {
    if (!Number.isInteger(value) || value < 1)
      throw new ArgumentError('tpe', `${name} must be a whole number from 1, got ${value}`);
  }
  if (!(goodShare > 0 && goodShare < 1))
    throw new ArgumentError('tpe', `goodShare must lie between 0 and 1, got ${goodShare}`);
  return {
    name: 'tpe',
    propose(space, observations, random: Random) {
      const counted = atLargestBudget(observations, startupTrials);
      if (counted.length < startupTrials) return drawPoint(space, random);
      const sorted = counted.map((each, order) => ({ ...each, order })).sort(byCost);
      const goodCount = Math.min(25, Math.max(2, Math.ceil(goodShare * sorted.length)));
      const points = sorted.map(({ point }) => point);
      const good = new ParzenMixture(space, points.slice(0, goodCount));
      const other = new ParzenMixture(space, points.slice(goodCount));
      let [best, bestScore] = [drawPoint(space, random), Number.NEGATIVE_INFINITY];
      for (let count = 0; count < candidates; count++) {
        const candidate = good.draw(random);
        const score = good.logDensity(candidate) - other.logDensity(candidate);
        if (score > bestScore) [best, bestScore] = [candidate, score];
      }
      return best;
    },
  };
}

function byCost(
  a: { readonly cost: number; readonly order: number },
  b: { readonly cost: number; readonly order: number },
): number {
  return a.cost === b.cost ? a.order - b.order : a.cost - b.cost;
}

/** The observations of the largest budget that has enough with a finite cost; none where there is no such budget. */
function atLargestBudget(
  observations: readonly TrialObservation[],
  least: number,
): readonly TrialObservation[] {
  const budgets = [...new Set(observations.map(({ budget }) => budget))].sort((a, b) => b - a);
  for (const budget of budgets) {
    const found = observations.filter((each) => each.budget === budget);
    if (found.length >= least && found.some(({ cost }) => Number.isFinite(cost))) return found;
  }
  return [];
}
