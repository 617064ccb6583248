/** RMSprop. Tieleman & Hinton 2012 (lecture 6.5), in PyTorch's form. */
import { knownOptions } from '@noosphere/base';
import { add, div, mul, sqrt, sub, type Tensor } from '@noosphere/core';
import { type LearningRate, type Optimizer, rateOf, requireAllFromZero, requireDecays } from './optimizer.js';

export interface RmspropOptions {
  /** @default 0.01 */
  readonly learningRate?: LearningRate;
  /** Decay of the mean of squared gradients. @default 0.99 */
  readonly alpha?: number;
  /** @default 1e-8 */
  readonly epsilon?: number;
  /** @default 0 */
  readonly momentum?: number;
  /** Divide by the deviation around the mean gradient instead of the root mean square. @default false */
  readonly centered?: boolean;
  /** Added to the gradient as weightDecay · p. @default 0 */
  readonly weightDecay?: number;
}

/**
 * RMSprop: v = α v + (1 - α) g²; p -= lr g / (√v + ε), through a momentum buffer where there is one.
 * @example
 * console.log(rmsprop({ momentum: 0.9, centered: true }).slots); // → [ 'square', 'mean', 'momentum' ]
 */
export function rmsprop(options: RmspropOptions = {}): Optimizer {
  const {
    learningRate = 0.01,
    alpha = 0.99,
    epsilon = 1e-8,
    momentum = 0,
    centered = false,
    weightDecay = 0,
  } = knownOptions('rmsprop', options, 'learningRate alpha epsilon momentum centered weightDecay');
  requireDecays('rmsprop', { alpha });
  requireAllFromZero('rmsprop', { epsilon, momentum, weightDecay });
  return {
    slots: ['square', ...(centered ? ['mean'] : []), ...(momentum > 0 ? ['momentum'] : [])],
    learningRate: rateOf(learningRate),
    scalars: (_, rate) => [rate],
    update: (parameter, raw, slots, [rate]) => {
      const gradient = weightDecay === 0 ? raw : add(raw, mul(parameter, weightDecay));
      const decay = (old: Tensor, value: Tensor) => add(mul(old, alpha), mul(value, 1 - alpha));
      const square = decay(slots[0] as Tensor, mul(gradient, gradient));
      const mean = centered ? decay(slots[1] as Tensor, gradient) : undefined;
      const spread = mean ? sub(square, mul(mean, mean)) : square;
      const change = div(gradient, add(sqrt(spread), epsilon));
      const buffer = momentum > 0 ? add(mul(slots.at(-1) as Tensor, momentum), change) : undefined;
      return {
        parameter: sub(parameter, mul(buffer ?? change, rate as Tensor)),
        slots: [square, mean, buffer].filter((slot) => slot !== undefined),
      };
    },
  };
}
