/** Adam and AdamW as ten elementwise operators. Kingma & Ba 2015; Loshchilov & Hutter 2019. */
import { knownOptions } from '@noosphere/base';
import { add, div, mul, sqrt, sub, type Tensor } from '@noosphere/core';
import { type LearningRate, type Optimizer, rateOf, requireAllFromZero, requireDecays } from './optimizer.js';

export interface AdamOptions {
  /** @default 0.001 */
  readonly learningRate?: LearningRate;
  /** Decay of the mean of gradients. @default 0.9 */
  readonly beta1?: number;
  /** Decay of the mean of squared gradients. @default 0.999 */
  readonly beta2?: number;
  /** @default 1e-8 */
  readonly epsilon?: number;
}

/**
 * Adam with PyTorch's defaults: p -= lr m̂ / (√v̂ + ε), with bias-corrected m̂ and v̂.
 * @example
 * console.log(adam({ learningRate: 0.01 }).slots); // → [ 'mean', 'square' ]
 */
export function adam(options: AdamOptions = {}): Optimizer {
  knownOptions('adam', options, 'learningRate beta1 beta2 epsilon');
  return adamW({ ...options, weightDecay: 0 });
}

export interface AdamWOptions extends AdamOptions {
  /** Shrinks parameters by lr · decay at each step, apart from the gradient. @default 0.01 */
  readonly weightDecay?: number;
}

/**
 * AdamW: Adam whose weight decay acts on the parameters themselves.
 * @example
 * console.log(adamW().learningRate(0)); // → 0.001
 */
export function adamW(options: AdamWOptions = {}): Optimizer {
  const {
    learningRate = 1e-3,
    beta1 = 0.9,
    beta2 = 0.999,
    epsilon = 1e-8,
    weightDecay = 0.01,
  } = knownOptions('adamW', options, 'weightDecay learningRate beta1 beta2 epsilon');
  requireDecays('adam', { beta1, beta2 });
  requireAllFromZero('adam', { epsilon, weightDecay });
  return {
    slots: ['mean', 'square'],
    learningRate: rateOf(learningRate),
    // The state is m / (1 - β1) and v / (1 - β2): the constants move into the step size and ε, which saves two passes.
    scalars: (step, rate) => {
      const scale = Math.sqrt((1 - beta2) / (1 - beta2 ** (step + 1)));
      const stepSize = (rate * (1 - beta1)) / (1 - beta1 ** (step + 1)) / scale;
      return [stepSize, epsilon / scale, 1 - rate * weightDecay];
    },
    update: (parameter, gradient, [mean, square], [stepSize, floor, keep]) => {
      const newMean = add(mul(mean as Tensor, beta1), gradient);
      const newSquare = add(mul(square as Tensor, beta2), mul(gradient, gradient));
      const change = mul(div(newMean, add(sqrt(newSquare), floor as Tensor)), stepSize as Tensor);
      const kept = weightDecay === 0 ? parameter : mul(parameter, keep as Tensor);
      return { parameter: sub(kept, change), slots: [newMean, newSquare] };
    },
  };
}
