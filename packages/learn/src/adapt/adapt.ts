/** From one model tree to another: layers replaced by others, by a hook. Domains write the hooks for their own layers. */
import { ArgumentError, knownOptions } from '@noosphere/base';
import { type HostTensor, hostData, Tensor } from '@noosphere/core';

/** What stands in for a branch of a model at a path such as `encoder.layers.0`; undefined leaves it, and looks inside. */
export type ReplaceLayer = (layer: object, path: string) => object | undefined;

/**
 * A model with other layers: each branch for which `replace` gives one. The model stays as it is; what is not replaced is shared.
 * Throws where nothing is replaced.
 * @example
 * const model = { body: new Linear(2, 3, new Random(1)), head: new Linear(3, 10, new Random(2)) };
 * const other = adapt(model, (_, path) => (path === 'head' ? new Linear(3, 2, new Random(3)) : undefined));
 * console.log(other.head.weight.shape, other.body.weight === model.body.weight); // → [ 2, 3 ] true
 */
export function adapt<Model extends object>(model: Model, replace: ReplaceLayer): Model {
  let replaced = 0;
  const walk = (branch: unknown, path: string): unknown => {
    if (
      typeof branch !== 'object' ||
      branch === null ||
      branch instanceof Tensor ||
      ArrayBuffer.isView(branch)
    )
      return branch;
    const other = path === '' ? undefined : replace(branch, path);
    if (other !== undefined) {
      replaced++;
      return other;
    }
    const at = (key: string | number) => (path ? `${path}.${key}` : String(key));
    if (Array.isArray(branch)) return branch.map((each, index) => walk(each, at(index)));
    const copy = Object.create(Object.getPrototypeOf(branch)) as Record<string, unknown>;
    for (const [key, each] of Object.entries(branch)) copy[key] = walk(each, at(key));
    return copy;
  };
  const adapted = walk(model, '') as Model;
  if (replaced === 0)
    throw new ArgumentError(
      'adapt',
      'no layer was replaced; compare the paths that the hook expects with those of the model',
    );
  return adapted;
}

/** How a kind of layer loses units, such as channels: what scores them, and the layer that has only some of them. */
export interface Pruning {
  /** One score a unit of a layer at a path; those with the least go. Undefined where the layer is not pruned. */
  readonly scores: (layer: object, path: string) => ArrayLike<number> | undefined;
  /** The layer with these units only, in rising order; and every layer that takes its output must lose the same inputs. */
  readonly keep: (layer: object, units: readonly number[], path: string) => object;
  /** Layers that take the output of a pruned one, and what they become. @default none */
  readonly follow?: (
    layer: object,
    path: string,
    kept: ReadonlyMap<string, readonly number[]>,
  ) => object | undefined;
}

/**
 * Structured pruning: the share of each layer's units with the least scores is taken out, so that what is left is a smaller model.
 * Li et al. 2017 score filters by the sum of their absolute weights: `absoluteSums`.
 * @example
 * const random = new Random(1);
 * const model = { first: new Linear(4, 8, random), second: new Linear(8, 2, random) };
 * const smaller = prune(model, 0.5, {
 *   scores: (layer, path) => (path === 'first' ? absoluteSums((layer as Linear).weight) : undefined),
 *   keep: (layer, units) => linearWith(layer as Linear, { outputs: units }),
 *   follow: (layer, path, kept) => (path === 'second' ? linearWith(layer as Linear, { inputs: kept.get('first') ?? [] }) : undefined),
 * });
 * console.log(smaller.first.weight.shape, smaller.second.weight.shape); // → [ 4, 4 ] [ 2, 4 ]
 */
export function prune<Model extends object>(model: Model, share: number, pruning: Pruning): Model {
  const { scores, keep, follow } = knownOptions('prune', pruning, 'scores keep follow');
  if (!(share > 0 && share < 1))
    throw new ArgumentError('prune', `share lies between 0 and 1, such as 0.3, got ${share}`);
  const kept = new Map<string, readonly number[]>();
  const smaller = adapt(model, (layer, path) => {
    const found = scores(layer, path);
    if (found === undefined) return undefined;
    const units = Array.from(found, (_, unit) => unit).sort(
      (a, b) => (found[b] as number) - (found[a] as number),
    );
    const left = units
      .slice(0, Math.max(1, units.length - Math.floor(share * units.length)))
      .sort((a, b) => a - b);
    kept.set(path, left);
    return keep(layer, left, path);
  });
  return follow ? adapt(smaller, (layer, path) => follow(layer, path, kept)) : smaller;
}

/** Σ |w| over all but the first axis: one score a unit. */
export function absoluteSums(weight: Tensor): Float64Array {
  const units = Number(weight.shape[0]);
  const data = hostData(weight as HostTensor) as Float32Array;
  const sums = new Float64Array(units);
  data.forEach((value, place) => {
    const unit = Math.floor((place * units) / data.length);
    sums[unit] = (sums[unit] as number) + Math.abs(value);
  });
  return sums;
}
