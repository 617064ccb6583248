/** Searches to the end: evaluates what a method asks for, within a budget, and keeps the best. */
import { knownOptions, requireObject, requireWhole } from '@noosphere/base';
import { ArgumentError } from '@noosphere/core';
import { cmaEs } from './cma-es.js';
import { geneticAlgorithm } from './genetic-algorithm.js';
import type { EvaluatedPoint, SearchMethod, SearchRun, SearchSetting } from './method.js';
import { Tally } from './tally.js';
import { SearchSpace } from './variables.js';

/** The value of a point, lower is better; the point's memory is used again. NaN counts as +∞. */
export type SearchObjective = (point: Float64Array) => number | Promise<number>;

/** Values of many points at once. */
export interface BatchObjective {
  batch(points: readonly Float64Array[]): ArrayLike<number> | Promise<ArrayLike<number>>;
}

export interface SearchProgress {
  readonly evaluations: number;
  readonly best: EvaluatedPoint;
  readonly restarts: number;
  readonly elapsedMs: number;
}

export interface MinimizeOptions extends SearchSetting {
  /** @default cmaEs() where all variables are real, else geneticAlgorithm() */
  readonly method?: SearchMethod;
  /** Ends at a value this low that keeps all constraints. @default -∞ */
  readonly target?: number;
  /** Gives numbers that must not be above 0; the sum of those that are is the violation. @default none */
  readonly constraints?: (point: Float64Array) => ArrayLike<number>;
  /** Calls of an asynchronous objective at the same time. @default 1 */
  readonly concurrency?: number;
  /** Ends the search; the best so far is the result. @default none */
  readonly signal?: AbortSignal;
  /** Called after each generation. @default none */
  readonly onProgress?: (progress: SearchProgress) => void;
}

export interface SearchOutcome {
  readonly best: EvaluatedPoint;
  readonly evaluations: number;
  readonly restarts: number;
  readonly end: 'budget' | 'target' | 'converged' | 'aborted';
  readonly elapsedMs: number;
  /** Each new best: after how many evaluations, and what. */
  readonly improvements: readonly {
    readonly evaluations: number;
    readonly value: number;
    readonly violation: number;
  }[];
}

/** How long the event loop waits at most for a search whose objective is synchronous. */
const longestTurnMs = 30;

/**
 * The least value of a function that can only be evaluated.
 * The same seed and values give the same search. The outcome's best may violate constraints: look at `best.violation`.
 *
 * @throws ArgumentError where an option is out of range, the objective gives no number, or none of its values is finite.
 * @example
 * const bounds = [[0, 4], [0, 4]] as const;
 * const constraints = ([x = 0, y = 0]: Float64Array) => [x + y - 3];
 * const { best, end } = await minimize(([x = 0, y = 0]) => (x - 2) ** 2 + (y - 2) ** 2, { bounds, constraints, maxEvaluations: 2000 });
 * console.log(best.value.toFixed(4), best.violation, end); // → 0.5000 0 budget
 */
export async function minimize(
  objective: SearchObjective | BatchObjective,
  options: MinimizeOptions,
): Promise<SearchOutcome> {
  const { run, tally } = begin('minimize', options);
  const { concurrency = 1 } = knownOptions(
    'minimize',
    options,
    'method target constraints concurrency signal onProgress bounds seed maxEvaluations start',
  );
  requireWhole('minimize', 'concurrency', concurrency, 1);
  let turnEndsMs = performance.now() + longestTurnMs;
  while (!tally.end) {
    const points = tally.ask(run);
    if ('batch' in objective) tally.takeAll(points, await objective.batch(points));
    else {
      for (let row = 0; row < points.length && !tally.end; ) {
        const value = objective(points[row] as Float64Array);
        if (typeof value === 'number') tally.take(points[row++] as Float64Array, value);
        else {
          const group = points.slice(row, row + concurrency);
          const rest = group.slice(1).map((point) => objective(point));
          const values = await Promise.all([value, ...rest]);
          for (const [place, each] of values.entries()) tally.take(group[place] as Float64Array, each);
          row += group.length;
        }
      }
    }
    tally.tell(run);
    if (performance.now() > turnEndsMs) {
      await new Promise((resolve) => setImmediate(resolve));
      turnEndsMs = performance.now() + longestTurnMs;
    }
  }
  return tally.outcome(run);
}

/** `minimize` for a synchronous objective, in one go: the event loop waits. */
export function minimizeSync(
  objective: (point: Float64Array) => number,
  options: MinimizeOptions,
): SearchOutcome {
  knownOptions(
    'minimizeSync',
    options,
    'method target constraints concurrency signal onProgress bounds seed maxEvaluations start',
  );
  const { run, tally } = begin('minimizeSync', options);
  while (!tally.end) {
    const points = tally.ask(run);
    for (let row = 0; row < points.length && !tally.end; row++) {
      const point = points[row] as Float64Array;
      tally.take(point, objective(point));
    }
    tally.tell(run);
  }
  return tally.outcome(run);
}

function begin(
  operation: string,
  options: MinimizeOptions,
): { readonly run: SearchRun; readonly tally: Tally } {
  requireObject(operation, 'the options', options, '{ bounds: [[0, 1]] }');
  const space = new SearchSpace(operation, options.bounds);
  const { method = space.isReal ? cmaEs() : geneticAlgorithm() } = options;
  const { maxEvaluations = 1000 * space.size } = options;
  requireWhole(operation, 'maxEvaluations', maxEvaluations, 1);
  if (Number.isNaN(options.target)) throw new ArgumentError(operation, 'target must be a number, got NaN');
  return {
    run: method.start({ ...options, maxEvaluations }),
    tally: new Tally(operation, options, maxEvaluations),
  };
}
