/** Cross-entropy of yes-or-no targets. */
import { knownOptions } from '@noosphere/base';
import { add, mul, neg, requireSameShape, softplus, sub, type Tensor } from '@noosphere/core';
import { type LossOptions, reduceLoss } from './reduction.js';

export interface BinaryCrossEntropyOptions extends LossOptions {
  /** Weight of the positive targets, a number or a tensor that broadcasts to the logits. @default 1 */
  readonly positiveWeight?: Tensor | number;
  /** Weight of each loss; broadcasts to the logits. @default 1 */
  readonly weights?: Tensor;
}

/**
 * Cross-entropy of yes-or-no targets against logits: -p y ln σ(x) - (1 - y) ln (1 - σ(x)), with p the weight of the
 * positive ones, as PyTorch's `binary_cross_entropy_with_logits`; safe for any logit. `mean` divides by their number.
 * Shapes: logits x and targets y (floats from 0 to 1) of one shape; the result is [] or, not reduced, of that shape.
 * @example
 * console.log((await binaryCrossEntropyWithLogits(tensor([0]), tensor([1])).item()).toFixed(4)); // → 0.6931
 */
export function binaryCrossEntropyWithLogits(
  logits: Tensor,
  targets: Tensor,
  options: BinaryCrossEntropyOptions = {},
): Tensor {
  const { positiveWeight, weights, reduction } = knownOptions(
    'binaryCrossEntropyWithLogits',
    options,
    'positiveWeight weights reduction',
  );
  requireSameShape('binaryCrossEntropyWithLogits', logits, targets);
  // -ln σ(x) = softplus(-x) and -ln (1 - σ(x)) = x + softplus(-x).
  const negative = softplus(neg(logits));
  const weighted =
    positiveWeight === undefined ? negative : mul(negative, add(mul(targets, sub(positiveWeight, 1)), 1));
  const losses = add(mul(logits, sub(1, targets)), weighted);
  return reduceLoss('binaryCrossEntropyWithLogits', weights ? mul(losses, weights) : losses, reduction);
}
