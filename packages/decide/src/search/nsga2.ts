/** NSGA-II: several objectives at once, a front of points of which none is better than another in all. */
import { knownOptions, requireWhole } from '@noosphere/base';
import { ArgumentError } from '@noosphere/core';
import { Random } from '@noosphere/train';
import { crowding, nondominatedFronts } from './dominance.js';
import { requireVariation } from './genetic-algorithm.js';
import type { SearchSetting } from './method.js';
import { firstGeneration } from './sampling.js';
import { SearchSpace } from './variables.js';
import { Variation, type VariationOptions } from './variation.js';

export interface Nsga2Options extends VariationOptions {
  /** Points of a generation, and of the front at most. @default 100 */
  readonly population?: number;
}

/** A point of a front. */
export interface FrontPoint {
  readonly point: Float64Array;
  /** One for each objective. */
  readonly values: Float64Array;
  readonly violation: number;
}

/**
 * A run of NSGA-II by ask and tell. Ranks of fronts, then crowding, choose parents and who lives on; violated constraints come
 * first. Deb, Pratap, Agarwal & Meyarivan 2002. `minimizeMany` runs it to the end.
 *
 * @example
 * const run = new Nsga2({ bounds: [[0, 3]], seed: 1 }, { population: 20 });
 * for (let generation = 0; generation < 20; generation++) {
 *   run.tell(run.ask().map(([x = 0]) => [x ** 2, (x - 2) ** 2]));
 * }
 * console.log(run.front().every(({ point: [x = 0] }) => x > -0.01 && x < 2.01)); // → true
 */
export class Nsga2 {
  readonly #space: SearchSpace;
  readonly #random: Random;
  readonly #variation: Variation;
  readonly #start: Float64Array | undefined;
  /** Objectives; known from the first values on. */
  #objectives = 0;
  readonly #count: number;
  readonly #points: readonly Float64Array[];
  readonly #children: Float64Array;
  #rows: Float64Array;
  #values: Float64Array;
  #violations: Float64Array;
  /** Survivors are in order of rank and crowding: the earlier of two wins a tournament. */
  #firstFront = 0;
  #isAsked = false;
  #isFirst = true;

  constructor({ bounds, seed = 0, start }: SearchSetting, options: Nsga2Options = {}) {
    const { population = 100 } = knownOptions(
      'Nsga2',
      options,
      'population crossover crossoverIndex mutation mutationIndex',
    );
    requireWhole('nsga2', 'population', population, 4);
    requireWhole('nsga2', 'seed', seed, 0);
    requireVariation('nsga2', options);
    this.#space = new SearchSpace('nsga2', bounds);
    this.#random = new Random(seed);
    this.#variation = new Variation(this.#space, this.#random, { crossoverIndex: 15, ...options });
    this.#count = population;
    const { size } = this.#space;
    if (start) {
      this.#start = new Float64Array(size);
      this.#space.encode('nsga2', start, this.#start, 0);
    }
    this.#points = Array.from({ length: population }, () => new Float64Array(size));
    this.#children = new Float64Array(population * size);
    this.#rows = new Float64Array(0);
    this.#values = new Float64Array(0);
    this.#violations = new Float64Array(0);
  }

  /** Points to evaluate; their memory is used again by the next call. */
  ask(): readonly Float64Array[] {
    if (this.#isAsked)
      throw new ArgumentError('nsga2', 'the values of the last points are not told yet; call tell()');
    if (this.#isFirst) this.#begin();
    else this.#breed();
    for (const [row, point] of this.#points.entries())
      this.#space.decode(this.#children, row * this.#space.size, point);
    this.#isAsked = true;
    return this.#points;
  }

  #begin(): void {
    firstGeneration(
      {
        operation: 'nsga2',
        space: this.#space,
        random: this.#random,
        start: this.#start,
        maxEvaluations: 0,
        attempt: 0,
        spent: 0,
      },
      this.#count,
      this.#children,
    );
  }

  #breed(): void {
    const { size } = this.#space;
    for (let row = 0; row < this.#count; row += 2) {
      const last = Math.min(row + 1, this.#count - 1);
      for (const child of [row, last]) {
        const parent = Math.min(this.#draw(), this.#draw());
        this.#children.set(this.#rows.subarray(parent * size, (parent + 1) * size), child * size);
      }
      if (last > row) this.#variation.cross(this.#children, row, last);
      for (let child = row; child <= last; child++) this.#variation.mutate(this.#children, child);
    }
  }

  #draw(): number {
    return Math.floor(this.#random.uniform() * this.#count);
  }

  /** Values [points, objectives] of the last `ask`; NaN counts as +∞. */
  tell(values: readonly ArrayLike<number>[], violations?: ArrayLike<number>): void {
    if (!this.#isAsked || values.length !== this.#count)
      throw new ArgumentError('nsga2', `expects values of ${this.#count} asked points, got ${values.length}`);
    if (this.#isFirst) this.#objectives = values[0]?.length ?? 0;
    if (this.#objectives === 0) throw new ArgumentError('nsga2', 'expects one objective at least, got none');
    const told = new Float64Array(this.#count * this.#objectives);
    for (const [row, each] of values.entries()) {
      if (each.length !== this.#objectives)
        throw new ArgumentError('nsga2', `expects ${this.#objectives} objectives, got ${each.length}`);
      for (let k = 0; k < this.#objectives; k++) {
        const value = each[k] as number;
        told[row * this.#objectives + k] = Number.isNaN(value) ? Number.POSITIVE_INFINITY : value;
      }
    }
    const broken = Float64Array.from({ length: this.#count }, (_, row) => {
      const violation = violations?.[row] ?? 0;
      return violation >= 0 ? violation : Number.POSITIVE_INFINITY;
    });
    this.#survive(
      joined(this.#rows, this.#children),
      joined(this.#values, told),
      joined(this.#violations, broken),
    );
    this.#isAsked = false;
    this.#isFirst = false;
  }

  #survive(rows: Float64Array, values: Float64Array, violations: Float64Array): void {
    const chosen: number[] = [];
    const fronts = nondominatedFronts(values, violations, this.#objectives);
    for (const front of fronts) {
      if (chosen.length >= this.#count) break;
      const distances = crowding(values, this.#objectives, front);
      const order = Array.from(front.keys()).sort((a, b) => {
        const [first, second] = [distances[a] as number, distances[b] as number];
        return first === second ? a - b : second - first;
      });
      for (const place of order.slice(0, this.#count - chosen.length)) chosen.push(front[place] as number);
    }
    this.#firstFront = Math.min(fronts[0]?.length ?? 0, this.#count);
    this.#rows = picked(rows, chosen, this.#space.size);
    this.#values = picked(values, chosen, this.#objectives);
    this.#violations = picked(violations, chosen, 1);
  }

  /** The points that none dominates, of those that live; each point once. */
  front(): FrontPoint[] {
    const { size } = this.#space;
    const seen = new Set<string>();
    const points: FrontPoint[] = [];
    for (let row = 0; row < this.#firstFront; row++) {
      const point = new Float64Array(size);
      this.#space.decode(this.#rows, row * size, point);
      const values = this.#values.slice(row * this.#objectives, (row + 1) * this.#objectives);
      const key = point.join();
      if (!seen.has(key)) points.push({ point, values, violation: this.#violations[row] as number });
      seen.add(key);
    }
    return points;
  }
}

function joined(first: Float64Array, second: Float64Array): Float64Array {
  const all = new Float64Array(first.length + second.length);
  all.set(first);
  all.set(second, first.length);
  return all;
}

function picked(values: Float64Array, rows: readonly number[], size: number): Float64Array {
  const result = new Float64Array(rows.length * size);
  for (const [to, row] of rows.entries())
    result.set(values.subarray(row * size, (row + 1) * size), to * size);
  return result;
}
