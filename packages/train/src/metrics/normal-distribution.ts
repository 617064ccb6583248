/** The standard normal distribution and its inverse, to the last digits of float64. */

/**
 * Φ(x), the chance of a value up to x.
 *
 * Near 0 by the series Φ(x) = ½ + φ(x) Σ x^(2n+1) / (1·3·5…(2n+1)), whose terms have one sign; far out by Laplace's
 * continued fraction φ(x) / (x + 1/(x + 2/(x + …))).
 */
export function normalCumulative(x: number): number {
  if (Number.isNaN(x)) return x;
  if (Math.abs(x) > 2) return x > 0 ? 1 - upperTail(x) : upperTail(-x);
  let [term, sum] = [x, x];
  for (let n = 1; Math.abs(term) > Math.abs(sum) * 1e-18; n++) {
    term *= (x * x) / (2 * n + 1);
    sum += term;
  }
  return 0.5 + density(x) * sum;
}

function density(x: number): number {
  return Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);
}

function upperTail(x: number): number {
  let fraction = x;
  for (let n = 60; n >= 1; n--) fraction = x + n / fraction;
  return x === Number.POSITIVE_INFINITY ? 0 : density(x) / fraction;
}

/**
 * Φ⁻¹(p): where a share p of values lies below.
 *
 * Starts from a rational guess (Abramowitz and Stegun 26.2.23) and takes Halley's steps; 0 and 1 give the infinities.
 */
export function normalQuantile(p: number): number {
  if (!(p >= 0 && p <= 1)) return Number.NaN;
  if (p === 0 || p === 1) return p === 0 ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  if (p > 0.5) return -normalQuantile(1 - p);
  const t = Math.sqrt(-2 * Math.log(p));
  let x =
    ((0.010328 * t + 0.802853) * t + 2.515517) / (((0.001308 * t + 0.189269) * t + 1.432788) * t + 1) - t;
  for (let step = 0; step < 4; step++) {
    const newton = (normalCumulative(x) - p) / density(x);
    x -= newton / (1 + (x * newton) / 2);
  }
  return x;
}
