/** What a first-order optimizer is: how much state a parameter carries, and one update of it. */
import { requireFromZero, requireRate } from '@noosphere/base';
import type { Shape, Tensor } from '@noosphere/core';

/** One update of a parameter (or of many packed into one vector). */
export interface Update {
  readonly parameter: Tensor;
  readonly slots: readonly Tensor[];
}

export interface Optimizer {
  /** Names of the state tensors that each parameter carries. */
  readonly slots: readonly string[];
  /** Learning rate at a step counted from 0. */
  learningRate(step: number): number;
  /** Numbers that one step needs, computed on the host in double precision. */
  scalars(step: number, learningRate: number): readonly number[];
  /** Part of the graph: `scalars` arrive as tensors of one element, in the order given above. */
  update(parameter: Tensor, gradient: Tensor, slots: readonly Tensor[], scalars: readonly Tensor[]): Update;
  /** Shape of a state tensor. An optimizer that has this sees each parameter on its own. @default the parameter's */
  slotShape?(slot: string, parameter: Shape): Shape;
  /** What a state tensor holds before the first step: a number everywhere, or the parameter itself. @default 0 */
  slotStart?(slot: string): number | 'parameter';
}

/** A fixed learning rate, or one that depends on the step (counted from 0). */
export type LearningRate = number | ((step: number) => number);

/** The learning rate as a function of the step. */
export function rateOf(learningRate: LearningRate): (step: number) => number {
  if (typeof learningRate === 'function') return learningRate;
  requireFromZero('optimizer', 'learningRate', learningRate);
  return () => learningRate;
}

/** Settings that must be finite and not negative. */
export function requireAllFromZero(optimizer: string, settings: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(settings)) requireFromZero(optimizer, name, value);
}

/** Decays of means, in [0, 1). */
export function requireDecays(optimizer: string, settings: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(settings)) requireRate(optimizer, name, value);
}
