/**
 * Conditional variances: σ²[t] = ω + Σ α[i] e²[t-i] + Σ γ[i] e²[t-i] (e[t-i] < 0) + Σ β[j] σ²[t-j]. What lies before the
 * first value is the backcast, as in Python's `arch`. This folder needs nothing of the package but its optimiser.
 */

/** Numbers of lags: p of squares, o of squares of losses, q of variances. */
export interface GarchOrder {
  readonly p: number;
  readonly o: number;
  readonly q: number;
}

export interface GarchParameters {
  readonly omega: number;
  readonly alpha: readonly number[];
  readonly gamma: readonly number[];
  readonly beta: readonly number[];
}

/** Decay of the weights that look back from the first value, and how many of them. */
const backcastDecay = 0.94;
const backcastValues = 75;

/** Weighted mean of the first squares: the variance before the first value. */
export function backcastVariance(errors: Float64Array): number {
  let [sum, weights, weight] = [0, 0, 1];
  for (const error of errors.subarray(0, backcastValues)) {
    sum += weight * error * error;
    weights += weight;
    weight *= backcastDecay;
  }
  return sum / weights;
}

/** Loose limits of the variances, a row each: they keep the likelihood finite. */
export interface VarianceBounds {
  readonly lower: Float64Array;
  readonly upper: Float64Array;
}

/** From a millionth to a million times the exponentially weighted variance, within limits of the whole series. */
export function varianceBounds(errors: Float64Array): VarianceBounds {
  const mean = errors.reduce((sum, value) => sum + value, 0) / errors.length;
  const variance = errors.reduce((sum, value) => sum + (value - mean) ** 2, 0) / errors.length;
  const most = 1 + errors.reduce((top, value) => Math.max(top, value * value), 0);
  const lower = new Float64Array(errors.length);
  const upper = new Float64Array(errors.length);
  let weighted = backcastVariance(errors);
  for (let row = 0; row < errors.length; row++) {
    if (row > 0) weighted = backcastDecay * weighted + (1 - backcastDecay) * (errors[row - 1] as number) ** 2;
    lower[row] = Math.max(weighted / 1e6, variance / 1e8);
    upper[row] = Math.min(Math.max(weighted * 1e6, most), 1e7 * most);
  }
  return { lower, upper };
}

/** Variances of all rows into `variances`. */
export function garchVariances(
  { p, o, q }: GarchOrder,
  { omega, alpha, gamma, beta }: GarchParameters,
  errors: Float64Array,
  backcast: number,
  { lower, upper }: VarianceBounds,
  variances: Float64Array,
): void {
  for (let row = 0; row < errors.length; row++) {
    let variance = omega;
    for (let lag = 0; lag < p; lag++) {
      const error = errors[row - 1 - lag] as number;
      variance += (alpha[lag] as number) * (lag < row ? error * error : backcast);
    }
    for (let lag = 0; lag < o; lag++) {
      const error = errors[row - 1 - lag] as number;
      if (lag >= row) variance += 0.5 * (gamma[lag] as number) * backcast;
      else if (error < 0) variance += (gamma[lag] as number) * error * error;
    }
    for (let lag = 0; lag < q; lag++) {
      variance += (beta[lag] as number) * (lag < row ? (variances[row - 1 - lag] as number) : backcast);
    }
    const [low, high] = [lower[row] as number, upper[row] as number];
    if (variance < low) variance = low;
    else if (variance > high)
      variance = variance < Number.POSITIVE_INFINITY ? high + Math.log(variance / high) : high + 1000;
    variances[row] = variance;
  }
}

/** Variances of the next values, losses being as likely as gains. */
export function garchAhead(
  { p, o, q }: GarchOrder,
  { omega, alpha, gamma, beta }: GarchParameters,
  errors: Float64Array,
  variances: Float64Array,
  backcast: number,
  horizon: number,
): Float64Array {
  const count = errors.length;
  const ahead = new Float64Array(horizon);
  const square = (row: number) => (row < 0 ? backcast : (errors[row] as number) ** 2);
  for (let step = 0; step < horizon; step++) {
    let variance = omega;
    for (let lag = 1; lag <= Math.max(p, o, q); lag++) {
      const row = count + step - lag;
      const expected = row >= count ? (ahead[row - count] as number) : square(row);
      const loss = row >= count || row < 0 ? 0.5 : Number((errors[row] as number) < 0);
      const own = row >= count ? expected : row < 0 ? backcast : (variances[row] as number);
      variance += (alpha[lag - 1] ?? 0) * expected;
      variance += (gamma[lag - 1] ?? 0) * loss * expected;
      variance += (beta[lag - 1] ?? 0) * own;
    }
    ahead[step] = variance;
  }
  return ahead;
}

/** Σ α + Σ γ / 2 + Σ β: how much of a shock is left in the next variance. */
export function persistenceOf({ alpha, gamma, beta }: GarchParameters): number {
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  return sum(alpha) + sum(gamma) / 2 + sum(beta);
}
