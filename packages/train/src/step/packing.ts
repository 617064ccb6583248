/**
 * How a train step keeps its state: small parameters packed into one vector, large ones on their own.
 * A tiny step costs its number of operators; one optimizer chain over a vector replaces one for each parameter.
 */
import {
  ArgumentError,
  concat,
  fromData,
  type HostTensor,
  hostData,
  isFloat,
  isHostTensor,
  reshape,
  split,
  type Tensor,
  visitTree,
  zeros,
} from '@noosphere/core';
import { bufferPaths } from '../context.js';

/** A parameter's place in a group. */
export interface Member {
  readonly path: string;
  readonly shape: readonly number[];
  readonly offset: number;
  readonly size: number;
}

/** One state tensor: the flat vector of several parameters, or a single large one in its own shape. */
export interface Group {
  readonly members: readonly Member[];
  readonly shape: readonly number[];
  readonly packed: boolean;
}

/** Packing larger ones would cost two passes over their memory. */
const packedElements = 16384;

/**
 * Groups the trainable float32 parameters of a model; buffers are none.
 * @param trainable Whether the parameter of a path is trained.
 */
export function planGroups(model: object, trainable: (path: string) => boolean): Group[] {
  const buffers = bufferPaths(model);
  const groups = groupLeaves(model, (path) => trainable(path) && !buffers.has(path));
  if (groups.length === 0) {
    throw new ArgumentError(
      'train',
      'nothing to train: no float32 parameter is trainable; check the names that you froze',
    );
  }
  return groups;
}

/** Groups the buffers of a model: state that a step changes, but no optimizer. */
export function planBuffers(model: object): Group[] {
  const buffers = bufferPaths(model);
  return buffers.size === 0 ? [] : groupLeaves(model, (path) => buffers.has(path));
}

function groupLeaves(model: object, isMember: (path: string) => boolean): Group[] {
  const small: Member[] = [];
  const groups: Group[] = [];
  let offset = 0;
  visitTree(model, (leaf, path) => {
    if (!isFloat(leaf.dtype) || !isMember(path)) return;
    if (!isHostTensor(leaf))
      throw new ArgumentError('train', `parameter '${path}' must hold data, got ${leaf}`);
    if (leaf.dtype !== 'float32') {
      throw new ArgumentError(
        'train',
        `parameter '${path}' must be float32, got ${leaf.dtype}; cast it, or leave it out`,
      );
    }
    const member = { path, shape: leaf.shape, size: leaf.size };
    if (leaf.size > packedElements)
      groups.push({ members: [{ ...member, offset: 0 }], shape: leaf.shape, packed: false });
    else {
      small.push({ ...member, offset });
      offset += leaf.size;
    }
  });
  if (small.length > 0) groups.unshift({ members: small, shape: [offset], packed: true });
  return groups;
}

/** Parameters of a group side by side, copied from tensors by path. */
export function packGroup(group: Group, tensorAt: (path: string) => Tensor): HostTensor<'float32'> {
  const packed = new Float32Array(group.shape.reduce((product, dim) => product * dim, 1));
  for (const { path, offset, size } of group.members) {
    const data = hostData(tensorAt(path));
    if (!(data instanceof Float32Array) || data.length !== size) {
      throw new ArgumentError(
        'train',
        `'${path}' must hold ${size} float32 values, got ${data.length} of ${data.constructor.name}`,
      );
    }
    packed.set(data, offset);
  }
  return fromData('float32', group.shape, packed);
}

export function zeroGroup(group: Group): HostTensor<'float32'> {
  return zeros(group.shape) as HostTensor<'float32'>;
}

/** A group's parameters by path, as views of its data. */
export function unpackGroup(group: Group, packed: HostTensor): [string, HostTensor<'float32'>][] {
  const data = hostData(packed) as Float32Array;
  return group.members.map(({ path, shape, offset, size }) => [
    path,
    fromData('float32', shape, data.subarray(offset, offset + size)),
  ]);
}

/** A group's parameters as tensors of the graph. */
export function groupTensors(group: Group, packed: Tensor): Tensor[] {
  if (!group.packed) return [packed];
  const pieces = split(packed, { sizes: group.members.map(({ size }) => size) });
  return group.members.map(({ shape }, index) => reshape(pieces[index] as Tensor, shape));
}

/** Gradients of a group's parameters as one tensor of the group's shape. */
export function joinGradients(group: Group, gradients: readonly Tensor[]): Tensor {
  if (!group.packed) return gradients[0] as Tensor;
  return concat(gradients.map((gradient) => reshape(gradient, [-1])));
}
