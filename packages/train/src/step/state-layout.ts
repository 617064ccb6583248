/**
 * The state of a train step as a list of tensors: for each group its parameters and slots, then the buffers. This is the
 * one place that knows the order; elsewhere a state has its parts by name.
 */

import {
  ArgumentError,
  fromData,
  full,
  type HostTensor,
  hostData,
  isHostTensor,
  mapTree,
  namedTensors,
  sameShape,
  type Tensor,
} from '@noosphere/core';
import { placeholder } from '@noosphere/core/operators';
import type { Optimizer } from '../optimizers/index.js';
import type { Group, Member, TrainedGroup } from './packing.js';

/** The tensors of a state, in a graph or on the host. */
export interface StepState<T> {
  /** Of each group its parameters, and what its optimizer keeps for them in the order of its slots. */
  readonly groups: readonly { readonly parameter: T; readonly slots: readonly T[] }[];
  readonly buffers: readonly T[];
}

/** A state by names. */
export interface NamedState {
  /** Parameters and buffers by path; tied ones under their first path. */
  readonly parameters: ReadonlyMap<string, HostTensor<'float32'>>;
  /** Optimizer slots by `slot.path`. */
  readonly slots: ReadonlyMap<string, HostTensor<'float32'>>;
}

/** One tensor of the state. */
interface StateTensor {
  readonly group: Group;
  /** The optimizer's name for it; none for parameters and buffers themselves. */
  readonly slot: string | undefined;
  readonly shape: readonly number[];
  /** What it holds before the first step: a number everywhere, or what the model holds. */
  readonly start: number | 'parameter';
}

/** Reads and writes the state of a step: as a program's inputs and outputs, as a model, as a checkpoint's names. */
export class StateLayout {
  readonly groups: readonly TrainedGroup[];
  /** State that layers update themselves, as running statistics. */
  readonly buffers: readonly Group[];
  /** The optimizers of the groups, each once, in the order of their scalars. */
  readonly optimizers: readonly Optimizer[];
  readonly #tensors: readonly StateTensor[];

  constructor(groups: readonly TrainedGroup[], buffers: readonly Group[]) {
    this.groups = groups;
    this.buffers = buffers;
    this.optimizers = [...new Set(groups.map(({ optimizer }) => optimizer))];
    this.#tensors = this.write({
      groups: groups.map((group) => ({
        parameter: whole(group),
        slots: group.optimizer.slots.map((slot) => slotOf(group, slot)),
      })),
      buffers: buffers.map(whole),
    });
  }

  /** Tensors of a state. */
  get size(): number {
    return this.#tensors.length;
  }

  /** Every parameter and buffer. */
  get members(): readonly Member[] {
    return [...this.groups, ...this.buffers].flatMap(({ members }) => members);
  }

  /** The parts of a list that begins with the state, and the rest of it. */
  read<T>(list: readonly T[]): { readonly state: StepState<T>; readonly rest: readonly T[] } {
    const sizes = this.groups.flatMap(({ optimizer }) => [1, optimizer.slots.length]);
    const parts = cut(list, [...sizes, this.buffers.length]);
    const groups = this.groups.map((_, index) => ({
      parameter: parts[2 * index]?.[0] as T,
      slots: parts[2 * index + 1] as T[],
    }));
    return { state: { groups, buffers: parts.at(-2) as T[] }, rest: parts.at(-1) as T[] };
  }

  /** The state as a list. */
  write<T>({ groups, buffers }: StepState<T>): T[] {
    return [...groups.flatMap(({ parameter, slots }) => [parameter, ...slots]), ...buffers];
  }

  /** The state as inputs of a graph. */
  placeholders(): StepState<Tensor> {
    return this.#make(({ slot, shape }, index) =>
      placeholder(`${slot ?? 'parameters'}_${index}`, 'float32', shape),
    );
  }

  /** The state before the first step. */
  initial(model: object): StepState<HostTensor> {
    const named = namedTensors(model);
    return this.#make((tensor) =>
      tensor.start === 'parameter'
        ? packState(tensor, (path) => named.get(path) as Tensor)
        : full(tensor.shape, tensor.start),
    );
  }

  /** The tensors by name, as views. */
  toNamed(state: StepState<HostTensor>): NamedState {
    const list = this.write(state);
    const named = (wanted: string | undefined) =>
      this.#tensors.flatMap((tensor, index) =>
        tensor.slot === wanted ? unpackState(tensor, list[index] as HostTensor) : [],
      );
    const slots = new Set(this.#tensors.flatMap(({ slot }) => slot ?? []));
    return {
      parameters: new Map(named(undefined)),
      slots: new Map(
        [...slots].flatMap((slot) =>
          named(slot).map(([path, tensor]) => [`${slot}.${path}`, tensor] as const),
        ),
      ),
    };
  }

  /** The state of a checkpoint of the same model and optimizer. */
  fromNamed({ parameters, slots }: NamedState): StepState<HostTensor> {
    return this.#make((tensor) =>
      packState(tensor, (path) => {
        const isSlot = tensor.slot !== undefined;
        const name = isSlot ? `${tensor.slot}.${path}` : path;
        const found = (isSlot ? slots : parameters).get(name);
        if (found) return found;
        throw new ArgumentError(
          'restore',
          `the state has no '${name}'; it belongs to another model or optimizer`,
        );
      }),
    );
  }

  /** The model with these parameters and buffers by path, tied ones too; what they do not name stays. */
  modelWith<Model extends object>(model: Model, parameters: ReadonlyMap<string, Tensor>): Model {
    const byPath = new Map(parameters);
    for (const { path, aliases } of this.members)
      for (const alias of aliases) {
        const tensor = parameters.get(path);
        if (tensor) byPath.set(alias, tensor);
      }
    return mapTree(model, (leaf, path) => byPath.get(path) ?? leaf);
  }

  #make<T>(one: (tensor: StateTensor, index: number) => T): StepState<T> {
    return this.read(this.#tensors.map(one)).state;
  }
}

/** A list in pieces of these sizes; what is left is the last one. */
export function cut<T>(list: readonly T[], sizes: readonly number[]): T[][] {
  let start = 0;
  const pieces = sizes.map((size) => {
    start += size;
    return list.slice(start - size, start);
  });
  return [...pieces, list.slice(start)];
}

function whole(group: Group): StateTensor {
  return { group, slot: undefined, shape: group.shape, start: 'parameter' };
}

function slotOf(group: TrainedGroup, slot: string): StateTensor {
  const { optimizer, shape } = group;
  return {
    group,
    slot,
    shape: (optimizer.slotShape?.(slot, shape) ?? shape) as readonly number[],
    start: optimizer.slotStart?.(slot) ?? 0,
  };
}

/** A state tensor from the tensors of its members, side by side; a single one is taken as it is: no step writes into it. */
function packState({ group, shape }: StateTensor, tensorAt: (path: string) => Tensor): HostTensor<'float32'> {
  const [only] = group.members;
  if (!group.packed && only) {
    const tensor = tensorAt(only.path);
    if (isHostTensor(tensor) && tensor.dtype === 'float32' && sameShape(tensor.shape, shape))
      return tensor as HostTensor<'float32'>;
  }
  const packed = new Float32Array(sizeOf(shape));
  for (const { path, offset, size } of group.members) {
    const data = hostData(tensorAt(path));
    const expected = group.packed ? size : packed.length;
    if (!(data instanceof Float32Array) || data.length !== expected) {
      throw new ArgumentError(
        'train',
        `'${path}' must hold ${expected} float32 values, got ${data.length} of ${data.constructor.name}`,
      );
    }
    packed.set(data, offset);
  }
  return fromData('float32', shape, packed);
}

/** A state tensor's members by path, as views of its data. */
function unpackState({ group, shape }: StateTensor, packed: HostTensor): [string, HostTensor<'float32'>][] {
  const data = hostData(packed) as Float32Array;
  return group.members.map((member) => [
    member.path,
    group.packed
      ? fromData('float32', member.shape, data.subarray(member.offset, member.offset + member.size))
      : fromData('float32', shape, data),
  ]);
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, dim) => product * dim, 1);
}
