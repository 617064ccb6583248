/** ln Γ, as the likelihoods of counts and heavy tails need it. Its gradient is the digamma function, by its own formula. */
import {
  add,
  cast,
  DTypeError,
  isFloat,
  log,
  mul,
  reciprocal,
  requireTensors,
  sub,
  type Tensor,
} from '@noosphere/core';

/** Γ(x) = Γ(x + shifts) / (x (x + 1) …): the series is precise from there on. */
const shifts = 7;

/** Coefficients of 1/z, 1/z³, …: B_2n / (2 n (2 n - 1)), with Bernoulli's numbers B. */
const stirlingSeries = [1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188, -691 / 360360];

/**
 * Logarithm of the gamma function of positive numbers: ln Γ(x); its gradient is digamma, the second trigamma.
 * Works in float64 inside, by Stirling's series behind a shift: relative error below 1e-12, rounded to the type of x.
 * NaN below 0, infinity at 0.
 * Shapes: x [...] gives [...]. Abramowitz & Stegun 6.1.15 and 6.1.41.
 * @example
 * console.log((await logGamma(tensor([5])).item()).toFixed(5)); // → 3.17805
 */
export function logGamma<T extends Tensor>(x: T): T {
  requireTensors('logGamma', x);
  if (!isFloat(x.dtype))
    throw new DTypeError('logGamma', `expects floats, got ${x.dtype}; cast(x, 'float32') converts`);
  const wide = cast(x, 'float64') as Tensor;
  const factors = Array.from({ length: shifts }, (_, k) => (k === 0 ? wide : add(wide, k)));
  const product = factors.reduce((all, factor) => mul(all, factor));
  const z = add(wide, shifts);
  const inverse = reciprocal(z);
  const square = mul(inverse, inverse);
  // Horner in 1/z², from the last coefficient on.
  const series = stirlingSeries.reduceRight<Tensor>(
    (sum, coefficient) => add(mul(sum, square), coefficient),
    mul(square, 0),
  );
  return cast(
    add(
      sub(sub(mul(sub(z, 0.5), log(z)), z), log(product)),
      add(mul(series, inverse), 0.5 * Math.log(2 * Math.PI)),
    ),
    x.dtype,
  ) as T;
}
