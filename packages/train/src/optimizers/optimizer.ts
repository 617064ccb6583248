/** What a first-order optimizer is: how much state an element carries, and one elementwise update. */
import type { Tensor } from '@noosphere/core';

/** One update of a parameter (or of many packed into one vector). */
export interface Update {
  readonly parameter: Tensor;
  readonly slots: readonly Tensor[];
}

export interface Optimizer {
  /** Names of the state tensors, each in the shape of the parameter and zero at the start. */
  readonly slots: readonly string[];
  /** Learning rate at a step counted from 0. */
  learningRate(step: number): number;
  /** Numbers that one step needs, computed on the host in double precision. */
  scalars(step: number, learningRate: number): readonly number[];
  /** Part of the graph: `scalars` arrive as tensors of one element, in the order given above. */
  update(parameter: Tensor, gradient: Tensor, slots: readonly Tensor[], scalars: readonly Tensor[]): Update;
}

/** A fixed learning rate, or one that depends on the step (counted from 0). */
export type LearningRate = number | ((step: number) => number);
