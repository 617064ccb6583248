/** Several objectives to the end of a budget. */
import { knownOptions, pickOptions, requireFunction, requireObject, requireWhole } from '@noosphere/base';
import type { SearchSetting } from './method.js';
import { type FrontPoint, Nsga2, type Nsga2Options } from './nsga2.js';
import { SearchSpace } from './variables.js';
import { violationOf } from './violation.js';

export interface MinimizeManyOptions extends SearchSetting, Nsga2Options {
  /** Gives numbers that must not be above 0; the sum of those that are is the violation. @default none */
  readonly constraints?: (point: Float64Array) => ArrayLike<number>;
  /** Ends the search; the front so far is the result. @default none */
  readonly signal?: AbortSignal;
  /** Called after each generation. @default none */
  readonly onProgress?: (progress: {
    readonly evaluations: number;
    readonly front: readonly FrontPoint[];
  }) => void;
}

export interface FrontOutcome {
  /** Points of which none is better than another in all objectives. */
  readonly front: readonly FrontPoint[];
  readonly evaluations: number;
  readonly end: 'budget' | 'aborted';
  readonly elapsedMs: number;
}

/**
 * The trade-off between objectives, all minimised, by NSGA-II; whole generations within the budget, one at least.
 *
 * @throws ArgumentError where an option is out of range, or objectives differ in number from point to point.
 * @example
 * // Schaffer: the front is x from 0 to 2.
 * const { front } = await minimizeMany(([x = 0]) => [x ** 2, (x - 2) ** 2], { bounds: [[-10, 10]], population: 40 });
 * const xs = front.map(({ point: [x = 0] }) => x);
 * console.log(Math.min(...xs).toFixed(1), Math.max(...xs).toFixed(1)); // → 0.0 2.0
 */
export async function minimizeMany(
  objectives: (point: Float64Array) => ArrayLike<number> | Promise<ArrayLike<number>>,
  options: MinimizeManyOptions,
): Promise<FrontOutcome> {
  requireFunction('minimizeMany', 'the objectives', objectives);
  requireObject('minimizeMany', 'the options', options, '{ bounds: [[0, 1]] }');
  const space = new SearchSpace('minimizeMany', options.bounds);
  const {
    maxEvaluations = 1000 * space.size,
    population = 100,
    signal,
  } = knownOptions(
    'minimizeMany',
    options,
    'constraints signal onProgress bounds seed maxEvaluations start population crossover',
    'crossoverIndex mutation mutationIndex',
  );
  requireWhole('minimizeMany', 'maxEvaluations', maxEvaluations, 1);
  const startedMs = performance.now();
  const run = new Nsga2(
    options,
    pickOptions(options, 'population crossover crossoverIndex mutation mutationIndex'),
  );
  let evaluations = 0;
  do {
    const points = run.ask();
    const values: ArrayLike<number>[] = [];
    const violations: number[] = [];
    for (const point of points) {
      const given = objectives(point);
      values.push(given instanceof Promise ? await given : given);
      violations.push(violationOf(options.constraints?.(point)));
    }
    run.tell(values, violations);
    evaluations += points.length;
    options.onProgress?.({ evaluations, front: run.front() });
    await new Promise((resolve) => setImmediate(resolve));
  } while (evaluations + population <= maxEvaluations && !signal?.aborted);
  const end = signal?.aborted ? 'aborted' : 'budget';
  return { front: run.front(), evaluations, end, elapsedMs: performance.now() - startedMs };
}
