/** Lion: the sign of an interpolated momentum. Chen et al. 2023, "Symbolic Discovery of Optimization Algorithms". */
import { knownOptions } from '@noosphere/base';
import { add, mul, sign, sub, type Tensor } from '@noosphere/core';
import { type LearningRate, type Optimizer, rateOf, requireAllFromZero, requireDecays } from './optimizer.js';

export interface LionOptions {
  /** Three to ten times smaller than Adam's. @default 0.0001 */
  readonly learningRate?: LearningRate;
  /** Share of the momentum in the step. @default 0.9 */
  readonly beta1?: number;
  /** Decay of the momentum. @default 0.99 */
  readonly beta2?: number;
  /** Shrinks parameters by lr · weightDecay at each step, apart from the gradient. @default 0 */
  readonly weightDecay?: number;
}

/**
 * Lion: p -= lr (sign(β₁ m + (1 - β₁) g) + λ p); m = β₂ m + (1 - β₂) g.
 * @example
 * console.log(lion().slots, lion().learningRate(0)); // → [ 'momentum' ] 0.0001
 */
export function lion(options: LionOptions = {}): Optimizer {
  const {
    learningRate = 1e-4,
    beta1 = 0.9,
    beta2 = 0.99,
    weightDecay = 0,
  } = knownOptions('lion', options, 'learningRate beta1 beta2 weightDecay');
  requireDecays('lion', { beta1, beta2 });
  requireAllFromZero('lion', { weightDecay });
  return {
    slots: ['momentum'],
    learningRate: rateOf(learningRate),
    scalars: (_, rate) => [rate, 1 - rate * weightDecay],
    update: (parameter, gradient, [momentum], [rate, keep]) => {
      const old = momentum as Tensor;
      const blend = (beta: number) => add(mul(old, beta), mul(gradient, 1 - beta));
      const kept = weightDecay === 0 ? parameter : mul(parameter, keep as Tensor);
      return { parameter: sub(kept, mul(sign(blend(beta1)), rate as Tensor)), slots: [blend(beta2)] };
    },
  };
}
