/**
 * How a train step keeps its state: small parameters packed into one vector, large ones on their own.
 * A tiny step costs its number of operators; one optimizer chain over a vector replaces one for each parameter.
 */
import {
  ArgumentError,
  concat,
  isFloat,
  isHostTensor,
  namedTensors,
  reshape,
  split,
  type Tensor,
} from '@noosphere/core';
import { matchesPath, type Optimizer, type ParameterGroup } from '../optimizers/index.js';
import { bufferPaths } from './context.js';
import { pathsByTensor } from './tied-paths.js';

/** A parameter's place in a group. */
export interface Member {
  readonly path: string;
  /** Other paths that lead to the same tensor: tied weights are one parameter. */
  readonly aliases: readonly string[];
  readonly shape: readonly number[];
  readonly offset: number;
  readonly size: number;
}

/** Parameters that are kept as one tensor: the flat vector of several, or a single one in its own shape. */
export interface Group {
  readonly members: readonly Member[];
  readonly shape: readonly number[];
  readonly packed: boolean;
}

/** A group that an optimizer moves. */
export interface TrainedGroup extends Group {
  readonly optimizer: Optimizer;
}

/** Packing larger ones would cost two passes over their memory. */
const packedElements = 16384;

/**
 * Groups the trainable float32 parameters of a model, those of each optimizer apart; buffers are none.
 * @param trainable Whether the parameter of a path is trained.
 */
export function planGroups(
  model: object,
  trainable: (path: string) => boolean,
  parameterGroups: readonly ParameterGroup[],
): TrainedGroup[] {
  if (parameterGroups.length === 0)
    throw new ArgumentError(
      'train',
      'expects an optimizer, or at least one parameter group, got none; give one',
    );
  requireMembers(model, parameterGroups);
  const buffers = bufferPaths(model);
  const owner = (path: string) => {
    if (!trainable(path) || buffers.has(path)) return undefined;
    const found = parameterGroups.find(({ parameters }) => matchesPath(parameters, path));
    if (found) return found;
    throw new ArgumentError(
      'train',
      `parameter '${path}' belongs to no parameter group; add a last group without 'parameters', or freeze it`,
    );
  };
  const groups = parameterGroups.flatMap((wanted) =>
    groupLeaves(model, (path) => owner(path) === wanted, wanted.optimizer.slotShape ? 0 : packedElements).map(
      (group) => ({ ...group, optimizer: wanted.optimizer }),
    ),
  );
  if (groups.length === 0) {
    throw new ArgumentError(
      'train',
      'nothing to train: no float32 parameter is trainable; add one, or check the names that you froze',
    );
  }
  return groups;
}

/** A pattern that means no parameter is a slip of the pen, unless its group says that it may be. */
function requireMembers(model: object, groups: readonly ParameterGroup[]): void {
  const paths = [...namedTensors(model).keys()];
  for (const { parameters, mayBeEmpty = false } of groups) {
    if (parameters === undefined || mayBeEmpty || paths.some((path) => matchesPath(parameters, path)))
      continue;
    throw new ArgumentError(
      'train',
      `the parameter group of ${String(parameters)} matches no parameter; there are ${paths.join(', ')}; mend the pattern, or set mayBeEmpty`,
    );
  }
}

/** Groups the buffers of a model: state that a step changes, but no optimizer. */
export function planBuffers(model: object): Group[] {
  const buffers = bufferPaths(model);
  return buffers.size === 0 ? [] : groupLeaves(model, (path) => buffers.has(path), packedElements);
}

/** @param largest Elements of the largest tensor that is packed with others. */
function groupLeaves(model: object, isMember: (path: string) => boolean, largest: number): Group[] {
  const small: Member[] = [];
  const groups: Group[] = [];
  let offset = 0;
  for (const [leaf, [path, ...aliases]] of pathsByTensor(model)) {
    if (path === undefined || !isFloat(leaf.dtype) || !isMember(path)) continue;
    if (!isHostTensor(leaf))
      throw new ArgumentError(
        'train',
        `parameter '${path}' must hold data, got ${leaf} (lazy); await its data() first`,
      );
    if (leaf.dtype !== 'float32') {
      throw new ArgumentError(
        'train',
        `parameter '${path}' must be float32, got ${leaf.dtype}; cast it, or leave it out`,
      );
    }
    const member = { path, aliases, shape: leaf.shape, size: leaf.size };
    if (leaf.size > largest)
      groups.push({ members: [{ ...member, offset: 0 }], shape: leaf.shape, packed: false });
    else {
      small.push({ ...member, offset });
      offset += leaf.size;
    }
  }
  if (small.length > 0) groups.unshift({ members: small, shape: [offset], packed: true });
  return groups;
}

/** A group's parameters as tensors of the graph. */
export function groupTensors(group: Group, packed: Tensor): Tensor[] {
  if (!group.packed) return [packed];
  const pieces = split(packed, { sizes: group.members.map(({ size }) => size) });
  return group.members.map(({ shape }, index) => reshape(pieces[index] as Tensor, shape));
}

/** Tensors of a group's members, as gradients, as one of the group's shape. */
export function joinTensors(group: Group, tensors: readonly Tensor[]): Tensor {
  if (!group.packed) return tensors[0] as Tensor;
  return concat(tensors.map((tensor) => reshape(tensor, [-1])));
}
