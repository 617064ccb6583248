/** Covariances of base errors, from the structure or from residuals inside the training part. */
import { ArgumentError } from '@noosphere/core';
import type { Hierarchy } from './hierarchy.js';
import type { ErrorCovariance } from './min-trace.js';

export type MinTraceMethod = 'ols' | 'wlsStruct' | 'wlsVar' | 'mintCov' | 'mintShrink';

/** @param residuals [row][t] of the base models; needed from `wlsVar` on. */
export function errorCovariance(
  hierarchy: Hierarchy,
  method: MinTraceMethod,
  residuals: readonly Float64Array[] | undefined,
): ErrorCovariance {
  const { parts } = hierarchy;
  if (method === 'ols') return { diagonal: new Float64Array(parts.length).fill(1) };
  if (method === 'wlsStruct') return { diagonal: Float64Array.from(parts, ({ length }) => length) };
  const known = knownResiduals(hierarchy, method, residuals);
  const variances = Float64Array.from(known, (row) => meanProduct(row, row));
  const least = leastVariance(variances);
  if (method === 'wlsVar') return { diagonal: variances.map((variance) => Math.max(variance, least)) };
  const centred = known.map(centre);
  const count = (centred[0] as Float64Array).length;
  const correction = count / (count - 1);
  const rows = centred.map((a) => Float64Array.from(centred, (b) => meanProduct(a, b) * correction));
  if (method === 'mintCov') return { rows };
  // A series without errors has no covariances either: the least variance makes its row one that can be inverted.
  return {
    rows: shrunk(rows, centred).map((row, i) =>
      row.map((value, j) => (i === j ? Math.max(value, least) : value)),
    ),
  };
}

/**
 * The variance of a series that never errs: so small that it stays where it is, and large enough to divide by. Where no series
 * errs there is nothing to weigh: all have the same.
 */
function leastVariance(variances: Float64Array): number {
  const largest = variances.reduce((most, variance) => Math.max(most, variance), 0);
  return largest > 0 ? 1e-13 * largest : 1;
}

/** Columns of times at which every series has a residual. */
function knownResiduals(
  { ids }: Hierarchy,
  method: string,
  residuals: readonly Float64Array[] | undefined,
): Float64Array[] {
  if (residuals?.length !== ids.length) {
    throw new ArgumentError(
      'reconcile',
      `${method} expects residuals of all ${ids.length} series, got ${residuals?.length ?? 'none'}; y - fitted of the base models`,
    );
  }
  const length = residuals[0]?.length ?? 0;
  const odd = residuals.findIndex((row) => row.length !== length);
  if (odd >= 0)
    throw new ArgumentError(
      'reconcile',
      `residuals of '${ids[odd]}' are ${residuals[odd]?.length}, others ${length}`,
    );
  const complete = Array.from({ length }, (_, t) => t).filter((t) =>
    residuals.every((row) => Number.isFinite(row[t])),
  );
  if (complete.length < 3) {
    throw new ArgumentError(
      'reconcile',
      `${method} needs residuals of all series at 3 times at least, got ${complete.length}`,
    );
  }
  return residuals.map((row) => Float64Array.from(complete, (t) => row[t] as number));
}

/**
 * Off-diagonal covariances times 1 - λ, λ = Σ var r̂ / Σ r̂² over the correlations off the diagonal. Schäfer & Strimmer 2005.
 */
function shrunk(rows: readonly Float64Array[], centred: readonly Float64Array[]): Float64Array[] {
  const count = (centred[0] as Float64Array).length;
  const standard = centred.map((row) => {
    const deviation = Math.sqrt(meanProduct(row, row));
    return deviation > 0 ? row.map((value) => value / deviation) : row;
  });
  let [variances, squares] = [0, 0];
  for (let i = 1; i < standard.length; i++) {
    for (let j = 0; j < i; j++) {
      const [a, b] = [standard[i] as Float64Array, standard[j] as Float64Array];
      const correlation = meanProduct(a, b);
      for (let t = 0; t < count; t++) variances += ((a[t] as number) * (b[t] as number) - correlation) ** 2;
      squares += correlation * correlation;
    }
  }
  const share = squares > 0 ? variances / (count * (count - 1)) / squares : 1;
  const kept = 1 - Math.min(1, Math.max(0, share));
  return rows.map((row, i) => row.map((value, j) => (i === j ? value : kept * value)));
}

function centre(row: Float64Array): Float64Array {
  const mean = row.reduce((sum, value) => sum + value, 0) / row.length;
  return row.map((value) => value - mean);
}

function meanProduct(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let t = 0; t < a.length; t++) sum += (a[t] as number) * (b[t] as number);
  return sum / a.length;
}
