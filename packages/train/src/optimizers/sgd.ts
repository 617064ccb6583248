/** Stochastic gradient descent with momentum, as PyTorch has it. */
import { knownOptions } from '@noosphere/base';
import { ArgumentError, add, mul, sub, type Tensor } from '@noosphere/core';
import { type LearningRate, type Optimizer, rateOf, requireAllFromZero } from './optimizer.js';

export interface SgdOptions {
  /** @default 0.001 */
  readonly learningRate?: LearningRate;
  /** @default 0 */
  readonly momentum?: number;
  /** Share of the gradient that momentum leaves out, from the second step on. @default 0 */
  readonly dampening?: number;
  /** Added to the gradient as weightDecay · p. @default 0 */
  readonly weightDecay?: number;
  /** Looks one step of momentum ahead. @default false */
  readonly nesterov?: boolean;
}

/**
 * Gradient descent: g = ∂L/∂p + λ p; b = μ b + (1 - τ) g; p -= lr b, or lr (g + μ b) with Nesterov's momentum.
 * Throws where Nesterov's momentum is asked for without momentum, or with dampening.
 * Sutskever et al. 2013, in PyTorch's form.
 * @example
 * console.log(sgd().slots, sgd({ momentum: 0.9 }).slots); // → [] [ 'momentum' ]
 */
export function sgd(options: SgdOptions = {}): Optimizer {
  const {
    learningRate = 1e-3,
    momentum = 0,
    dampening = 0,
    weightDecay = 0,
    nesterov = false,
  } = knownOptions('sgd', options, 'learningRate momentum dampening weightDecay nesterov');
  requireAllFromZero('sgd', { momentum, weightDecay });
  if (nesterov && (momentum === 0 || dampening !== 0))
    throw new ArgumentError(
      'sgd',
      `nesterov needs momentum and no dampening, got momentum ${momentum}, dampening ${dampening}`,
    );
  return {
    slots: momentum === 0 ? [] : ['momentum'],
    learningRate: rateOf(learningRate),
    // The first step takes the gradient whole.
    scalars: (step, rate) => [rate, step === 0 ? 1 : 1 - dampening],
    update: (parameter, raw, [buffer], [rate, share]) => {
      const gradient = weightDecay === 0 ? raw : add(raw, mul(parameter, weightDecay));
      if (!buffer) return { parameter: sub(parameter, mul(gradient, rate as Tensor)), slots: [] };
      const entering = dampening === 0 ? gradient : mul(gradient, share as Tensor);
      const next = add(mul(buffer, momentum), entering);
      const change = nesterov ? add(gradient, mul(next, momentum)) : next;
      return { parameter: sub(parameter, mul(change, rate as Tensor)), slots: [next] };
    },
  };
}
