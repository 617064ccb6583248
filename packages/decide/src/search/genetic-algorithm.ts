/** A genetic algorithm: for variables of every kind, orders and categories too. */
import { knownOptions, requireWhole } from '@noosphere/base';
import { type Engine, type EngineContext, EngineRun } from './engine-run.js';
import { isBetter, type SearchMethod } from './method.js';
import { firstGeneration, hasCollapsed } from './sampling.js';
import { requireShare } from './settings.js';
import { Variation, type VariationOptions } from './variation.js';

export interface GeneticAlgorithmOptions extends VariationOptions {
  /** Points of a generation. @default 50 */
  readonly population?: number;
  /** Whether to begin anew where all points have become one. @default true */
  readonly restarts?: boolean;
  /** A start ends where all values differ by less than this. @default 1e-11 */
  readonly tolerance?: number;
}

/**
 * Parents by tournaments of two, simulated binary crossover, polynomial mutation; the best of parents and children live on
 * (elitism). Violated constraints come before values (Deb 2000). Goldberg 1989; Deb & Agrawal 1995.
 *
 * @example
 * // Which of three tools, and how many hours: 2 h with tool 1.
 * const cost = ([tool = 0, hours = 0]: Float64Array) => Math.abs(tool - 1) + (hours - 2) ** 2;
 * const bounds = [{ kind: 'categorical', count: 3 }, { kind: 'integer', lower: 0, upper: 24 }] as const;
 * const { best } = await minimize(cost, { bounds, method: geneticAlgorithm(), target: 0 });
 * console.log(best.value, best.point); // → 0 Float64Array(2) [ 1, 2 ]
 */
export function geneticAlgorithm(options: GeneticAlgorithmOptions = {}): SearchMethod {
  const {
    population = 50,
    restarts = true,
    tolerance = 1e-11,
  } = knownOptions(
    'geneticAlgorithm',
    options,
    'population restarts tolerance crossover crossoverIndex mutation mutationIndex',
  );
  requireWhole('geneticAlgorithm', 'population', population, 4);
  requireVariation('geneticAlgorithm', options);
  return {
    name: 'GA',
    start: (setting) =>
      new EngineRun(
        {
          operation: 'geneticAlgorithm',
          restarts,
          create: (context) => new GeneticEngine(context, population, tolerance, options),
        },
        setting,
      ),
  };
}

export function requireVariation(operation: string, options: VariationOptions): void {
  const { crossover = 1, mutation = 1, crossoverIndex = 1, mutationIndex = 1 } = options;
  requireShare(operation, 'crossover', crossover);
  requireShare(operation, 'mutation', mutation);
  requireShare(operation, 'the inverse of crossoverIndex', 1 / crossoverIndex);
  requireShare(operation, 'the inverse of mutationIndex', 1 / mutationIndex);
}

class GeneticEngine implements Engine {
  readonly candidates: Float64Array;
  isConverged = false;
  readonly #context: EngineContext;
  readonly #variation: Variation;
  readonly #count: number;
  readonly #tolerance: number;
  /** Parents, the best first; the second half is room for children. */
  #rows: Float64Array;
  #values: Float64Array;
  #violations: Float64Array;
  #spareRows: Float64Array;
  #spareValues: Float64Array;
  #spareViolations: Float64Array;
  readonly #order: Uint32Array;
  #isFirst = true;

  constructor(context: EngineContext, count: number, tolerance: number, options: VariationOptions) {
    const { size } = context.space;
    this.#context = context;
    this.#variation = new Variation(context.space, context.random, options);
    this.#count = count;
    this.#tolerance = tolerance;
    this.candidates = new Float64Array(count * size);
    [this.#rows, this.#spareRows] = [new Float64Array(2 * count * size), new Float64Array(2 * count * size)];
    [this.#values, this.#spareValues] = [new Float64Array(2 * count), new Float64Array(2 * count)];
    [this.#violations, this.#spareViolations] = [new Float64Array(2 * count), new Float64Array(2 * count)];
    this.#order = new Uint32Array(2 * count);
  }

  propose(): number {
    const [count, candidates] = [this.#count, this.candidates];
    if (this.#isFirst) {
      firstGeneration(this.#context, count, candidates);
      return count;
    }
    const { size } = this.#context.space;
    for (let row = 0; row < count; row += 2) {
      const last = Math.min(row + 1, count - 1);
      const [first, second] = [this.#winner(), this.#winner()];
      candidates.set(this.#rows.subarray(first * size, (first + 1) * size), row * size);
      candidates.set(this.#rows.subarray(second * size, (second + 1) * size), last * size);
      if (last > row) this.#variation.cross(candidates, row, last);
      for (let child = row; child <= last; child++) {
        this.#variation.mutate(candidates, child);
        if (this.#equals(child, first) || this.#equals(child, second))
          this.#variation.mutate(candidates, child, true);
      }
    }
    return count;
  }

  learn(values: Float64Array, violations: Float64Array): void {
    const [count, { size }] = [this.#count, this.#context.space];
    const at = this.#isFirst ? 0 : count;
    this.#rows.set(this.candidates, at * size);
    this.#values.set(values, at);
    this.#violations.set(violations, at);
    this.#survive(at + count);
    this.#isFirst = false;
    this.isConverged = hasCollapsed(
      this.#context.space,
      this.#rows,
      this.#values,
      this.#violations,
      count,
      this.#tolerance,
    );
  }

  /** The better of two parents; parents are in order, so it is the earlier one. */
  #winner(): number {
    const { random } = this.#context;
    const first = Math.floor(random.uniform() * this.#count);
    return Math.min(first, Math.floor(random.uniform() * this.#count));
  }

  #equals(child: number, parent: number): boolean {
    const { size } = this.#context.space;
    for (let place = 0; place < size; place++)
      if (this.candidates[child * size + place] !== this.#rows[parent * size + place]) return false;
    return true;
  }

  /** Brings the best of the first `total` rows to the front, in order. */
  #survive(total: number): void {
    const [values, violations, { size }] = [this.#values, this.#violations, this.#context.space];
    const order = this.#order.subarray(0, total);
    for (let row = 0; row < total; row++) order[row] = row;
    order.sort((a, b) => {
      const [first, second] = [values[a] as number, values[b] as number];
      const [left, right] = [violations[a] as number, violations[b] as number];
      if (isBetter(first, left, second, right)) return -1;
      return isBetter(second, right, first, left) ? 1 : a - b;
    });
    for (let rank = 0; rank < this.#count; rank++) {
      const row = order[rank] as number;
      this.#spareRows.set(this.#rows.subarray(row * size, (row + 1) * size), rank * size);
      this.#spareValues[rank] = values[row] as number;
      this.#spareViolations[rank] = violations[row] as number;
    }
    [this.#rows, this.#spareRows] = [this.#spareRows, this.#rows];
    [this.#values, this.#spareValues] = [this.#spareValues, this.#values];
    [this.#violations, this.#spareViolations] = [this.#spareViolations, this.#violations];
  }
}
