/** Metrics of orders: each row is a query, its columns the candidates, and the scores say which come first. */
import { requireWhole } from '@noosphere/base';
import { ArgumentError } from '@noosphere/core';
import { type Fold, foldOnce } from './fold.js';
import { type Rows, readRows, readWeights, requireRows, type WeightOptions } from './inputs.js';
import { descendingOrder } from './ranks.js';
import { addTo, emptySum, mergeSums, type Sum, sumValue } from './sums.js';

export interface RankingOptions extends WeightOptions {
  /** Only the first k places count. @default all */
  readonly k?: number | undefined;
}

export interface GainOptions extends RankingOptions {
  /** What a relevance is worth: itself, or 2^relevance - 1. @default 'linear' */
  readonly gain?: 'linear' | 'exponential';
  /** Candidates with equal scores share their places' worth (`average`), or keep their order. @default 'average' */
  readonly ties?: 'average' | 'order';
}

/** A mean over queries. */
export type RankingFold = Fold<{ readonly values: Sum; readonly weight: Sum }, Rows, Rows>;

function queryFold(
  name: string,
  valueOfQuery: (relevance: Float64Array, scores: Float64Array) => number,
): RankingFold {
  return {
    name,
    start: () => ({ values: emptySum(), weight: emptySum() }),
    gather: (actual, scores, options) => {
      const relevance = readRows(name, 'actual', actual, 'free');
      const table = readRows(name, 'scores', scores, 'free');
      requireRows(name, 'actual', relevance.length, 'scores', table.length);
      const weights = readWeights(name, options.weights, table.length);
      const state = { values: emptySum(), weight: emptySum() };
      for (const [query, row] of table.entries()) {
        const gains = relevance[query] ?? row;
        requireCandidates(name, query, gains, row);
        addTo(state.values, (weights?.[query] ?? 1) * valueOfQuery(gains, row));
        addTo(state.weight, weights?.[query] ?? 1);
      }
      return state;
    },
    merge: (into, from) => {
      mergeSums(into.values, from.values);
      mergeSums(into.weight, from.weight);
    },
    value: ({ values, weight }) => sumValue(values) / sumValue(weight),
  };
}

function requireCandidates(
  operation: string,
  query: number,
  relevance: Float64Array,
  scores: Float64Array,
): void {
  requireRows(operation, `actual[${query}]`, relevance.length, `scores[${query}]`, scores.length);
  const negative = relevance.find((value) => value < 0);
  if (negative !== undefined) {
    throw new ArgumentError(
      operation,
      `actual[${query}] is a relevance and must not be negative, got ${negative}; shift or clip it`,
    );
  }
}

/** Whether the candidates are relevant, in the order of their scores. */
function rankedRelevance(relevance: Float64Array, scores: Float64Array): boolean[] {
  return Array.from(descendingOrder(scores), (candidate) => (relevance[candidate] ?? 0) > 0);
}

function named(name: string, k: number | undefined): string {
  if (k === undefined) return name;
  requireWhole(name, 'k', k);
  return `${name} (k ${k})`;
}

export function ndcgFold({
  k,
  gain = 'linear',
  ties = 'average',
}: Omit<GainOptions, 'weights'> = {}): RankingFold {
  return queryFold(`${named('ndcg', k)} ${gain} ${ties}`, (relevance, scores) => {
    const gains = gain === 'linear' ? relevance : relevance.map((value) => 2 ** value - 1);
    const ideal = discountedGain(gains, gains, k, 'order');
    return ideal === 0 ? 0 : discountedGain(gains, scores, k, ties) / ideal;
  });
}

/** Σ gain / log2(place + 1) over the first k places. */
function discountedGain(
  gains: Float64Array,
  scores: Float64Array,
  k = gains.length,
  ties: 'average' | 'order',
): number {
  const order = descendingOrder(scores);
  const sum = emptySum();
  for (let first = 0, last = 0; first < order.length; first = last) {
    const score = scores[order[first] ?? 0];
    last = first + 1;
    while (ties === 'average' && last < order.length && scores[order[last] ?? 0] === score) last++;
    const tied = order.subarray(first, last);
    const mean = tied.reduce((total, candidate) => total + (gains[candidate] ?? 0), 0) / tied.length;
    for (let place = first; place < Math.min(last, k); place++) addTo(sum, mean / Math.log2(place + 2));
  }
  return sumValue(sum);
}

/**
 * Normalised discounted cumulative gain, 0 … 1: DCG / ideal DCG, DCG = Σ_{i ≤ k} gain_i / log2(i + 1), mean over queries.
 *
 * Takes `actual` [queries, candidates], the relevances, not negative, and `scores` of the same shape; queries may differ
 * in length where they are arrays. A query without relevant candidates counts 0. Throws where the shapes differ.
 * Source: Järvelin and Kekäläinen (2002).
 * @example
 * console.log(metrics.ndcg([[10, 0, 0, 1, 5]], [[0.1, 0.2, 0.3, 4, 70]]).toFixed(4)); // → 0.6957
 */
export function ndcg(actual: Rows, scores: Rows, { weights, ...options }: GainOptions = {}): number {
  return foldOnce(ndcgFold(options), actual, scores, { weights });
}

export function reciprocalRankFold(k?: number): RankingFold {
  return queryFold(named('meanReciprocalRank', k), (relevance, scores) => {
    const place = rankedRelevance(relevance, scores).slice(0, k).indexOf(true);
    return place < 0 ? 0 : 1 / (place + 1);
  });
}

/**
 * Mean reciprocal rank, 0 … 1: the mean of 1 / place of the first relevant candidate (0 where there is none).
 *
 * Relevant is what has a relevance over 0; equal scores keep the order of the candidates. Otherwise as `ndcg`.
 * Source: Voorhees, TREC-8 (1999).
 * @example
 * console.log(metrics.meanReciprocalRank([[0, 1, 0], [1, 0, 0]], [[3, 2, 1], [3, 2, 1]])); // → 0.75
 */
export function meanReciprocalRank(actual: Rows, scores: Rows, { weights, k }: RankingOptions = {}): number {
  return foldOnce(reciprocalRankFold(k), actual, scores, { weights });
}

export function hitRateFold(k?: number): RankingFold {
  return queryFold(named('hitRate', k), (relevance, scores) =>
    Number(rankedRelevance(relevance, scores).slice(0, k).includes(true)),
  );
}

/**
 * Hit rate, 0 … 1: the share of queries with a relevant candidate in the first k places. As `meanReciprocalRank`.
 * @example
 * console.log(metrics.hitRate([[0, 1, 0], [0, 0, 1]], [[3, 2, 1], [3, 2, 1]], { k: 2 })); // → 0.5
 */
export function hitRate(actual: Rows, scores: Rows, { weights, k }: RankingOptions = {}): number {
  return foldOnce(hitRateFold(k), actual, scores, { weights });
}

export function precisionAtFold(k?: number): RankingFold {
  return queryFold(named('precisionAt', k), (relevance, scores) => {
    const found = rankedRelevance(relevance, scores).slice(0, k).filter(Boolean).length;
    return found / (k ?? scores.length);
  });
}

/**
 * Precision at k, 0 … 1: relevant candidates in the first k places / k, mean over queries. As `meanReciprocalRank`.
 *
 * A query with fewer than k candidates is still divided by k.
 * @example
 * console.log(metrics.precisionAt([[1, 1, 0, 0]], [[4, 3, 2, 1]], { k: 4 })); // → 0.5
 */
export function precisionAt(actual: Rows, scores: Rows, { weights, k }: RankingOptions = {}): number {
  return foldOnce(precisionAtFold(k), actual, scores, { weights });
}

export function recallAtFold(k?: number): RankingFold {
  return queryFold(named('recallAt', k), (relevance, scores) => {
    const ranked = rankedRelevance(relevance, scores);
    const all = ranked.filter(Boolean).length;
    return all === 0 ? 0 : ranked.slice(0, k).filter(Boolean).length / all;
  });
}

/**
 * Recall at k, 0 … 1: relevant candidates in the first k places / all relevant ones, mean over queries (0/0 counts 0).
 * @example
 * console.log(metrics.recallAt([[1, 0, 1, 0]], [[4, 3, 2, 1]], { k: 2 })); // → 0.5
 */
export function recallAt(actual: Rows, scores: Rows, { weights, k }: RankingOptions = {}): number {
  return foldOnce(recallAtFold(k), actual, scores, { weights });
}

export function meanAveragePrecisionFold(k?: number): RankingFold {
  return queryFold(named('meanAveragePrecision', k), (relevance, scores) => {
    const ranked = rankedRelevance(relevance, scores);
    const all = ranked.filter(Boolean).length;
    const sum = emptySum();
    let found = 0;
    for (const [place, isRelevant] of ranked.slice(0, k).entries())
      if (isRelevant) addTo(sum, ++found / (place + 1));
    return all === 0 ? 0 : sumValue(sum) / Math.min(all, k ?? all);
  });
}

/**
 * Mean average precision, 0 … 1: the mean over queries of Σ_{i ≤ k} precision at i · [i is relevant] / min(relevant, k).
 *
 * As `meanReciprocalRank` otherwise; a query without relevant candidates counts 0.
 * @example
 * console.log(metrics.meanAveragePrecision([[1, 0, 1]], [[3, 2, 1]]).toFixed(4)); // → 0.8333
 */
export function meanAveragePrecision(
  actual: Rows,
  scores: Rows,
  { weights, k }: RankingOptions = {},
): number {
  return foldOnce(meanAveragePrecisionFold(k), actual, scores, { weights });
}
