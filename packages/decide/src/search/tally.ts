/** What a search has seen: values of the generation under way, the best, and why it ends. */
import { ArgumentError } from '@noosphere/core';
import { type EvaluatedPoint, isBetter, type SearchRun } from './method.js';
import type { MinimizeOptions, SearchOutcome } from './minimize.js';
import { violationOf } from './violation.js';

export class Tally {
  /** Why the search ends; `undefined` while it goes on. */
  end: SearchOutcome['end'] | undefined;
  readonly #operation: string;
  readonly #options: MinimizeOptions;
  readonly #maxEvaluations: number;
  readonly #startedMs = performance.now();
  readonly #values: number[] = [];
  readonly #violations: number[] = [];
  readonly #improvements: { evaluations: number; value: number; violation: number }[] = [];
  #evaluations = 0;
  #best: EvaluatedPoint | undefined;
  #hasFinite = false;

  constructor(operation: string, options: MinimizeOptions, maxEvaluations: number) {
    this.#operation = operation;
    this.#options = options;
    this.#maxEvaluations = maxEvaluations;
  }

  /** The points of the next generation, as many as the budget allows. */
  ask(run: SearchRun): readonly Float64Array[] {
    this.#values.length = 0;
    this.#violations.length = 0;
    const points = run.ask();
    const left = this.#maxEvaluations - this.#evaluations;
    return points.length > left ? points.slice(0, left) : points;
  }

  takeAll(points: readonly Float64Array[], values: ArrayLike<number>): void {
    if (values.length !== points.length)
      throw new ArgumentError(
        this.#operation,
        `the batch objective must give ${points.length} values, got ${values.length}`,
      );
    for (const [row, point] of points.entries()) this.take(point, values[row] as number);
  }

  take(point: Float64Array, value: number): void {
    if (typeof value !== 'number')
      throw new ArgumentError(this.#operation, `the objective must give a number, got ${typeof value}`);
    const violation = violationOf(this.#options.constraints?.(point));
    this.#values.push(value);
    this.#violations.push(violation);
    this.#evaluations++;
    const least = Number.isNaN(value) ? Number.POSITIVE_INFINITY : value;
    if (Math.abs(least) < Number.POSITIVE_INFINITY) this.#hasFinite = true;
    if (!this.#best || isBetter(least, violation, this.#best.value, this.#best.violation)) {
      this.#best = { point: point.slice(), value: least, violation };
      this.#improvements.push({ evaluations: this.#evaluations, value: least, violation });
    }
    if (violation === 0 && least <= (this.#options.target ?? Number.NEGATIVE_INFINITY)) this.end = 'target';
    else if (this.#options.signal?.aborted) this.end = 'aborted';
    else if (this.#evaluations === this.#maxEvaluations) this.end = 'budget';
  }

  tell(run: SearchRun): void {
    run.tell(this.#values, this.#violations);
    if (!this.end && run.isConverged) this.end = 'converged';
    if (!this.#best) return;
    this.#options.onProgress?.({
      evaluations: this.#evaluations,
      best: this.#best,
      restarts: run.restarts,
      elapsedMs: performance.now() - this.#startedMs,
    });
    if (!this.end && this.#options.signal?.aborted) this.end = 'aborted';
  }

  outcome(run: SearchRun): SearchOutcome {
    if (!this.#best || !this.end || !this.#hasFinite)
      throw new ArgumentError(
        this.#operation,
        `none of ${this.#evaluations} values of the objective is finite; try it at one point by hand`,
      );
    return {
      best: this.#best,
      evaluations: this.#evaluations,
      restarts: run.restarts,
      end: this.end,
      elapsedMs: performance.now() - this.#startedMs,
      improvements: this.#improvements,
    };
  }
}
