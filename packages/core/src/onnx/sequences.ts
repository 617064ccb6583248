/**
 * Sequences of tensors, as exporters write them for chunk, unbind and lists: resolved while the graph is built, so that a
 * program holds none. Their lengths and positions must be constants.
 */
import { FormatError } from '@noosphere/base';
import { maybeNumbers, scalar, type Tensor } from '../graph/index.js';
import { concat, split, squeeze, stack } from '../ops/index.js';
import { normalizeAxis } from '../shape/index.js';
import type { OnnxNode } from './model.js';

/** What a name stands for, and how its node reads its inputs. */
export interface SequenceCall {
  readonly node: OnnxNode;
  /** The tensor at an input; `undefined` where it is left out. */
  readonly tensor: (index: number) => Tensor | undefined;
  /** The sequence at an input. */
  readonly sequence: (index: number) => readonly Tensor[];
}

type SequenceRule = (call: SequenceCall) => Tensor | readonly Tensor[];

function refuse({ node }: SequenceCall, what: string): never {
  throw new FormatError('onnx', node.place, what);
}

function required(call: SequenceCall, index: number): Tensor {
  return call.tensor(index) ?? refuse(call, `needs input ${index}, got none`);
}

function integer({ node }: SequenceCall, name: string, otherwise: number): number {
  const attribute = node.attributes.get(name);
  return attribute?.kind === 'int' ? Number(attribute.value) : otherwise;
}

/** A position from an input, counted from the end where it is negative. @param length Positions that there are. */
function position(call: SequenceCall, index: number, length: number, otherwise: number): number {
  const given = call.tensor(index);
  if (!given) return otherwise;
  const [at] = maybeNumbers(given) ?? refuse(call, 'needs its position in the sequence as a constant');
  if (at === undefined || at < -length || at >= length)
    return refuse(call, `asks for position ${at} of a sequence of ${length}`);
  return at < 0 ? at + length : at;
}

const pieces: SequenceRule = (call) => {
  const x = required(call, 0);
  const axis = normalizeAxis('splitToSequence', integer(call, 'axis', 0), x.rank);
  const size = x.shape[axis];
  if (typeof size !== 'number')
    return refuse(call, 'needs a known size to split; import with fixed input shapes');
  const given = call.tensor(1);
  if (!given) {
    const single = split(x, { axis, sizes: new Array<number>(size).fill(1) });
    return integer(call, 'keepdims', 1) === 1 ? single : single.map((each) => squeeze(each, axis));
  }
  const sizes = maybeNumbers(given) ?? refuse(call, 'needs the sizes of its pieces as constants');
  if (given.rank > 0) return split(x, { axis, sizes });
  const [each = 1] = sizes;
  const count = Math.ceil(size / each);
  return split(x, {
    axis,
    sizes: Array.from({ length: count }, (_, index) => Math.min(each, size - index * each)),
  });
};

/** By the operator's name. */
export const sequenceRules: Readonly<Record<string, SequenceRule>> = {
  SequenceEmpty: () => [],
  SequenceConstruct: (call) => call.node.inputs.map((_, index) => required(call, index)),
  SequenceInsert: (call) => {
    const sequence = call.sequence(0);
    const at = position(call, 2, sequence.length + 1, sequence.length);
    return [...sequence.slice(0, at), required(call, 1), ...sequence.slice(at)];
  },
  SequenceErase: (call) => {
    const sequence = call.sequence(0);
    const at = position(call, 1, sequence.length, sequence.length - 1);
    return sequence.filter((_, index) => index !== at);
  },
  SequenceAt: (call) => {
    const sequence = call.sequence(0);
    const found = sequence[position(call, 1, sequence.length, 0)];
    return found ?? refuse(call, 'reads an empty sequence');
  },
  SequenceLength: (call) => scalar('int64', call.sequence(0).length),
  ConcatFromSequence: (call) => {
    const axis = integer(call, 'axis', 0);
    const join = integer(call, 'new_axis', 0) === 1 ? stack : concat;
    return join([...call.sequence(0)], { axis });
  },
  SplitToSequence: pieces,
};
