/** Differential evolution that learns its own settings (L-SHADE): steady on rugged landscapes, few settings to choose. */
import { knownOptions, requireWhole } from '@noosphere/base';
import { type Engine, type EngineContext, EngineRun } from './engine-run.js';
import { isBetter, type SearchMethod } from './method.js';
import { firstGeneration, hasCollapsed } from './sampling.js';
import { SuccessMemory } from './success-memory.js';

export interface DifferentialEvolutionOptions {
  /** Points of the first generation; later ones shrink to 4 while the budget is spent. @default 18 x numbers of a point, at most 200 */
  readonly population?: number;
  /** Whether to begin anew where all points have become one. @default true */
  readonly restarts?: boolean;
  /** A start ends where all values differ by less than this. @default 1e-11 */
  readonly tolerance?: number;
}

const leastPopulation = 4;
/** Share of the population that counts as the best. */
const bestShare = 0.11;
const archiveShare = 2.6;

/**
 * v = x + F (x_best - x) + F (x_r - x_s), crossed with x coordinate by coordinate with probability CR; a child that is no worse
 * takes its parent's place. F and CR are drawn around those that succeeded, x_best from the best 11 %, x_s also from parents
 * that were replaced; the population shrinks as the budget is spent. Whole numbers and categories by rounding.
 * Tanabe & Fukunaga 2014 (L-SHADE); constraints as Deb 2000.
 *
 * @example
 * const rastrigin = (x: Float64Array) => x.reduce((sum, v) => sum + v * v + 10 * (1 - Math.cos(2 * Math.PI * v)), 0);
 * const bounds = Array.from({ length: 5 }, () => [-5, 5] as const);
 * const { best } = await minimize(rastrigin, { bounds, method: differentialEvolution(), maxEvaluations: 20000, target: 1e-8 });
 * console.log(best.value <= 1e-8); // → true
 */
export function differentialEvolution(options: DifferentialEvolutionOptions = {}): SearchMethod {
  const {
    population,
    restarts = true,
    tolerance = 1e-11,
  } = knownOptions('differentialEvolution', options, 'population restarts tolerance');
  if (population !== undefined)
    requireWhole('differentialEvolution', 'population', population, leastPopulation);
  return {
    name: 'DE',
    start: (setting) =>
      new EngineRun(
        {
          operation: 'differentialEvolution',
          restarts,
          create: (context) => new DifferentialEngine(context, population, tolerance),
        },
        setting,
      ),
  };
}

class DifferentialEngine implements Engine {
  readonly candidates: Float64Array;
  isConverged = false;
  readonly #context: EngineContext;
  readonly #tolerance: number;
  readonly #first: number;
  readonly #budget: number;
  readonly #rows: Float64Array;
  readonly #values: Float64Array;
  readonly #violations: Float64Array;
  readonly #archive: Float64Array;
  #archived = 0;
  readonly #memory: SuccessMemory;
  readonly #factors: Float64Array;
  readonly #rates: Float64Array;
  #count: number;
  #spent = 0;
  #order: Uint32Array;

  constructor(context: EngineContext, population: number | undefined, tolerance: number) {
    const { size } = context.space;
    const left = Math.max(0, context.maxEvaluations - context.spent);
    // What is left for a later start may be little.
    const first = population ?? Math.max(10, Math.min(18 * size, 200, Math.floor(left / 20)));
    this.#context = context;
    this.#tolerance = tolerance;
    this.#first = first;
    this.#count = first;
    this.#budget = Math.max(left, 20 * first);
    this.candidates = new Float64Array(first * size);
    this.#rows = new Float64Array(first * size);
    this.#values = new Float64Array(first);
    this.#violations = new Float64Array(first);
    this.#archive = new Float64Array(Math.ceil(archiveShare * first) * size);
    this.#memory = new SuccessMemory(context.random);
    this.#factors = new Float64Array(first);
    this.#rates = new Float64Array(first);
    this.#order = Uint32Array.from({ length: first }, (_, row) => row);
  }

  propose(): number {
    if (this.#spent === 0) firstGeneration(this.#context, this.#count, this.candidates);
    else {
      this.#sort();
      for (let row = 0; row < this.#count; row++) this.#makeChild(row);
    }
    return this.#count;
  }

  #makeChild(row: number): void {
    const [rows, { space, random }] = [this.#rows, this.#context];
    const { size, lower, upper } = space;
    const { factor, rate } = this.#memory.draw();
    this.#factors[row] = factor;
    this.#rates[row] = rate;
    const among = Math.max(2, Math.round(bestShare * this.#count));
    const best = (this.#order[Math.floor(random.uniform() * among)] as number) * size;
    const left = this.#other(this.#count, row, -1);
    const right = this.#other(this.#count + this.#archived, row, left);
    const [from, fromAt] =
      right < this.#count ? [rows, right * size] : [this.#archive, (right - this.#count) * size];
    const forced = Math.floor(random.uniform() * size);
    const offset = row * size;
    for (let place = 0; place < size; place++) {
      const own = rows[offset + place] as number;
      if (place !== forced && random.uniform() >= rate) {
        this.candidates[offset + place] = own;
        continue;
      }
      const pull = (rows[best + place] as number) - own;
      const difference = (rows[left * size + place] as number) - (from[fromAt + place] as number);
      const moved = own + factor * (pull + difference);
      const [low, high] = [lower[place] as number, upper[place] as number];
      // Half of the way to a border that would be crossed.
      this.candidates[offset + place] =
        moved < low ? (low + own) / 2 : moved > high ? (high + own) / 2 : moved;
    }
  }

  /** A row below `limit` that is neither of both. */
  #other(limit: number, row: number, other: number): number {
    let drawn = row;
    while (drawn === row || drawn === other) drawn = Math.floor(this.#context.random.uniform() * limit);
    return drawn;
  }

  learn(values: Float64Array, violations: Float64Array): void {
    const { size } = this.#context.space;
    const isFirst = this.#spent === 0;
    this.#spent += values.length;
    for (let row = 0; row < values.length; row++) {
      const [value, violation] = [values[row] as number, violations[row] as number];
      const [own, ownViolation] = [this.#values[row] as number, this.#violations[row] as number];
      if (!isFirst) {
        if (isBetter(own, ownViolation, value, violation)) continue;
        if (isBetter(value, violation, own, ownViolation)) {
          this.#remember(row);
          const gain = violation < ownViolation ? ownViolation - violation : own - value;
          this.#memory.add(this.#factors[row] as number, this.#rates[row] as number, gain);
        }
      }
      this.#rows.set(this.candidates.subarray(row * size, (row + 1) * size), row * size);
      this.#values[row] = value;
      this.#violations[row] = violation;
    }
    this.#memory.learn();
    this.#shrink();
    this.isConverged = hasCollapsed(
      this.#context.space,
      this.#rows,
      this.#values,
      this.#violations,
      this.#count,
      this.#tolerance,
    );
  }

  /** Keeps a parent that is about to be replaced. */
  #remember(row: number): void {
    const { size } = this.#context.space;
    const most = Math.ceil(archiveShare * this.#count);
    this.#archived = Math.min(this.#archived, most);
    const at = this.#archived < most ? this.#archived++ : Math.floor(this.#context.random.uniform() * most);
    this.#archive.set(this.#rows.subarray(row * size, (row + 1) * size), at * size);
  }

  /** Leaves out the worst, so that the population falls linearly with what is spent. */
  #shrink(): void {
    const share = Math.min(1, this.#spent / this.#budget);
    const wanted = Math.max(
      leastPopulation,
      Math.round(this.#first + (leastPopulation - this.#first) * share),
    );
    if (wanted >= this.#count) return;
    this.#sort();
    const { size } = this.#context.space;
    const kept = this.#order.slice(0, wanted).sort();
    // Rows only move to the front, so none is overwritten before it is read.
    for (const [to, row] of kept.entries()) {
      this.#rows.copyWithin(to * size, row * size, (row + 1) * size);
      this.#values[to] = this.#values[row] as number;
      this.#violations[to] = this.#violations[row] as number;
    }
    this.#count = wanted;
    this.#order = Uint32Array.from({ length: wanted }, (_, row) => row);
    this.#archived = Math.min(this.#archived, Math.ceil(archiveShare * wanted));
  }

  #sort(): void {
    const [values, violations] = [this.#values, this.#violations];
    this.#order.sort((a, b) => {
      const [first, second] = [values[a] as number, values[b] as number];
      const [left, right] = [violations[a] as number, violations[b] as number];
      if (isBetter(first, left, second, right)) return -1;
      return isBetter(second, right, first, left) ? 1 : a - b;
    });
  }
}
