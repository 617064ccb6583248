/** Covariances drawn towards a simple target by as much as the data are too few: what to use with many assets or short histories. */
import { dot, knownOptions, requirePositive } from '@noosphere/base';
import { ArgumentError } from '@noosphere/core';
import { type CovarianceOptions, symmetric, withoutMean } from './covariance.js';
import { requireTable } from './tables.js';

/** What a covariance is drawn to: one variance for all, one market factor, or one correlation for all pairs. */
export type ShrinkageTarget = 'constant-variance' | 'single-factor' | 'constant-correlation';

export interface ShrinkageOptions extends CovarianceOptions {
  /** @default 'constant-variance' */
  readonly target?: ShrinkageTarget;
}

export interface ShrunkCovariance {
  /** [assets, assets] as rows, by the year. */
  readonly covariance: Float64Array[];
  /** Share of the target, 0 … 1. */
  readonly shrinkage: number;
}

/** Deviations from the means, their sample covariance, and how it is used by all targets. */
interface Sample {
  readonly rows: number;
  readonly deviations: readonly Float64Array[];
  /** With the divisor that the target's paper takes. */
  readonly covariance: readonly Float64Array[];
}

interface Shrunk {
  readonly target: readonly Float64Array[];
  readonly shrinkage: number;
}

/**
 * Covariance (1 - δ) S + δ F with the δ that is expected to lie closest to the true one, by the year.
 *
 * F is the mean variance on the diagonal (Ledoit & Wolf 2004, A well-conditioned estimator; S with divisor n), the covariance
 * of a one-factor model with the mean of the assets as the market (2003, Improved estimation; divisor n), or the sample's
 * variances with one correlation for all (2004, Honey, I shrunk the sample covariance matrix; divisor n - 1).
 *
 * @param returns - one array an asset, all of one length, no gaps
 *
 * @example
 * const returns = [Float64Array.of(0.01, -0.01, 0.03, 0), Float64Array.of(0.02, 0, 0.01, -0.01)];
 * const { shrinkage, covariance } = ledoitWolf(returns);
 * console.log(shrinkage.toFixed(2), covariance.length); // → 0.66 2
 */
export function ledoitWolf(
  returns: readonly Float64Array[],
  options: ShrinkageOptions = {},
): ShrunkCovariance {
  const { target = 'constant-variance', periodsPerYear = 252 } = knownOptions(
    'ledoitWolf',
    options,
    'target periodsPerYear',
  );
  const towards = targets[target];
  if (towards === undefined) {
    const known = Object.keys(targets).join(', ');
    throw new ArgumentError('ledoitWolf', `target must be one of ${known}, got '${String(target)}'`);
  }
  const sample = sampleOf('ledoitWolf', returns, periodsPerYear, target === 'constant-correlation' ? 1 : 0);
  return mixed(sample, towards(sample), periodsPerYear);
}

/**
 * Oracle approximating shrinkage to one variance for all, by the year: for returns that are close to normal.
 *
 * Chen, Wiesel, Eldar & Hero 2010; with the formula of scikit-learn, S with divisor n.
 *
 * @example
 * const returns = [1, 2, 3].map((asset) => Float64Array.from({ length: 60 }, (_, t) => asset * Math.sin(asset * t * t)));
 * console.log(oracleShrinkage(returns).shrinkage.toFixed(2)); // → 0.13
 */
export function oracleShrinkage(
  returns: readonly Float64Array[],
  options: CovarianceOptions = {},
): ShrunkCovariance {
  const { periodsPerYear = 252 } = knownOptions('oracleShrinkage', options, 'periodsPerYear');
  const sample = sampleOf('oracleShrinkage', returns, periodsPerYear, 0);
  const size = returns.length;
  const variance = trace(sample.covariance) / size;
  const square = squares(sample.covariance) / size ** 2;
  const denominator = (sample.rows + 1) * (square - variance ** 2 / size);
  const shrinkage = denominator === 0 ? 1 : Math.min((square + variance ** 2) / denominator, 1);
  return mixed(sample, { target: scaledIdentity(size, variance), shrinkage }, periodsPerYear);
}

function sampleOf(
  operation: string,
  returns: readonly Float64Array[],
  periodsPerYear: number,
  freedom: 0 | 1,
): Sample {
  const rows = requireTable(operation, returns);
  requirePositive(operation, 'periodsPerYear', periodsPerYear);
  const deviations = returns.map(withoutMean);
  const still = deviations.findIndex((column) => !(dot(column, column) > 0));
  if (still >= 0) {
    throw new ArgumentError(operation, `returns[${still}] does not move; leave the asset out`);
  }
  const covariance = symmetric(returns.length, (i, j) => {
    return dot(deviations[i] as Float64Array, deviations[j] as Float64Array) / (rows - freedom);
  });
  return { rows, deviations, covariance };
}

const targets: Readonly<Record<ShrinkageTarget, (sample: Sample) => Shrunk>> = {
  'constant-variance': constantVariance,
  'single-factor': singleFactor,
  'constant-correlation': constantCorrelation,
};

function constantVariance({ rows, deviations, covariance }: Sample): Shrunk {
  const size = covariance.length;
  const variance = trace(covariance) / size;
  const distance = squares(covariance) - size * variance ** 2;
  // Σ over pairs of the variance of their products.
  const noise = (sumOfSquaredProducts(deviations) / rows - squares(covariance)) / rows;
  const shrinkage = distance <= 0 ? 1 : Math.min(noise, distance) / distance;
  return { target: scaledIdentity(size, variance), shrinkage };
}

/** π, ρ and γ are those of the paper: noise of S, its covariance with the target's, and the distance of S and F. */
function singleFactor({ rows, deviations, covariance }: Sample): Shrunk {
  const size = covariance.length;
  const market = Float64Array.from({ length: rows }, (_, row) => {
    return deviations.reduce((sum, column) => sum + (column[row] as number), 0) / size;
  });
  const variance = dot(market, market) / rows;
  if (!(variance > 0))
    throw new ArgumentError('ledoitWolf', 'the mean of the assets does not move: take another target');
  const betas = Float64Array.from(deviations, (column) => dot(column, market) / rows);
  const target = symmetric(size, (i, j) =>
    i === j ? (covariance[i]?.[i] ?? 0) : ((betas[i] as number) * (betas[j] as number)) / variance,
  );
  const pi = sumOfSquaredProducts(deviations) / rows - squares(covariance);
  let rho = 0;
  for (const [i, own] of deviations.entries()) {
    for (const [j, other] of deviations.entries()) {
      const between = covariance[i]?.[j] ?? 0;
      if (i === j) {
        rho += fourth(own, own, own, own) / rows - between ** 2;
        continue;
      }
      const [mine, its] = [betas[i] as number, betas[j] as number];
      const first = fourth(own, own, other, market) / rows - mine * between;
      const third = fourth(own, market, other, market) / rows - variance * between;
      rho += (2 * first * its) / variance - (third * mine * its) / variance ** 2;
    }
  }
  return { target, shrinkage: share(pi - rho, squaredDistance(covariance, target), rows) };
}

function constantCorrelation({ rows, deviations, covariance }: Sample): Shrunk {
  const size = covariance.length;
  if (size < 2) return { target: covariance, shrinkage: 0 };
  const scale = covariance.map((row, at) => Math.sqrt(row[at] as number));
  const between = (i: number, j: number) => covariance[i]?.[j] ?? 0;
  const product = (i: number, j: number) => (scale[i] as number) * (scale[j] as number);
  let correlation = 0;
  for (let i = 0; i < size; i++) for (let j = 0; j < i; j++) correlation += between(i, j) / product(i, j);
  correlation /= (size * (size - 1)) / 2;
  const target = symmetric(size, (i, j) => (i === j ? between(i, i) : correlation * product(i, j)));
  let [pi, rho] = [0, 0];
  for (const [i, own] of deviations.entries()) {
    for (const [j, other] of deviations.entries()) {
      const help = dot(own, other) / rows;
      const noise = fourth(own, own, other, other) / rows - 2 * help * between(i, j) + between(i, j) ** 2;
      pi += noise;
      if (i === j) rho += noise;
      else {
        const cubed = fourth(own, own, own, other) / rows;
        const own2 = dot(own, own) / rows;
        const theta = cubed - own2 * between(i, j) - help * between(i, i) + between(i, i) * between(i, j);
        rho += (correlation * theta * (scale[j] as number)) / (scale[i] as number);
      }
    }
  }
  return { target, shrinkage: share(pi - rho, squaredDistance(covariance, target), rows) };
}

/** δ = max(0, min(1, (π - ρ) / γ / n)). */
function share(noise: number, distance: number, rows: number): number {
  return distance <= 0 ? 1 : Math.max(0, Math.min(1, noise / distance / rows));
}

function mixed(
  { covariance }: Sample,
  { target, shrinkage }: Shrunk,
  periodsPerYear: number,
): ShrunkCovariance {
  return {
    covariance: covariance.map((row, i) =>
      row.map((value, j) => ((1 - shrinkage) * value + shrinkage * (target[i]?.[j] ?? 0)) * periodsPerYear),
    ),
    shrinkage,
  };
}

function scaledIdentity(size: number, variance: number): Float64Array[] {
  return symmetric(size, (i, j) => (i === j ? variance : 0));
}

function trace(matrix: readonly Float64Array[]): number {
  return matrix.reduce((sum, row, at) => sum + (row[at] as number), 0);
}

function squares(matrix: readonly Float64Array[]): number {
  return matrix.reduce((sum, row) => sum + dot(row, row), 0);
}

function squaredDistance(matrix: readonly Float64Array[], other: readonly Float64Array[]): number {
  return matrix.reduce((sum, row, i) => {
    return sum + row.reduce((of, value, j) => of + (value - (other[i]?.[j] ?? 0)) ** 2, 0);
  }, 0);
}

/** Σ over rows, i and j of (x[i] x[j])² = Σ over rows of (Σ x²)². */
function sumOfSquaredProducts(deviations: readonly Float64Array[]): number {
  const rows = deviations[0]?.length ?? 0;
  let sum = 0;
  for (let row = 0; row < rows; row++) {
    const of = deviations.reduce((total, column) => total + (column[row] as number) ** 2, 0);
    sum += of * of;
  }
  return sum;
}

/** Σ a b c d. */
function fourth(a: Float64Array, b: Float64Array, c: Float64Array, d: Float64Array): number {
  let sum = 0;
  for (let row = 0; row < a.length; row++) {
    sum += (a[row] as number) * (b[row] as number) * (c[row] as number) * (d[row] as number);
  }
  return sum;
}
