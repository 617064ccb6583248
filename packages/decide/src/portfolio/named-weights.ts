/** Weights with the names of their assets. */
import {
  ArgumentError,
  knownOptions,
  requireFinite,
  requireFromZero,
  requireList,
  requireNumbers,
} from '@noosphere/base';

export interface NamedWeightsOptions {
  /** Smaller ones, long or short, are left out: solvers leave crumbs. @default 0, all stay */
  readonly least?: number;
}

/**
 * Weights by the names of their assets, largest first: of any function here that gives weights in the order of its assets.
 * @throws ArgumentError where names and weights differ in number, a name comes twice, or a weight is not finite.
 * @example
 * const { weights } = await minimumVariance([Float64Array.of(0.04, 0), Float64Array.of(0, 0.01)]);
 * console.log(namedWeights(['shares', 'bonds'], weights.map((weight) => Math.round(100 * weight) / 100)));
 * // → { bonds: 0.8, shares: 0.2 }
 */
export function namedWeights(
  names: readonly string[],
  weights: ArrayLike<number>,
  options: NamedWeightsOptions = {},
): Readonly<Record<string, number>> {
  const { least = 0 } = knownOptions('namedWeights', options, 'least');
  requireFromZero('namedWeights', 'least', least);
  requireList('namedWeights', 'names', names);
  requireNumbers('namedWeights', 'weights', weights);
  if (names.length !== weights.length)
    throw new ArgumentError(
      'namedWeights',
      `expects a name for each weight, got ${names.length} names and ${weights.length} weights`,
    );
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined) throw new ArgumentError('namedWeights', `the name '${twice}' comes twice`);
  requireFinite('namedWeights', 'weights', weights);
  const pairs = names.map((name, at) => [name, weights[at] as number] as const);
  return Object.fromEntries(
    pairs.filter(([, weight]) => Math.abs(weight) >= least).sort(([, a], [, b]) => b - a),
  );
}
