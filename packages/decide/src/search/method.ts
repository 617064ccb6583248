/** The contract of all search methods: ask for points, tell their values. */
import type { SearchVariable } from './variables.js';

/** What a run of a method starts from. */
export interface SearchSetting {
  readonly bounds: readonly SearchVariable[];
  /** @default 0 */
  readonly seed?: number;
  /** Evaluations that will be spent: some methods change from wide to narrow by it. @default 1000 x numbers of a point */
  readonly maxEvaluations?: number;
  /** A point to begin at or near. @default none: all of the box */
  readonly start?: ArrayLike<number>;
}

/** A point that was evaluated. */
export interface EvaluatedPoint {
  readonly point: Float64Array;
  readonly value: number;
  /** By how much constraints are broken, summed; 0 where all are kept. */
  readonly violation: number;
}

/** A search under way. */
export interface SearchRun {
  /** The best so far: the least violation, then the least value. */
  readonly best: EvaluatedPoint | undefined;
  /** Values told. */
  readonly evaluations: number;
  /** Times the method began anew. */
  readonly restarts: number;
  /** Whether it has converged and does not begin anew. */
  readonly isConverged: boolean;
  /** Points to evaluate. Their memory is used again by the next call: copy what you keep. */
  ask(): readonly Float64Array[];
  /**
   * The values of the points of the last `ask`, in their order; NaN counts as +∞. Fewer than were asked count towards the best
   * and end the run: the last generation of a budget.
   */
  tell(values: ArrayLike<number>, violations?: ArrayLike<number>): void;
}

/** A search method with its settings. */
export interface SearchMethod {
  readonly name: string;
  start(setting: SearchSetting): SearchRun;
}

/** Whether the first is better: less violation, or as much and a lower value (Deb 2000). */
export function isBetter(value: number, violation: number, otherValue: number, otherViolation: number) {
  return violation < otherViolation || (violation === otherViolation && value < otherValue);
}
