/** Student's t with location and scale, by maximum likelihood. */

import { medianOf } from '@noosphere/base';

export interface StudentFit {
  /** Degrees of freedom, 1.5 … 200. */
  readonly freedom: number;
  readonly location: number;
  /** Of the standard t, so that the deviation is scale · √(freedom / (freedom - 2)). */
  readonly scale: number;
}

const [least, most] = [Math.log(1.5), Math.log(200)];

/** The likelihood of the best location and scale has one peak over the degrees of freedom: golden section finds it. */
export function fitStudent(values: Float64Array): StudentFit {
  const golden = (Math.sqrt(5) - 1) / 2;
  let [low, high] = [least, most];
  let [left, right] = [high - golden * (high - low), low + golden * (high - low)];
  let [ofLeft, ofRight] = [profile(values, left), profile(values, right)];
  while (high - low > 1e-7) {
    if (ofLeft.likelihood > ofRight.likelihood) {
      [high, right, ofRight] = [right, left, ofLeft];
      left = high - golden * (high - low);
      ofLeft = profile(values, left);
    } else {
      [low, left, ofLeft] = [left, right, ofRight];
      right = low + golden * (high - low);
      ofRight = profile(values, right);
    }
  }
  const { location, scale } = ofLeft;
  return { freedom: Math.exp((low + high) / 2), location, scale };
}

/** Location and scale for given degrees of freedom, by reweighting: Lange, Little & Taylor 1989. */
function profile(values: Float64Array, logFreedom: number) {
  const freedom = Math.exp(logFreedom);
  const count = values.length;
  let location = medianOf(values);
  let square = values.reduce((sum, value) => sum + (value - location) ** 2, 0) / count;
  for (let step = 0; step < 500 && square > 0; step++) {
    let [weights, sum, squares] = [0, 0, 0];
    for (const value of values) {
      const weight = (freedom + 1) / (freedom + (value - location) ** 2 / square);
      weights += weight;
      sum += weight * value;
    }
    const center = sum / weights;
    for (const value of values) {
      squares += ((freedom + 1) / (freedom + (value - location) ** 2 / square)) * (value - center) ** 2;
    }
    // Divided by the weights instead of the count: the same fixed point in a fraction of the steps (Kent, Tyler & Vardi 1994).
    const next = squares / weights;
    const moved = Math.abs(next - square) / square + Math.abs(center - location) / Math.sqrt(square);
    [location, square] = [center, next];
    if (moved < 1e-11) break;
  }
  const scale = Math.sqrt(square);
  if (!(scale > 0)) return { location, scale: 0, likelihood: 0 };
  let likelihood = -count * Math.log(scale);
  for (const value of values) likelihood += logStudentDensity((value - location) / scale, freedom);
  return { location, scale, likelihood };
}

/** ln of the density of the standard t. */
export function logStudentDensity(t: number, freedom: number): number {
  return (
    logGamma((freedom + 1) / 2) -
    logGamma(freedom / 2) -
    Math.log(freedom * Math.PI) / 2 -
    ((freedom + 1) / 2) * Math.log1p((t * t) / freedom)
  );
}

/** ln Γ(x) for x > 0: Stirling's series above 10, reached by Γ(x + 1) = x Γ(x). */
function logGamma(x: number): number {
  let [at, product] = [x, 1];
  while (at < 10) product *= at++;
  const inverse = 1 / (at * at);
  const series = (1 / 12 - inverse * (1 / 360 - inverse * (1 / 1260 - inverse / 1680))) / at;
  return (at - 0.5) * Math.log(at) - at + Math.log(2 * Math.PI) / 2 + series - Math.log(product);
}
