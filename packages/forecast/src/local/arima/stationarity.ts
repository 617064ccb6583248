/** Where lag polynomials have their roots: partial autocorrelations tell, and turn any numbers into a stationary model. */

/** AR coefficients whose partial autocorrelations are tanh of the numbers. Jones 1980; R's `partrans`. */
export function stationaryLags(free: Float64Array): Float64Array {
  const lags = free.map(Math.tanh);
  const work = lags.slice();
  for (let order = 1; order < lags.length; order++) {
    const partial = lags[order] as number;
    for (let lag = 0; lag < order; lag++) {
      work[lag] = (work[lag] as number) - partial * (lags[order - lag - 1] as number);
    }
    lags.set(work.subarray(0, order));
  }
  return lags;
}

/**
 * Partial autocorrelations of an AR polynomial by stepping down through the orders; undefined where it is not stationary.
 */
export function partialAutocorrelations(phi: Float64Array): Float64Array | undefined {
  const work = phi.slice();
  const lower = new Float64Array(phi.length);
  for (let order = phi.length - 1; order >= 0; order--) {
    const partial = work[order] as number;
    if (!(Math.abs(partial) < 1)) return undefined;
    const scale = 1 / (1 - partial * partial);
    for (let lag = 0; lag < order; lag++) {
      lower[lag] = ((work[lag] as number) + partial * (work[order - 1 - lag] as number)) * scale;
    }
    work.set(lower.subarray(0, order));
  }
  return work;
}

/** The numbers whose `stationaryLags` these are; undefined where the lags are not stationary. */
export function freeOfStationary(lags: Float64Array): Float64Array | undefined {
  return partialAutocorrelations(lags)?.map(Math.atanh);
}

/** Whether all roots of 1 - Σ φ[i] zⁱ⁺¹ lie beyond `radius`. */
export function hasRootsBeyond(phi: Float64Array, radius: number): boolean {
  return partialAutocorrelations(phi.map((value, lag) => value * radius ** (lag + 1))) !== undefined;
}

/**
 * The MA coefficients with roots of 1 + Σ θ zⁱ⁺¹ inside the unit circle moved outside: the same autocorrelations, and errors
 * that are those of one-step forecasts.
 */
export function invertibleLags(theta: Float64Array): Float64Array {
  if (partialAutocorrelations(theta.map((value) => -value))) return theta;
  let degree = theta.length;
  while (degree > 0 && theta[degree - 1] === 0) degree--;
  const roots = polynomialRoots(Float64Array.of(1, ...theta.subarray(0, degree)));
  // Product of (1 - z / root), in real and imaginary parts.
  let [real, imaginary] = [Float64Array.of(1), Float64Array.of(0)];
  for (const [x, y] of roots) {
    const size = x * x + y * y;
    // 1 / root, or its mirror image's: the conjugate of the root itself.
    const [a, b] = size < 1 ? [x, -y] : [x / size, -y / size];
    const [r, i] = [new Float64Array(real.length + 1), new Float64Array(real.length + 1)];
    for (let power = 0; power <= real.length; power++) {
      const [lastR, lastI] = [real[power - 1] ?? 0, imaginary[power - 1] ?? 0];
      r[power] = (real[power] ?? 0) - (a * lastR - b * lastI);
      i[power] = (imaginary[power] ?? 0) - (a * lastI + b * lastR);
    }
    [real, imaginary] = [r, i];
  }
  const inverted = new Float64Array(theta.length);
  inverted.set(real.subarray(1));
  return inverted;
}

/** Roots of Σ c[i] zⁱ, all at once. Durand 1960, Kerner 1966. */
export function polynomialRoots(coefficients: Float64Array): (readonly [number, number])[] {
  const degree = coefficients.length - 1;
  const top = coefficients[degree] as number;
  const monic = coefficients.map((value) => value / top);
  const radius = 1 + monic.subarray(0, degree).reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const roots: [number, number][] = Array.from({ length: degree }, (_, index) => {
    const angle = (2 * Math.PI * index) / degree + 0.4;
    return [0.5 * radius * Math.cos(angle), 0.5 * radius * Math.sin(angle)];
  });
  for (let round = 0; round < 500; round++) {
    let moved = 0;
    for (const root of roots) {
      const [moveX, moveY] = quotient(valueAt(monic, root), differencesProduct(roots, root));
      root[0] -= moveX;
      root[1] -= moveY;
      moved = Math.max(moved, Math.abs(moveX) + Math.abs(moveY));
    }
    if (moved < 1e-14 * radius) break;
  }
  return roots;
}

function valueAt(monic: Float64Array, [x, y]: readonly [number, number]): [number, number] {
  let [real, imaginary] = [0, 0];
  for (let power = monic.length - 1; power >= 0; power--) {
    [real, imaginary] = [real * x - imaginary * y + (monic[power] as number), real * y + imaginary * x];
  }
  return [real, imaginary];
}

function differencesProduct(
  roots: readonly (readonly [number, number])[],
  root: readonly [number, number],
): [number, number] {
  let [real, imaginary] = [1, 0];
  for (const other of roots) {
    if (other === root) continue;
    const [x, y] = [root[0] - other[0], root[1] - other[1]];
    [real, imaginary] = [real * x - imaginary * y, real * y + imaginary * x];
  }
  return [real, imaginary];
}

function quotient([a, b]: [number, number], [c, d]: [number, number]): [number, number] {
  const size = c * c + d * d || Number.MIN_VALUE;
  return [(a * c + b * d) / size, (b * c - a * d) / size];
}
