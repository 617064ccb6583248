/** How unlikely a target is under a normal distribution. */
import { knownOptions, requirePositive } from '@noosphere/base';
import {
  add,
  div,
  log,
  maximum,
  mul,
  requireSameShape,
  square,
  stopGradient,
  sub,
  type Tensor,
} from '@noosphere/core';
import { type LossOptions, reduceLoss } from './reduction.js';

export interface GaussianOptions extends LossOptions {
  /** Add the constant ln(2 π) / 2. @default false */
  readonly full?: boolean;
  /** Smaller variances count as this; their gradient still flows. @default 1e-6 */
  readonly epsilon?: number;
}

/**
 * Negative log-likelihood of a normal distribution: (ln v + (y - m)² / v) / 2, as PyTorch's `gaussian_nll_loss`.
 * Shapes: mean m and target y of one shape [...]; variance v of that shape, or one that broadcasts to it. The result is
 * [] or, not reduced, [...]. Nix & Weigend 1994.
 * @example
 * const loss = gaussianNegativeLogLikelihood(tensor([1]), tensor([3]), tensor([1]));
 * console.log(await loss.item()); // → 2
 */
export function gaussianNegativeLogLikelihood(
  mean: Tensor,
  target: Tensor,
  variance: Tensor,
  options: GaussianOptions = {},
): Tensor {
  const {
    full = false,
    epsilon = 1e-6,
    reduction,
  } = knownOptions('gaussianNegativeLogLikelihood', options, 'full epsilon reduction');
  const operation = 'gaussianNegativeLogLikelihood';
  requireSameShape(operation, mean, target);
  requirePositive(operation, 'epsilon', epsilon);
  // The floor moves the value, not the gradient: a variance that fell too low must find its way back.
  const floored = add(variance, stopGradient(sub(maximum(variance, epsilon), variance)));
  const losses = mul(add(log(floored), div(square(sub(target, mean)), floored)), 0.5);
  return reduceLoss(operation, full ? add(losses, 0.5 * Math.log(2 * Math.PI)) : losses, reduction);
}
