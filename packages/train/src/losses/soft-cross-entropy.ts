/** Cross-entropy against distributions; for integer labels there is core's `crossEntropy`. */
import { knownOptions } from '@noosphere/base';
import { logSoftmax, mul, neg, requireSameShape, sum, type Tensor } from '@noosphere/core';
import { type LossOptions, reduceLoss } from './reduction.js';

/**
 * Cross-entropy of distributions against logits: -Σ_c target_c ln softmax(logits)_c, as PyTorch's `cross_entropy` with
 * probabilities for targets (mixed or distilled labels). `mean` divides by the number of samples.
 * Shapes: logits and targets [N, C, ...], classes C on axis 1; the result is [] or, not reduced, [N, ...].
 * @example
 * const loss = softCrossEntropy(tensor([[0, 0]]), tensor([[0.5, 0.5]]));
 * console.log((await loss.item()).toFixed(4)); // → 0.6931
 */
export function softCrossEntropy(logits: Tensor, targets: Tensor, options: LossOptions = {}): Tensor {
  const { reduction } = knownOptions('softCrossEntropy', options, 'reduction');
  requireSameShape('softCrossEntropy', logits, targets);
  const losses = neg(sum(mul(targets, logSoftmax(logits, { axis: 1 })), { axes: 1 }));
  return reduceLoss('softCrossEntropy', losses, reduction);
}
