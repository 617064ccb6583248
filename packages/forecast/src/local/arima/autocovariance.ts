/** Autocovariances of an ARMA process with errors of variance 1. */
import { partialAutocorrelations } from './stationarity.js';

/**
 * γ(0 … count-1); undefined where φ is not stationary. Those of the AR part come from its partial autocorrelations
 * (Levinson's recursion backwards), O(p²); the MA part filters them.
 */
export function armaAutocovariances(
  phi: Float64Array,
  theta: Float64Array,
  count: number,
): Float64Array | undefined {
  const partials = partialAutocorrelations(phi);
  if (!partials) return undefined;
  const plain = autoregressiveCovariances(phi, partials, count + theta.length);
  const size = theta.length;
  if (size === 0) return plain;
  const full = Float64Array.of(1, ...theta);
  const products = full.map((_, lag) => {
    let sum = 0;
    for (let index = 0; index + lag <= size; index++) {
      sum += (full[index] as number) * (full[index + lag] as number);
    }
    return sum;
  });
  return new Float64Array(count).map((_, lag) => {
    let sum = (products[0] as number) * (plain[lag] as number);
    for (let shift = 1; shift <= size; shift++) {
      const product = products[shift] as number;
      if (product !== 0)
        sum += product * ((plain[lag + shift] as number) + (plain[Math.abs(lag - shift)] as number));
    }
    return sum;
  });
}

function autoregressiveCovariances(phi: Float64Array, partials: Float64Array, count: number): Float64Array {
  const order = phi.length;
  const covariances = new Float64Array(Math.max(count, order + 1));
  let variance = 1;
  for (const partial of partials) variance /= 1 - partial * partial;
  covariances[0] = variance;
  // Coefficients of the order before, and the error they leave.
  const lags = new Float64Array(order);
  const work = new Float64Array(order);
  let error = variance;
  for (let step = 0; step < order; step++) {
    const partial = partials[step] as number;
    let next = partial * error;
    for (let lag = 0; lag < step; lag++) next += (lags[lag] as number) * (covariances[step - lag] as number);
    covariances[step + 1] = next;
    for (let lag = 0; lag < step; lag++) {
      work[lag] = (lags[lag] as number) - partial * (lags[step - 1 - lag] as number);
    }
    work[step] = partial;
    lags.set(work.subarray(0, step + 1));
    error *= 1 - partial * partial;
  }
  for (let lag = order + 1; lag < covariances.length; lag++) {
    let sum = 0;
    for (let back = 0; back < order; back++) {
      const weight = phi[back] as number;
      if (weight !== 0) sum += weight * (covariances[lag - 1 - back] as number);
    }
    covariances[lag] = sum;
  }
  return covariances;
}
