/** The choice of p, q, P, Q and the constant, differences being given. */
import { ArgumentError } from '@noosphere/core';
import { type ArimaCriteria, type ArimaFit, ArimaTask, isWellBehaved } from './fit-arima.js';
import type { ArimaOrder } from './order.js';
import type { Regressor } from './regressors.js';

export interface OrderSearch {
  readonly d: number;
  readonly seasonalD: number;
  readonly season: number;
  /** Largest p, q, P and Q. */
  readonly most: Readonly<Record<'p' | 'q' | 'seasonalP' | 'seasonalQ', number>>;
  /** Largest p + q + P + Q of the search over all. */
  readonly mostInAll: number;
  readonly stepwise: boolean;
  /** Whether candidates are fitted by conditional least squares, and only the best exactly. */
  readonly approximate: boolean;
  readonly criterion: keyof ArimaCriteria;
}

/** Candidates of the stepwise search at most, as in R. */
const mostModels = 94;

interface Candidate {
  readonly order: ArimaOrder;
  readonly fit: ArimaFit | undefined;
  readonly value: number;
}

/**
 * The best ARIMA by the criterion. Stepwise: four starts, then the neighbours of the best until none is better (Hyndman &
 * Khandakar 2008, in the order of R's `auto.arima`); or all of them. A candidate with a root within 1 % of the unit circle
 * does not count.
 */
export function searchOrders(
  y: Float64Array,
  exogenous: readonly Regressor[],
  search: OrderSearch,
): ArimaFit {
  const trials = new Trials(y, exogenous, search);
  if (search.stepwise) stepwise(trials, search, y.length);
  else for (const order of allOrders(search, y.length)) trials.tryOrder(order);
  const best = trials.best();
  if (!best) {
    throw new ArgumentError(
      'autoArima',
      `none of ${trials.count} models fits this series of ${y.length} values; difference it yourself (d, seasonalD), or use autoEts`,
    );
  }
  return best;
}

/** Candidates that were fitted. */
class Trials {
  readonly #y: Float64Array;
  readonly #exogenous: readonly Regressor[];
  readonly #search: OrderSearch;
  readonly #tasks = new Map<boolean, ArimaTask>();
  readonly #candidates = new Map<string, Candidate>();

  constructor(y: Float64Array, exogenous: readonly Regressor[], search: OrderSearch) {
    this.#y = y;
    this.#exogenous = exogenous;
    this.#search = search;
  }

  get count(): number {
    return this.#candidates.size;
  }

  has(order: ArimaOrder): boolean {
    return this.#candidates.has(keyOf(order));
  }

  /** The criterion of an order, infinite where it does not fit. */
  tryOrder(order: ArimaOrder): number {
    const known = this.#candidates.get(keyOf(order));
    if (known) return known.value;
    const fit = this.#fit(order, this.#search.approximate);
    const value = fit && this.#isFit(fit) ? fit.criteria[this.#search.criterion] : Number.POSITIVE_INFINITY;
    this.#candidates.set(keyOf(order), { order, fit, value });
    return value;
  }

  /** The best one, fitted exactly; those that do not behave then are passed over. */
  best(): ArimaFit | undefined {
    const ranked = [...this.#candidates.values()].sort((a, b) => rank(a.value) - rank(b.value));
    for (const { order, fit, value } of ranked) {
      if (!this.#search.approximate && !Number.isFinite(value)) return undefined;
      const exact = this.#search.approximate ? this.#fit(order, false) : fit;
      if (!exact || !this.#isFit(exact)) continue;
      const thorough = this.#task(order).fitExact(order, { thorough: true });
      return thorough && this.#isFit(thorough) ? thorough : exact;
    }
    return undefined;
  }

  #fit(order: ArimaOrder, approximate: boolean): ArimaFit | undefined {
    const task = this.#task(order);
    return approximate ? task.fitConditional(order) : task.fitExact(order);
  }

  #isFit(fit: ArimaFit): boolean {
    return Number.isFinite(fit.criteria[this.#search.criterion]) && isWellBehaved(fit);
  }

  #task(order: ArimaOrder): ArimaTask {
    const known = this.#tasks.get(order.constant);
    if (known) return known;
    const task = new ArimaTask(this.#y, order, this.#exogenous);
    this.#tasks.set(order.constant, task);
    return task;
  }
}

/** Steps to neighbours, the first that is better being taken. */
const moves: readonly Partial<Record<'p' | 'q' | 'seasonalP' | 'seasonalQ', number>>[] = [
  { seasonalP: -1 },
  { seasonalQ: -1 },
  { seasonalP: 1 },
  { seasonalQ: 1 },
  { seasonalP: -1, seasonalQ: -1 },
  { seasonalP: -1, seasonalQ: 1 },
  { seasonalP: 1, seasonalQ: -1 },
  { seasonalP: 1, seasonalQ: 1 },
  { p: -1 },
  { q: -1 },
  { p: 1 },
  { q: 1 },
  { p: -1, q: -1 },
  { p: -1, q: 1 },
  { p: 1, q: -1 },
  { p: 1, q: 1 },
];

/** Values that cannot tell a mean from none: for so few the criterion would take the model without, and forecast zero. */
const fewestForNoMean = 10;

function needsMean({ d, seasonalD }: OrderSearch, length: number): boolean {
  return length < fewestForNoMean && d + seasonalD === 0;
}

function stepwise(trials: Trials, search: OrderSearch, length: number): void {
  const { d, seasonalD, season, most } = search;
  const mayBeConstant = d + seasonalD < 2;
  const at = (p: number, q: number, seasonalP: number, seasonalQ: number, constant = mayBeConstant) => ({
    p: Math.min(p, most.p),
    d,
    q: Math.min(q, most.q),
    seasonalP: Math.min(seasonalP, most.seasonalP),
    seasonalD,
    seasonalQ: Math.min(seasonalQ, most.seasonalQ),
    season,
    constant,
  });
  const first = length < 10 ? at(1, 1, 0, 0) : at(2, 2, 1, 1);
  const starts = [first, at(0, 0, 0, 0), at(1, 0, 1, 0), at(0, 1, 0, 1)];
  const isFree = mayBeConstant && !needsMean(search, length);
  if (isFree) starts.push(at(0, 0, 0, 0, false));
  let best = first;
  let least = Number.POSITIVE_INFINITY;
  for (const start of starts) {
    const value = trials.tryOrder(start);
    if (value < least) [best, least] = [start, value];
  }
  for (;;) {
    const better = neighbours(best, search, isFree).find((order) => {
      if (trials.has(order) || trials.count >= mostModels) return false;
      const value = trials.tryOrder(order);
      if (!(value < least)) return false;
      least = value;
      return true;
    });
    if (!better) return;
    best = better;
  }
}

function neighbours(from: ArimaOrder, { most }: OrderSearch, isFree: boolean): ArimaOrder[] {
  const moved = moves.map((move) => ({
    ...from,
    p: from.p + (move.p ?? 0),
    q: from.q + (move.q ?? 0),
    seasonalP: from.seasonalP + (move.seasonalP ?? 0),
    seasonalQ: from.seasonalQ + (move.seasonalQ ?? 0),
  }));
  const names = ['p', 'q', 'seasonalP', 'seasonalQ'] as const;
  const inside = moved.filter((order) =>
    names.every((name) => order[name] >= 0 && order[name] <= most[name]),
  );
  return isFree ? [...inside, { ...from, constant: !from.constant }] : inside;
}

function allOrders(search: OrderSearch, length: number): ArimaOrder[] {
  const { d, seasonalD, season, most, mostInAll } = search;
  const upTo = (last: number) => Array.from({ length: last + 1 }, (_, value) => value);
  const constants = needsMean(search, length) ? [true] : d + seasonalD < 2 ? [false, true] : [false];
  return upTo(most.p).flatMap((p) =>
    upTo(most.q).flatMap((q) =>
      upTo(most.seasonalP).flatMap((seasonalP) =>
        upTo(most.seasonalQ)
          .filter((seasonalQ) => p + q + seasonalP + seasonalQ <= mostInAll)
          .flatMap((seasonalQ) =>
            constants.map((constant) => ({
              p,
              d,
              q,
              seasonalP,
              seasonalD,
              seasonalQ,
              season,
              constant,
            })),
          ),
      ),
    ),
  );
}

function keyOf({ p, q, seasonalP, seasonalQ, constant }: ArimaOrder): string {
  return `${p},${q},${seasonalP},${seasonalQ},${constant}`;
}

/** Infinities differ by nothing. */
function rank(value: number): number {
  return Number.isFinite(value) ? value : Number.MAX_VALUE;
}
