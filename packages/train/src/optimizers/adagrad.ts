/** Adagrad. Duchi, Hazan & Singer 2011, in PyTorch's form. */
import { knownOptions } from '@noosphere/base';
import { add, div, mul, sqrt, sub, type Tensor } from '@noosphere/core';
import { type LearningRate, type Optimizer, rateOf, requireAllFromZero } from './optimizer.js';

export interface AdagradOptions {
  /** @default 0.01 */
  readonly learningRate?: LearningRate;
  /** The rate at step t (from 0) is learningRate / (1 + t learningRateDecay). @default 0 */
  readonly learningRateDecay?: number;
  /** What the sum of squared gradients starts with. @default 0 */
  readonly initialSum?: number;
  /** @default 1e-10 */
  readonly epsilon?: number;
  /** Added to the gradient as weightDecay · p. @default 0 */
  readonly weightDecay?: number;
}

/**
 * Adagrad: s += g²; p -= lr g / (√s + ε). Rates fall most where gradients were large.
 * @example
 * console.log(adagrad({ learningRateDecay: 1 }).learningRate(4)); // → 0.002
 */
export function adagrad(options: AdagradOptions = {}): Optimizer {
  const {
    learningRate = 0.01,
    learningRateDecay = 0,
    initialSum = 0,
    epsilon = 1e-10,
    weightDecay = 0,
  } = knownOptions('adagrad', options, 'learningRate learningRateDecay initialSum epsilon weightDecay');
  requireAllFromZero('adagrad', { learningRateDecay, initialSum, epsilon, weightDecay });
  const rate = rateOf(learningRate);
  return {
    slots: ['sum'],
    slotStart: () => initialSum,
    learningRate: (step) => rate(step) / (1 + step * learningRateDecay),
    scalars: (_, current) => [current],
    update: (parameter, raw, [sum], [current]) => {
      const gradient = weightDecay === 0 ? raw : add(raw, mul(parameter, weightDecay));
      const next = add(sum as Tensor, mul(gradient, gradient));
      const change = div(gradient, add(sqrt(next), epsilon));
      return { parameter: sub(parameter, mul(change, current as Tensor)), slots: [next] };
    },
  };
}
