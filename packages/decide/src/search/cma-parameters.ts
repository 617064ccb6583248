/** The constants of CMA-ES for a number of coordinates and samples. Hansen: The CMA Evolution Strategy, a Tutorial (2016). */

export interface CmaParameters {
  /** Samples of a generation, λ. */
  readonly samples: number;
  /** Samples with a positive weight, μ. */
  readonly parents: number;
  /** By rank, the best first; the first μ sum to 1, the others are negative. */
  readonly weights: Float64Array;
  readonly weightSum: number;
  /** Variance-effective number of parents, μ_eff. */
  readonly effective: number;
  /** Learning rates: of both paths, of the rank-one and the rank-μ update. */
  readonly pathRate: number;
  readonly stepPathRate: number;
  readonly rankOneRate: number;
  readonly rankMuRate: number;
  readonly stepDamping: number;
  /** E |N(0, I)|. */
  readonly expectedNorm: number;
}

export function defaultSamples(size: number): number {
  return 4 + Math.floor(3 * Math.log(size));
}

export function cmaParameters(size: number, samples: number): CmaParameters {
  const parents = Math.floor(samples / 2);
  const raw = Float64Array.from({ length: samples }, (_, rank) => Math.log((samples + 1) / 2 / (rank + 1)));
  const effective = effectiveNumber(raw.subarray(0, parents));
  const pathRate = (4 + effective / size) / (size + 4 + (2 * effective) / size);
  const stepPathRate = (effective + 2) / (size + effective + 5);
  const rankOneRate = 2 / ((size + 1.3) ** 2 + effective);
  const rankMuRate = Math.min(
    1 - rankOneRate,
    (2 * (0.25 + effective + 1 / effective - 2)) / ((size + 2) ** 2 + effective),
  );
  const weights = withNegatives(raw, parents, effective, size, rankOneRate, rankMuRate);
  return {
    samples,
    parents,
    weights,
    weightSum: weights.reduce((sum, weight) => sum + weight, 0),
    effective,
    pathRate,
    stepPathRate,
    rankOneRate,
    rankMuRate,
    stepDamping: 1 + 2 * Math.max(0, Math.sqrt((effective - 1) / (size + 1)) - 1) + stepPathRate,
    expectedNorm: Math.sqrt(size) * (1 - 1 / (4 * size) + 1 / (21 * size * size)),
  };
}

/** Equations 49 to 53: positive weights sum to 1, negative ones to the largest sum that keeps C positive definite. */
function withNegatives(
  raw: Float64Array,
  parents: number,
  effective: number,
  size: number,
  rankOneRate: number,
  rankMuRate: number,
): Float64Array {
  const negativeEffective = effectiveNumber(raw.subarray(parents));
  const most = Math.min(
    1 + rankOneRate / rankMuRate,
    1 + (2 * negativeEffective) / (effective + 2),
    (1 - rankOneRate - rankMuRate) / (size * rankMuRate),
  );
  let [positive, negative] = [0, 0];
  for (const weight of raw) {
    if (weight > 0) positive += weight;
    else negative -= weight;
  }
  return raw.map((weight) => (weight > 0 ? weight / positive : (most * weight) / negative));
}

/** (Σ w)² / Σ w². */
function effectiveNumber(weights: Float64Array): number {
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return sum ** 2 / weights.reduce((total, weight) => total + weight ** 2, 0);
}
