/** A run of any method: points out of coordinates, the best so far, restarts. What moves the coordinates is an engine. */
import { ArgumentError } from '@noosphere/core';
import { Random } from '@noosphere/train';
import { type EvaluatedPoint, isBetter, type SearchRun, type SearchSetting } from './method.js';
import { SearchSpace } from './variables.js';

/** One start of a method, in coordinates of the box. */
export interface Engine {
  /** Proposed coordinates: rows of the space's size, all inside of the box. */
  readonly candidates: Float64Array;
  /** Whether nothing more is to be expected of it. */
  readonly isConverged: boolean;
  /** Writes the next candidates and gives how many there are. */
  propose(): number;
  /** Takes values and violations of all candidates; values are never NaN. */
  learn(values: Float64Array, violations: Float64Array): void;
}

/** What engines are made from. */
export interface EngineContext {
  readonly operation: string;
  readonly space: SearchSpace;
  readonly random: Random;
  readonly maxEvaluations: number;
  /** Coordinates to begin at; only the first engine has them. */
  readonly start: Float64Array | undefined;
  /** Engines before this one. */
  readonly attempt: number;
  /** Evaluations before this one. */
  readonly spent: number;
}

export interface EngineSource {
  readonly operation: string;
  /** Whether a new engine follows one that has converged. */
  readonly restarts: boolean;
  create(context: EngineContext): Engine;
}

export class EngineRun implements SearchRun {
  readonly #source: EngineSource;
  readonly #space: SearchSpace;
  readonly #random: Random;
  readonly #maxEvaluations: number;
  #engine: Engine;
  #attempt = 0;
  #points: Float64Array[] = [];
  #asked = 0;
  #isCut = false;
  #values = new Float64Array(0);
  #violations = new Float64Array(0);
  #best: EvaluatedPoint | undefined;
  #evaluations = 0;

  constructor(source: EngineSource, { bounds, seed = 0, maxEvaluations, start }: SearchSetting) {
    const { operation } = source;
    this.#source = source;
    this.#space = new SearchSpace(operation, bounds);
    if (!Number.isSafeInteger(seed) || seed < 0)
      throw new ArgumentError(operation, `seed must be a whole number from 0, got ${seed}`);
    this.#random = new Random(seed);
    this.#maxEvaluations = maxEvaluations ?? 1000 * this.#space.size;
    let coordinates: Float64Array | undefined;
    if (start) {
      coordinates = new Float64Array(this.#space.size);
      this.#space.encode(operation, start, coordinates, 0);
    }
    this.#engine = this.#create(coordinates);
  }

  get best(): EvaluatedPoint | undefined {
    return this.#best;
  }

  get evaluations(): number {
    return this.#evaluations;
  }

  get restarts(): number {
    return this.#attempt;
  }

  get isConverged(): boolean {
    return this.#isCut || (this.#engine.isConverged && !this.#source.restarts);
  }

  ask(): readonly Float64Array[] {
    const { operation } = this.#source;
    if (this.#asked > 0)
      throw new ArgumentError(operation, `the values of ${this.#asked} points are not told yet; call tell()`);
    if (this.isConverged) throw new ArgumentError(operation, 'the run has ended; start another');
    if (this.#engine.isConverged) {
      this.#attempt++;
      this.#engine = this.#create(undefined);
    }
    const count = this.#engine.propose();
    while (this.#points.length < count) this.#points.push(new Float64Array(this.#space.size));
    for (let row = 0; row < count; row++)
      this.#space.decode(this.#engine.candidates, row * this.#space.size, this.#points[row] as Float64Array);
    this.#asked = count;
    return this.#points.length === count ? this.#points : this.#points.slice(0, count);
  }

  tell(values: ArrayLike<number>, violations?: ArrayLike<number>): void {
    const { operation } = this.#source;
    if (values.length > this.#asked || (violations && violations.length !== values.length))
      throw new ArgumentError(
        operation,
        `expects up to ${this.#asked} values and as many violations, got ${values.length} and ${violations?.length ?? 'none'}`,
      );
    if (this.#values.length !== values.length) {
      this.#values = new Float64Array(values.length);
      this.#violations = new Float64Array(values.length);
    }
    for (let row = 0; row < values.length; row++) {
      const [value, violation] = [values[row] as number, violations?.[row] ?? 0];
      this.#values[row] = Number.isNaN(value) ? Number.POSITIVE_INFINITY : value;
      // A violation that is NaN is the worst one.
      this.#violations[row] = violation >= 0 ? violation : Number.POSITIVE_INFINITY;
      this.#remember(row);
    }
    this.#evaluations += values.length;
    if (values.length === this.#asked) this.#engine.learn(this.#values, this.#violations);
    else this.#isCut = true;
    this.#asked = 0;
  }

  #remember(row: number): void {
    const [value, violation] = [this.#values[row] as number, this.#violations[row] as number];
    const best = this.#best;
    if (best && !isBetter(value, violation, best.value, best.violation)) return;
    this.#best = { point: (this.#points[row] as Float64Array).slice(), value, violation };
  }

  #create(start: Float64Array | undefined): Engine {
    return this.#source.create({
      operation: this.#source.operation,
      space: this.#space,
      random: this.#random,
      maxEvaluations: this.#maxEvaluations,
      start,
      attempt: this.#attempt,
      spent: this.#evaluations,
    });
  }
}
