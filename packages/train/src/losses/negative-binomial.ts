/** How unlikely a count is under a negative binomial distribution. */
import { knownOptions } from '@noosphere/base';
import { add, cast, logSumExp, mul, requireSameShape, stack, sub, type Tensor } from '@noosphere/core';
import { logGamma } from './log-gamma.js';
import { type LossOptions, reduceLoss } from './reduction.js';

/** The count of successes before the r-th failure; parameters broadcast to the target. */
export interface NegativeBinomialParameters {
  /** r, positive, not only whole. The mean is r e^logits, the variance mean (1 + e^logits). */
  readonly totalCount: Tensor;
  /** Log-odds of a success. */
  readonly logits: Tensor;
}

/**
 * Negative log-likelihood of a negative binomial distribution with total count r and log-odds l of a success:
 * (r + k) ln(1 + e^l) - k l + ln Γ(1 + k) + ln Γ(r) - ln Γ(r + k); as
 * `-NegativeBinomial(r, logits=l).log_prob(k)` of PyTorch. Worked out in float64: the terms nearly cancel.
 * Shapes: logits and target k (floats that are whole) of one shape [...], r of that shape or one that broadcasts to it.
 * The result is [] or, not reduced, [...].
 * @example
 * const parameters = { totalCount: tensor([1]), logits: tensor([0]) };
 * console.log((await negativeBinomialNegativeLogLikelihood(parameters, tensor([1])).item()).toFixed(4)); // → 1.3863
 */
export function negativeBinomialNegativeLogLikelihood(
  { totalCount, logits }: NegativeBinomialParameters,
  target: Tensor,
  options: LossOptions = {},
): Tensor {
  const { reduction } = knownOptions('negativeBinomialNegativeLogLikelihood', options, 'reduction');
  const operation = 'negativeBinomialNegativeLogLikelihood';
  requireSameShape(operation, logits, target);
  const [count, odds, k] = [totalCount, logits, target].map((each): Tensor => cast(each, 'float64')) as [
    Tensor,
    Tensor,
    Tensor,
  ];
  // The runtime has no softplus of float64; ln(e^l + e^0) is the same, its slope at 0 included.
  const softplus = logSumExp(stack([odds, mul(odds, 0)]), { axes: 0 });
  const outcomes = sub(mul(add(count, k), softplus), mul(k, odds));
  const ways = sub(add(logGamma(add(k, 1)), logGamma(count)), logGamma(add(count, k)));
  return cast(reduceLoss(operation, add(outcomes, ways), reduction), target.dtype);
}
