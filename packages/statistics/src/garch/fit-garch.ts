/** Maximum likelihood of a GARCH with a constant mean, errors normal or Student's t. */
import { requireNumbers } from '@noosphere/base';
import jStat from 'jstat';
import { bfgs } from '../optimize/bfgs.js';
import {
  backcastVariance,
  type GarchOrder,
  type GarchParameters,
  garchVariances,
  type VarianceBounds,
  varianceBounds,
} from './garch-recursion.js';
import { boxOf, countShares, parametersOf } from './shares.js';

export type ErrorDistribution = 'normal' | 't';

export interface GarchFit {
  readonly order: GarchOrder;
  readonly distribution: ErrorDistribution;
  readonly mean: number;
  readonly parameters: GarchParameters;
  /** Degrees of freedom of the t, above 2. */
  readonly freedom?: number;
  readonly logLikelihood: number;
  /** Variance before the first value. */
  readonly backcast: number;
  readonly bounds: VarianceBounds;
}

/** Bounds of Student's degrees of freedom. */
const freedomBounds = [2.05, 500] as const;

/**
 * Fits a GARCH to returns. Start and bounds are those of `arch` 8.0: the backcast and the limits of the variances come from the
 * returns without their mean; the search begins at the best of a grid, 0 < ω, 0 ≤ α, α + γ, β and Σα + Σγ/2 + Σβ ≤ 1.
 */
export function fitGarch(
  returns: Float64Array,
  order: GarchOrder,
  distribution: ErrorDistribution = 'normal',
): GarchFit {
  const likelihood = new GarchLikelihood(returns, order, distribution);
  const box = likelihood.start();
  const shares = countShares(order);
  const lower = new Float64Array(box.length);
  const upper = new Float64Array(box.length).fill(1);
  lower[0] = 1e-8;
  upper[0] = 10;
  // The mean in deviations, and for the t the logarithm of the degrees above 2.
  [lower[shares], upper[shares]] = [-10, 10];
  if (distribution === 't') {
    [lower[shares + 1], upper[shares + 1]] = freedomBounds.map((bound) => Math.log(bound - 2)) as [
      number,
      number,
    ];
  }
  const { point } = bfgs((at) => likelihood.loss(at), box, {
    lower,
    upper,
    maxIterations: 500,
    tolerance: 1e-12,
  });
  return likelihood.fitAt(point);
}

class GarchLikelihood {
  readonly #returns: Float64Array;
  readonly #order: GarchOrder;
  readonly #distribution: ErrorDistribution;
  readonly #center: number;
  readonly #variance: number;
  readonly #backcast: number;
  readonly #bounds: VarianceBounds;
  readonly #errors: Float64Array;
  readonly #variances: Float64Array;

  constructor(returns: Float64Array, order: GarchOrder, distribution: ErrorDistribution) {
    requireNumbers('fitGarch', 'returns', returns);
    this.#returns = returns;
    this.#order = order;
    this.#distribution = distribution;
    const center = returns.reduce((sum, value) => sum + value, 0) / returns.length;
    this.#center = center;
    this.#errors = returns.map((value) => value - center);
    this.#variance = this.#errors.reduce((sum, error) => sum + error * error, 0) / returns.length;
    this.#backcast = backcastVariance(this.#errors);
    this.#bounds = varianceBounds(this.#errors);
    this.#variances = new Float64Array(returns.length);
  }

  /** The best of a grid, as numbers of the box. */
  start(): Float64Array {
    const { p, o, q } = this.#order;
    const isT = this.#distribution === 't';
    const tail = isT ? [0, Math.log(6)] : [0];
    let best: Float64Array | undefined;
    let least = Number.POSITIVE_INFINITY;
    for (const alpha of p > 0 ? [0.01, 0.05, 0.1, 0.2] : [0]) {
      for (const gamma of o > 0 ? [0.01, 0.05, 0.1, 0.2] : [0]) {
        for (const persistence of [0.5, 0.7, 0.9, 0.98]) {
          const beta = persistence - alpha - gamma / 2;
          const parameters = {
            omega: (1 - persistence) * this.#variance,
            alpha: new Array<number>(p).fill(alpha / p),
            gamma: new Array<number>(o).fill(gamma / o),
            beta: new Array<number>(q).fill(beta / q),
          };
          const box = Float64Array.of(...boxOf(this.#order, parameters, this.#variance), ...tail);
          const loss = this.loss(box);
          if (!best || loss < least) [best, least] = [box, loss];
        }
      }
    }
    return best as Float64Array;
  }

  /** Mean of the negative logarithms of the densities, of returns in deviations: the search does not see their unit. */
  loss(box: Float64Array): number {
    const mean = -this.#logLikelihood(this.#read(box)) / this.#returns.length;
    return mean - Math.log(this.#variance) / 2;
  }

  fitAt(box: Float64Array): GarchFit {
    const found = this.#read(box);
    const logLikelihood = this.#logLikelihood(found);
    return {
      order: this.#order,
      distribution: this.#distribution,
      ...found,
      logLikelihood,
      backcast: this.#backcast,
      bounds: this.#bounds,
    };
  }

  #read(box: Float64Array): { mean: number; parameters: GarchParameters; freedom?: number } {
    const shares = countShares(this.#order);
    const mean = this.#center + (box[shares] as number) * Math.sqrt(this.#variance);
    const parameters = parametersOf(this.#order, box, this.#variance);
    return this.#distribution === 't'
      ? { mean, parameters, freedom: 2 + Math.exp(box[shares + 1] as number) }
      : { mean, parameters };
  }

  #logLikelihood({
    mean,
    parameters,
    freedom,
  }: {
    mean: number;
    parameters: GarchParameters;
    freedom?: number;
  }): number {
    const [errors, variances] = [this.#errors, this.#variances];
    for (let row = 0; row < errors.length; row++) errors[row] = (this.#returns[row] as number) - mean;
    garchVariances(this.#order, parameters, errors, this.#backcast, this.#bounds, variances);
    return freedom === undefined
      ? normalLogLikelihood(errors, variances)
      : studentLogLikelihood(errors, variances, freedom);
  }
}

/** Σ log N(e; 0, σ²). */
export function normalLogLikelihood(errors: Float64Array, variances: Float64Array): number {
  let sum = errors.length * Math.log(2 * Math.PI);
  for (let row = 0; row < errors.length; row++) {
    const variance = variances[row] as number;
    sum += Math.log(variance) + ((errors[row] as number) * (errors[row] as number)) / variance;
  }
  return -sum / 2;
}

/** Σ log of Student's t with variance σ²: Γ((ν+1)/2) / (Γ(ν/2) √(π(ν-2)) σ) (1 + e² / (σ²(ν-2)))^(-(ν+1)/2). */
function studentLogLikelihood(errors: Float64Array, variances: Float64Array, freedom: number): number {
  const constant =
    jStat.gammaln((freedom + 1) / 2) - jStat.gammaln(freedom / 2) - Math.log(Math.PI * (freedom - 2)) / 2;
  let sum = errors.length * constant;
  const power = (freedom + 1) / 2;
  for (let row = 0; row < errors.length; row++) {
    const variance = variances[row] as number;
    const error = errors[row] as number;
    sum -= Math.log(variance) / 2 + power * Math.log1p((error * error) / (variance * (freedom - 2)));
  }
  return sum;
}
