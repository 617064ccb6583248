/** The same problem by exact and by heuristic search: least CVaR of the last training rows. */
import {
  differentialEvolution,
  geneticAlgorithm,
  minimize,
  minimumCvar,
  particleSwarm,
  type SearchMethod,
  tailRisk,
} from '@noosphere/decide';
import { type Assets, level, limitsOf } from './strategies.js';

const evaluations = 5000;

export interface SearchResult {
  readonly name: string;
  readonly risk: number;
  readonly weights: Float64Array;
  readonly evaluations: number | undefined;
  readonly elapsedMs: number;
}

/** The exact optimum first. */
export async function searchSideBySide(
  held: Assets,
  returns: readonly Float64Array[],
  seed: number,
): Promise<SearchResult[]> {
  const assets = held.names.length;
  const limits = limitsOf(held);
  const startMs = performance.now();
  const exact = await minimumCvar(returns, { ...limits, level });
  const results: SearchResult[] = [
    {
      name: 'exact (linear program)',
      risk: riskOf(exact.weights, returns),
      weights: exact.weights,
      evaluations: undefined,
      elapsedMs: performance.now() - startMs,
    },
  ];
  const methods: readonly [string, SearchMethod][] = [
    ['genetic algorithm', geneticAlgorithm()],
    ['particle swarm', particleSwarm()],
    ['differential evolution', differentialEvolution()],
  ];
  for (const [name, method] of methods) {
    const { best, ...outcome } = await minimize((point) => riskOf(shares(point), returns), {
      method,
      bounds: Array.from({ length: assets }, () => [0, 1] as const),
      constraints: (point) => excesses(shares(point), limits),
      maxEvaluations: evaluations,
      seed,
    });
    const { evaluations: spent, elapsedMs } = outcome;
    results.push({ name, risk: best.value, weights: shares(best.point), evaluations: spent, elapsedMs });
  }
  return results;
}

/** Parts of their sum; equal parts where all are 0. */
function shares(point: Float64Array): Float64Array {
  const sum = point.reduce((total, value) => total + value, 0);
  return sum > 0 ? point.map((value) => value / sum) : point.map(() => 1 / point.length);
}

/** By how much weights are above the limits. */
function excesses(weights: Float64Array, { upper, groups = [] }: ReturnType<typeof limitsOf>): number[] {
  const sums = groups.map(({ assets, upper: most = 1 }) =>
    assets.reduce((sum, asset) => sum + (weights[asset] ?? 0), -most),
  );
  return [...Array.from(weights, (weight) => weight - upper), ...sums];
}

function riskOf(weights: Float64Array, returns: readonly Float64Array[]): number {
  const days = returns[0]?.length ?? 0;
  const together = new Float64Array(days);
  for (const [asset, own] of returns.entries()) {
    const weight = weights[asset] ?? 0;
    for (let day = 0; day < days; day++) together[day] = (together[day] ?? 0) + weight * (own[day] ?? 0);
  }
  return tailRisk(together, { level }).expectedShortfall;
}
