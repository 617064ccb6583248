/** How unlikely a target is under Student's t distribution. */
import { knownOptions } from '@noosphere/base';
import { add, cast, div, log, mul, requireSameShape, square, sub, type Tensor } from '@noosphere/core';
import { logGamma } from './log-gamma.js';
import { type LossOptions, reduceLoss } from './reduction.js';

/** Student's t distribution, moved and stretched; parameters broadcast to the target. All but the location are positive. */
export interface StudentTParameters {
  readonly degreesOfFreedom: Tensor;
  readonly location: Tensor;
  readonly scale: Tensor;
}

/**
 * Negative log-likelihood of Student's t distribution with ν degrees of freedom, location m and scale s:
 * ln s + ln(ν π) / 2 + ln Γ(ν / 2) - ln Γ((ν + 1) / 2) + (ν + 1) / 2 ln(1 + z² / ν), z = (y - m) / s; as
 * `-StudentT(ν, m, s).log_prob(y)` of PyTorch. Worked out in float64: for large ν the terms nearly cancel.
 * Shapes: location m and target y of one shape [...], ν and s of that shape or one that broadcasts to it. The result is
 * [] or, not reduced, [...].
 * @example
 * const one = tensor([1]);
 * const loss = studentTNegativeLogLikelihood({ degreesOfFreedom: one, location: one, scale: one }, tensor([1]));
 * console.log((await loss.item()).toFixed(4)); // → 1.1447
 */
export function studentTNegativeLogLikelihood(
  { degreesOfFreedom, location, scale }: StudentTParameters,
  target: Tensor,
  options: LossOptions = {},
): Tensor {
  const { reduction } = knownOptions('studentTNegativeLogLikelihood', options, 'reduction');
  requireSameShape('studentTNegativeLogLikelihood', location, target);
  const [freedom, center, spread, y] = [degreesOfFreedom, location, scale, target].map(
    (each): Tensor => cast(each, 'float64'),
  ) as [Tensor, Tensor, Tensor, Tensor];
  const half = mul(add(freedom, 1), 0.5);
  const normalization = add(
    sub(logGamma(mul(freedom, 0.5)), logGamma(half)),
    add(log(spread), mul(log(mul(freedom, Math.PI)), 0.5)),
  );
  const tail = mul(half, log(add(div(square(div(sub(y, center), spread)), freedom), 1)));
  return cast(reduceLoss('studentTNegativeLogLikelihood', add(normalization, tail), reduction), target.dtype);
}
