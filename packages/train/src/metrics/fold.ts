/**
 * Metrics that can be gathered batch by batch. A fold says how; a metric computed at once is its fold over one batch,
 * and a stream keeps the state between batches. Metrics that need all rows together (areas, medians) have none.
 */
import { ArgumentError } from '@noosphere/core';
import type { WeightOptions } from './inputs.js';

/** How a metric is gathered: plain data that grows by batches and merges, and its value. */
export interface Fold<State, Actual, Predicted> {
  readonly name: string;
  start(): State;
  /** The state of one batch alone. */
  gather(actual: Actual, predicted: Predicted, options: WeightOptions): State;
  merge(into: State, from: State): void;
  value(state: State): number;
}

/** A metric that is gathered batch by batch. */
export interface MetricStream<Actual, Predicted> {
  /** Takes a batch. */
  update(actual: Actual, predicted: Predicted, options?: WeightOptions): void;
  /** Takes what another stream of the same metric has gathered; that one stays as it is. */
  merge(other: MetricStream<Actual, Predicted>): void;
  /** The metric of all rows so far: what it is over all of them at once, up to rounding in the last bits. */
  value(): number;
}

/** The value over one batch. */
export function foldOnce<State, Actual, Predicted>(
  fold: Fold<State, Actual, Predicted>,
  actual: Actual,
  predicted: Predicted,
  options: WeightOptions = {},
): number {
  return fold.value(fold.gather(actual, predicted, options));
}

/** An empty stream of a fold. */
export function streamOf<State, Actual, Predicted>(
  fold: Fold<State, Actual, Predicted>,
): MetricStream<Actual, Predicted> {
  return new FoldStream(fold);
}

class FoldStream<State, Actual, Predicted> implements MetricStream<Actual, Predicted> {
  readonly #fold: Fold<State, Actual, Predicted>;
  readonly #state: State;
  #batches = 0;

  constructor(fold: Fold<State, Actual, Predicted>) {
    this.#fold = fold;
    this.#state = fold.start();
  }

  update(actual: Actual, predicted: Predicted, options: WeightOptions = {}): void {
    this.#fold.merge(this.#state, this.#fold.gather(actual, predicted, options));
    this.#batches++;
  }

  merge(other: MetricStream<Actual, Predicted>): void {
    if (!(other instanceof FoldStream) || other.#fold.name !== this.#fold.name) {
      const got = other instanceof FoldStream ? `one of ${other.#fold.name}` : 'something else';
      throw new ArgumentError(
        this.#fold.name,
        `merges with a stream of the same metric and options, got ${got}; make both the same way`,
      );
    }
    this.#fold.merge(this.#state, structuredClone(other.#state));
    this.#batches += other.#batches;
  }

  value(): number {
    if (this.#batches > 0) return this.#fold.value(this.#state);
    throw new ArgumentError(this.#fold.name, 'has no rows yet; call update with a batch first');
  }
}
