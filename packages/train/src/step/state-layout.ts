/** The state of a train step as a list of tensors: for each group its parameters and slots, then the buffers. */
import {
  ArgumentError,
  fromData,
  type HostTensor,
  hostData,
  isHostTensor,
  sameShape,
  type Tensor,
} from '@noosphere/core';
import type { Group, TrainedGroup } from './packing.js';

/** One tensor of the state. */
export interface StateTensor {
  readonly group: Group;
  /** The optimizer's name for it; none for parameters and buffers themselves. */
  readonly slot: string | undefined;
  readonly shape: readonly number[];
  /** What it holds before the first step: a number everywhere, or what the model holds. */
  readonly start: number | 'parameter';
}

/** The tensors of the state in the order of a step's inputs and outputs. */
export function stateLayout(groups: readonly TrainedGroup[], buffers: readonly Group[]): StateTensor[] {
  return [
    ...groups.flatMap((group) => [whole(group), ...group.optimizer.slots.map((slot) => slotOf(group, slot))]),
    ...buffers.map(whole),
  ];
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

/** A state tensor before the first step. @param parameterAt The model's own tensor of a path. */
export function initialState(
  state: StateTensor,
  parameterAt: (path: string) => Tensor,
): HostTensor<'float32'> {
  if (state.start === 'parameter') return packState(state, parameterAt);
  return fromData('float32', state.shape, new Float32Array(sizeOf(state.shape)).fill(state.start));
}

/** A state tensor from the tensors of its members, side by side; a single one is taken as it is: no step writes into it. */
export function packState(
  { group, shape }: StateTensor,
  tensorAt: (path: string) => Tensor,
): HostTensor<'float32'> {
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
export function unpackState(
  { group, shape }: StateTensor,
  packed: HostTensor,
): [string, HostTensor<'float32'>][] {
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
