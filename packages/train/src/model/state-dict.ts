/** Parameters and buffers by PyTorch's names: out of a model, and into one. */
import { knownOptions } from '@noosphere/base';
import {
  ArgumentError,
  formatShape,
  fromData,
  type HostTensor,
  hostData,
  isFloat,
  isHostTensor,
  mapTree,
  sameShape,
  type Tensor,
  toNumbers,
  visitTree,
} from '@noosphere/core';
import { pathsByTensor } from '../step/tied-paths.js';

export interface LoadStateDictOptions {
  /** Fail where names are missing or unexpected. Shapes that differ always fail. @default true */
  readonly strict?: boolean;
  /** Gives the model's name for a name of the file; `undefined` leaves the tensor out. @default the same name */
  readonly rename?: (name: string) => string | undefined;
}

export interface LoadedModel<Model> {
  /** The model with the tensors; the one given is as it was. */
  readonly model: Model;
  /** Names that the model has and the state dict has not: these kept their values. */
  readonly missing: readonly string[];
  /** Names that the state dict has and the model has not. */
  readonly unexpected: readonly string[];
}

/**
 * A model's parameters and buffers by dotted path, as `writeSafetensors` takes them.
 * @example
 * const state = stateDict({ fc: new Linear(3, 2, new Random(1)) });
 * console.log(Object.entries(state).map(([name, { shape }]) => `${name} [${shape}]`).join(', '));
 * // → fc.weight [2,3], fc.bias [2]
 */
export function stateDict(model: object): Record<string, HostTensor> {
  const state: Record<string, HostTensor> = {};
  visitTree(model, (leaf, path) => {
    if (!isHostTensor(leaf))
      throw new ArgumentError(
        'stateDict',
        `'${path}' must hold data, got ${leaf} (lazy); await t.data() first`,
      );
    state[path] = leaf;
  });
  return state;
}

/**
 * A model with the tensors of a state dict, converted to the model's types: that of a safetensors file of PyTorch, where the
 * names are the same. Lists all names that are missing or unexpected and all shapes that differ at once. Where paths are tied,
 * one of them suffices, and the model's paths stay tied.
 * @param tensors By name, as `readSafetensors(bytes).tensors`.
 * @example
 * const random = new Random(1);
 * const trained = stateDict({ fc: new Linear(3, 2, random) });
 * const { model } = loadStateDict({ fc: new Linear(3, 2, random) }, trained);
 * console.log(String(await model.fc.weight.array()) === String(await trained['fc.weight']?.array())); // → true
 */
export function loadStateDict<Model extends object>(
  model: Model,
  tensors: ReadonlyMap<string, Tensor> | Readonly<Record<string, Tensor>>,
  options: LoadStateDictOptions = {},
): LoadedModel<Model> {
  const { strict = true, rename = (name: string) => name } = knownOptions(
    'loadStateDict',
    options,
    'strict rename',
  );
  const given = new Map<string, Tensor>();
  for (const [name, tensor] of tensors instanceof Map ? tensors : Object.entries(tensors)) {
    const own = rename(name);
    if (own !== undefined) given.set(own, tensor);
  }
  const byTensor = pathsByTensor(model);
  const paths = [...byTensor.values()];
  const known = new Set(paths.flat());
  const missing = paths.filter((tied) => !tied.some((path) => given.has(path))).flat();
  const unexpected = [...given.keys()].filter((name) => !known.has(name));
  const problems = [...byTensor].flatMap(([leaf, tied]) => misfits(leaf, tied, given));
  if (strict) {
    if (missing.length > 0) problems.unshift(`missing ${missing.join(', ')}`);
    if (unexpected.length > 0) problems.unshift(`unexpected ${unexpected.join(', ')}`);
  }
  if (problems.length > 0) {
    const wayOut = strict ? '; use rename for other names, or strict: false to load what fits' : '';
    throw new ArgumentError('loadStateDict', `${problems.join('; ')}${wayOut}`);
  }
  const loaded = new Map<Tensor, Tensor>();
  for (const [leaf, tied] of byTensor) {
    const name = tied.find((path) => given.has(path));
    const found = name === undefined ? undefined : given.get(name);
    loaded.set(leaf, found ? converted(found, leaf) : leaf);
  }
  return { model: mapTree(model, (leaf) => loaded.get(leaf) ?? leaf), missing, unexpected };
}

/** What keeps the tensors given for one of the model's from taking its place. */
function misfits(leaf: Tensor, tied: readonly string[], given: ReadonlyMap<string, Tensor>): string[] {
  const found = tied.flatMap((path): [string, Tensor][] => {
    const tensor = given.get(path);
    return tensor ? [[path, tensor]] : [];
  });
  const wrong = found.flatMap(([path, tensor]) => {
    if (!isHostTensor(tensor)) return [`${path} must hold data, got ${tensor}; await t.data() first`];
    if (sameShape(tensor.shape, leaf.shape)) return [];
    return [`${path} is ${formatShape(tensor.shape)}, the model has ${formatShape(leaf.shape)}`];
  });
  if (wrong.length > 0) return wrong;
  const [first, ...others] = found;
  const differing = others.filter(([, tensor]) => !sameValues(tensor, first?.[1] as Tensor));
  return differing.map(([path]) => `${first?.[0]} and ${path} are tied in the model, but differ`);
}

function sameValues(a: Tensor, b: Tensor): boolean {
  const [first, second] = [hostData(a), hostData(b)];
  return first.length === second.length && first.every((value, index) => value === second[index]);
}

/** A tensor in the type of the one whose place it takes; the data is shared where no conversion is needed. */
function converted(tensor: Tensor, like: Tensor): Tensor {
  if (tensor.dtype === like.dtype) return tensor;
  if (like.dtype !== 'float32' && isFloat(like.dtype)) return tensor;
  if (like.dtype !== 'float32')
    throw new ArgumentError('loadStateDict', `expected ${like}, got ${tensor}; cast it before`);
  const numbers = toNumbers(tensor.dtype, hostData(tensor));
  return fromData(
    'float32',
    tensor.shape as readonly number[],
    Float32Array.from(numbers as ArrayLike<number>),
  );
}
